import plyvel

with plyvel.DB("/tmp/plyvel", create_if_missing=True, compression="snappy") as database:
    with database.write_batch() as batch:
        for number in range(1000):
            batch.put(b"%04d" % number, b"value" * 100)
    database.compact_range()
    assert database.get(b"0500") == b"value" * 100
    assert len(list(database.iterator(start=b"0990"))) == 10
try:
    plyvel.DB("/nonexistent/database")
except plyvel.Error:
    pass
else:
    raise AssertionError("opened nothing")
