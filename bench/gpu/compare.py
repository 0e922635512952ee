"""Runs kernels of a wheel before and after a shrink on the GPU of this machine, and compares results.

    python bench/gpu/compare.py [--no-gpu] BEFORE.whl AFTER.whl [SCRIPT]

Needs a machine with an NVIDIA GPU, and whatever the wheel needs to be imported. Two checks:

1. Every container of every library is loaded through the driver (`cuModuleLoadData` takes a fat
   binary), and the functions that it then knows are counted: the GPU's driver chooses the same entry
   from both, decodes it, and finds the same kernels.
2. SCRIPT, when it is given, is run with the unpacked wheel of each side first on the search path; it
   prints what kernels computed, and both outputs must be equal, byte for byte.

Exits with 1 on any difference, with 2 where there is no GPU or the arguments are wrong. `--no-gpu`
only counts the containers of each library, and runs SCRIPT.
"""

import argparse
import ctypes
import os
import struct
import subprocess
import sys
import tempfile
import zipfile

MAGIC = 0xBA55ED50


def sections(data):
    """Contents of the sections of an ELF file that hold fat binaries."""
    if data[:4] != b"\x7fELF":
        return
    offset = struct.unpack_from("<Q", data, 0x28)[0]
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    heads = [struct.unpack_from("<IIQQQQIIQQ", data, offset + size * i) for i in range(count)]
    table = heads[names][4]
    for head in heads:
        end = data.index(b"\0", table + head[0])
        if data[table + head[0] : end] == b".nv_fatbin":
            yield data[head[4] : head[4] + head[5]]


def containers(section):
    at = 0
    while at + 16 <= len(section):
        magic, _, head, size = struct.unpack_from("<IHHQ", section, at)
        if magic != MAGIC:
            at += 8
            continue
        yield section[at : at + head + size]
        at += head + size


class NoDriver:
    def functions(self, container):
        return 0


class Driver:
    def __init__(self):
        self.cuda = ctypes.CDLL("libcuda.so.1")
        if self.cuda.cuInit(0) != 0:
            raise OSError("the driver finds no GPU")
        device, self.context = ctypes.c_int(), ctypes.c_void_p()
        self.cuda.cuDeviceGet(ctypes.byref(device), 0)
        self.cuda.cuCtxCreate_v2(ctypes.byref(self.context), 0, device)

    def functions(self, container):
        """How many kernels the driver finds in a container; negative: its error."""
        module, count = ctypes.c_void_p(), ctypes.c_uint()
        error = self.cuda.cuModuleLoadData(ctypes.byref(module), container)
        if error != 0:
            return -error
        self.cuda.cuModuleGetFunctionCount(ctypes.byref(count), module)
        self.cuda.cuModuleUnload(module)
        return count.value


def loaded(driver, wheel):
    rows = []
    with zipfile.ZipFile(wheel) as archive:
        for info in sorted(archive.infolist(), key=lambda each: each.filename):
            if ".so" not in info.filename:
                continue
            for section in sections(archive.read(info)):
                for index, container in enumerate(containers(section)):
                    rows.append((info.filename, index, driver.functions(container)))
    return rows


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
    parser.add_argument("--no-gpu", action="store_true", help="count containers, load none of them")
    parser.add_argument("before", type=existing)
    parser.add_argument("after", type=existing)
    parser.add_argument("script", type=existing, nargs="?")
    given = parser.parse_args(arguments)
    before, after, script = given.before, given.after, given.script
    try:
        driver = NoDriver() if given.no_gpu else Driver()
    except OSError as error:
        print(error)
        return 2
    old, new = loaded(driver, before), loaded(driver, after)
    differences = [(a, b) for a, b in zip(old, new) if a != b]
    broken = [row for row in new if row[2] < 0]
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
