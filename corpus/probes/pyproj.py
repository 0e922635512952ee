from pyproj import CRS, Geod, Transformer

azimuth, _, distance = Geod(ellps="WGS84").inv(13.4, 52.5, 2.35, 48.85)
assert 870_000 < distance < 885_000 and azimuth < 0, (azimuth, distance)
transformer = Transformer.from_crs("EPSG:4326", "EPSG:32633", always_xy=True)
east, north = transformer.transform(15.0, 52.5)
assert abs(east - 500_000) < 1 and 5_800_000 < north < 5_830_000, (east, north)
assert CRS.from_epsg(4326).is_geographic
