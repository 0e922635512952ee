"""Runs kernels of a wheel before and after a shrink on the GPU of this machine, and compares results.

    python bench/gpu/compare.py [--no-gpu] BEFORE.whl AFTER.whl [SCRIPT]

Needs a machine with an NVIDIA GPU, and whatever the wheel needs to be imported. Two checks:

1. Every container of every library, ELF or PE, is given to the driver (`cuModuleLoadData` takes a fat
   binary), and the kernels that it then knows are compared: names, versions of the code that it chose,
   registers and memory. So the driver of this GPU chooses the same entry from both, decodes it, and finds
   the same kernels. Relocatable containers go through its linker, which must make the same bytes of both.
2. SCRIPT, when it is given, is run with the unpacked wheel of each side first on the search path; it
   prints what kernels computed, and both outputs must be equal, byte for byte.

Exits with 1 on any difference, with 2 where there is no GPU or the arguments are wrong. `--no-gpu` lists
what would be compared: containers and targets of each library, which must be the same; SCRIPT runs, too.
"""

import argparse
import collections
import ctypes
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import zipfile

MAGIC = 0xBA55ED50
# Whether the code in a section is relocatable, by its name; PE keeps eight letters.
SECTIONS = {".nv_fatbin": False, "__nv_relfatbin": True, ".nv_fatb": False, "__nv_rel": True}
KINDS = {1: "compute", 2: "sm", 8: "nvvm"}
FATBINARY = 3  # CU_JIT_INPUT_FATBINARY
# CUfunction_attribute: threads, shared, constant and local memory, registers, versions of PTX and SASS.
ATTRIBUTES = range(7)


def sections(data):
    """Name and content of each section that holds fat binaries."""
    if data[:4] == b"\x7fELF" and data[4] == 2:
        found = elf_sections(data)
    elif data[:2] == b"MZ":
        found = pe_sections(data)
    else:
        return
    for name, start, size in found:
        if name in SECTIONS:
            yield name, data[start : start + size]


def elf_sections(data):
    offset = struct.unpack_from("<Q", data, 0x28)[0]
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    if offset == 0:
        return
    heads = [struct.unpack_from("<IIQQQQIIQQ", data, offset + size * index) for index in range(count)]
    table = heads[names][4]
    for name, kind, _, _, start, length, *_ in heads:
        end = data.index(b"\0", table + name)
        if kind != 8:  # SHT_NOBITS has no bytes
            yield data[table + name : end].decode("latin-1"), start, length


def pe_sections(data):
    header = struct.unpack_from("<I", data, 0x3C)[0]
    if data[header : header + 4] != b"PE\0\0":
        return
    count, optional = struct.unpack_from("<H12xH", data, header + 6)
    for index in range(count):
        name, _, _, size, start = struct.unpack_from("<8sIIII", data, header + 24 + optional + 40 * index)
        yield name.rstrip(b"\0").decode("latin-1"), start, size


def containers(section):
    at = 0
    while at + 16 <= len(section):
        magic, _, head, size = struct.unpack_from("<IHHQ", section, at)
        if magic != MAGIC:
            at += 8
            continue
        yield section[at : at + head + size]
        at += head + size


def targets(container):
    """The targets of a container's entries, as `sm_90a`."""
    at = struct.unpack_from("<H", container, 6)[0]
    while at + 64 <= len(container):
        kind, _, header, size = struct.unpack_from("<HHIQ", container, at)
        arch, flags = struct.unpack_from("<I8xI", container, at + 28)
        suffix = "a" if flags & 0x100000 else "f" if flags & 0x200000 else ""
        yield f"{KINDS.get(kind, hex(kind))}_{arch}{suffix}"
        at += header + size


class Reader:
    """In place of a driver: the targets of every container."""

    def see(self, container, relocatable):
        return tuple(targets(container))

    def is_broken(self, seen):
        return False


