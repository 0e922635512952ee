import psycopg2
from psycopg2 import extensions

parsed = extensions.parse_dsn("dbname=test host=/nonexistent user='a b'")
assert parsed == {"dbname": "test", "host": "/nonexistent", "user": "a b"}, parsed
assert extensions.adapt("it's").getquoted() == b"'it''s'"
assert extensions.libpq_version() >= 90000
try:
    psycopg2.connect(host="/nonexistent", dbname="test")
except psycopg2.OperationalError as error:
    assert "/nonexistent" in str(error), error
else:
    raise AssertionError("connected to nothing")
