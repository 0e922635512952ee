import shapely
from shapely.geometry import Point

circle = Point(0, 0).buffer(1)
both = circle.union(Point(3, 0).buffer(1))
assert both.geom_type == "MultiPolygon" and 6.2 < both.area < 6.3
assert shapely.from_wkt("POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))").contains(Point(1, 1))
assert shapely.geos_version >= (3, 9)