class Driver:
    def __init__(self):
        self.cuda = ctypes.CDLL("libcuda.so.1" if os.name == "posix" else "nvcuda.dll")
        if self.cuda.cuInit(0) != 0:
            raise OSError("the driver finds no GPU")
        device, self.context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), 0)
        self.call("cuCtxCreate_v2", ctypes.byref(self.context), 0, device)

    def call(self, name, *arguments):
        error = getattr(self.cuda, name)(*arguments)
        if error != 0:
            raise OSError(f"{name} ended with {error}")

    def see(self, container, relocatable):
        """What the driver makes of a container; an integer: its error."""
        return self.linked(container) if relocatable else self.kernels(container)

    def is_broken(self, seen):
        return isinstance(seen, int)

    def kernels(self, container):
        module, count = ctypes.c_void_p(), ctypes.c_uint()
        error = self.cuda.cuModuleLoadData(ctypes.byref(module), container)
        if error != 0:
            return error
        self.call("cuModuleGetFunctionCount", ctypes.byref(count), module)
        functions = (ctypes.c_void_p * count.value)()
        self.call("cuModuleEnumerateFunctions", functions, count, module)
        seen = tuple(sorted(self.kernel(ctypes.c_void_p(function)) for function in functions))
        self.call("cuModuleUnload", module)
        return seen

    def kernel(self, function):
        name, value = ctypes.c_char_p(), ctypes.c_int()
        self.call("cuFuncGetName", ctypes.byref(name), function)
        values = [name.value]
        for attribute in ATTRIBUTES:
            self.call("cuFuncGetAttribute", ctypes.byref(value), attribute, function)
            values.append(value.value)
        return tuple(values)

    def linked(self, container):
        state, cubin, size = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t()
        self.call("cuLinkCreate_v2", 0, None, None, ctypes.byref(state))
        length = ctypes.c_size_t(len(container))
        error = self.cuda.cuLinkAddData_v2(state, FATBINARY, container, length, None, 0, None, None)
        error = error or self.cuda.cuLinkComplete(state, ctypes.byref(cubin), ctypes.byref(size))
        digest = None if error else hashlib.sha256(ctypes.string_at(cubin, size.value)).hexdigest()
        self.call("cuLinkDestroy", state)
        return error or (digest,)


def seen(driver, wheel):
    rows = []
    with zipfile.ZipFile(wheel) as archive:
        for info in sorted(archive.infolist(), key=lambda each: each.filename):
            with archive.open(info) as stream:
                if stream.read(4)[:2] not in (b"\x7fE", b"MZ"):
                    continue
            for name, section in sections(archive.read(info)):
                for index, container in enumerate(containers(section)):
                    rows.append(((info.filename, name, index), driver.see(container, SECTIONS[name])))
    return rows


def table(rows):
    counts = collections.Counter((place[:2], target) for place, found in rows for target in found)
    totals = collections.Counter(place[:2] for place, _ in rows)
    for place, total in totals.items():
        found = ", ".join(f"{count} {target}" for (other, target), count in counts.items() if other == place)
        print(f"{place[0]}, {place[1]}: {total} containers: {found}")


def output(wheel, script):
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        path = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")])
        environment = dict(os.environ, PYTHONPATH=path)
        return subprocess.run([sys.executable, script], env=environment, stdout=subprocess.PIPE, check=True).stdout


def existing(path):
    if not os.path.isfile(path):
        raise argparse.ArgumentTypeError(f"there is no file {path}")
    return path


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-gpu", action="store_true", help="list what would be compared, and load none of it")
    parser.add_argument("before", type=existing)
    parser.add_argument("after", type=existing)
    parser.add_argument("script", type=existing, nargs="?")
    given = parser.parse_args(arguments)
    before, after, script = given.before, given.after, given.script
    try:
        driver = Reader() if given.no_gpu else Driver()
    except OSError as error:
        print(f"no GPU here: {error}; --no-gpu lists what would be compared", file=sys.stderr)
        return 2
    old, new = seen(driver, before), seen(driver, after)
    if given.no_gpu:
        table(new)
    differences = [(a, b) for a, b in zip(old, new) if a != b]
    broken = [row for row in new if driver.is_broken(row[1])]
    print(f"{len(old)} containers before, {len(new)} after; {len(differences)} differ")
    for a, b in differences[:20]:
        print("  ", a, b)
    if broken and not differences:
        print(f"{len(broken)} containers have nothing for this GPU, before as after")
    same = len(old) == len(new) and not differences
    if script is not None:
        equal = output(before, script) == output(after, script)
        print("what the script prints is", "equal" if equal else "DIFFERENT")
        same = same and equal
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
