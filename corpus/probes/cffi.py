import cffi

ffi = cffi.FFI()
ffi.cdef("int atoi(const char *); void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
library = ffi.dlopen(None)
assert library.atoi(b"1234") == 1234


@ffi.callback("int(const void *, const void *)")
def compare(a, b):
    return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]


numbers = ffi.new("int[]", [3, 1, 2])
library.qsort(numbers, 3, ffi.sizeof("int"), compare)
assert list(numbers) == [1, 2, 3]
