import hnswlib
import numpy

points = numpy.eye(16, dtype=numpy.float32)
index = hnswlib.Index(space="l2", dim=16)
index.init_index(max_elements=16, ef_construction=50, M=8)
index.add_items(points, numpy.arange(16), num_threads=2)
labels, distances = index.knn_query(points, k=1, num_threads=2)
assert [label[0] for label in labels] == list(range(16))
assert float(distances.max()) == 0.0
