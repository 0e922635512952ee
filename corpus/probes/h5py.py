import h5py
import numpy

data = numpy.arange(10000, dtype="f8").reshape(100, 100)
with h5py.File("/tmp/probe.h5", "w") as file:
    file.create_dataset("group/data", data=data, chunks=(10, 10), compression="gzip", shuffle=True)
    file["group"].attrs["name"] = "\u00e4"
with h5py.File("/tmp/probe.h5", "r") as file:
    assert (file["group/data"][...] == data).all()
    assert file["group/data"].compression == "gzip"
    assert file["group"].attrs["name"] == "\u00e4"
