import fiona

schema = {"geometry": "Point", "properties": {"name": "str"}}
with fiona.open("/tmp/probe.geojson", "w", driver="GeoJSON", schema=schema) as sink:
    sink.write({"geometry": {"type": "Point", "coordinates": (1.5, 2.5)}, "properties": {"name": "\u00e4"}})
with fiona.open("/tmp/probe.geojson") as source:
    (feature,) = list(source)
assert feature["properties"]["name"] == "\u00e4"
assert tuple(feature["geometry"]["coordinates"]) == (1.5, 2.5)
