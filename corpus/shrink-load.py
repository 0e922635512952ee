"""Loads the libraries of a shrunk wheel without a GPU, and runs code of it on the CPU.

    python corpus/shrink-load.py WHEEL [SCRIPT]

WHEEL is a wheel, or a folder into which one was unpacked.

Needs gcc and readelf. Libraries that the wheel needs and nobody here has (the CUDA runtime, cuBLAS,
the driver) are replaced by stand-ins that export what is asked for. The one of the runtime walks
every fat binary that is registered: wrapper, container, every entry to its end, and every payload is
read: it takes the runtime's place also where one is installed. Without SCRIPT every library of the wheel is
loaded with all its symbols bound: in one process, or where that crashes each in its own. SCRIPT runs with
the wheel first on the path, and with the runtime that is installed. Exits with 1 when anything fails.
"""

import collections
import ctypes
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile

REGISTER = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static unsigned long containers, entries, broken, sum;
static void tell(void) {
  fprintf(stderr, "registered %lu fat binaries with %lu entries, %lu broken (%lx)\n", containers, entries, broken, sum);
  if (broken) _exit(1);
}
void **walk(const void *given) {
  static void *handle;
  const struct { uint32_t magic, version; const unsigned char *data; void *more; } *wrapper = given;
  const unsigned char *at = wrapper->data, *entry;
  uint32_t magic, header; uint16_t head; uint64_t size, payload;
  if (!containers++) atexit(tell);
  memcpy(&magic, at, 4); memcpy(&head, at + 6, 2); memcpy(&size, at + 8, 8);
  if (wrapper->magic != 0x466243b1 || magic != 0xba55ed50) { broken++; return &handle; }
  for (entry = at + head; entry < at + head + size; entry += header + payload, entries++) {
    memcpy(&header, entry + 4, 4); memcpy(&payload, entry + 8, 8);
    if (header < 64 || header + payload > (uint64_t)(at + head + size - entry)) { broken++; break; }
    for (uint64_t index = 0; index < payload; index++) sum += entry[header + index];
  }
  return &handle;
}
"""


def dynamic(path):
    """Needed libraries, undefined symbols (name, version), and the library that each version comes from."""
    text = subprocess.run(["readelf", "-dVW", "--dyn-syms", path], stdout=subprocess.PIPE, errors="replace").stdout
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", text)
    symbols = re.findall(r"(?:FUNC|NOTYPE|OBJECT|TLS)\s+(?:GLOBAL|WEAK)\s+DEFAULT\s+UND (\w+)(?:@(\S+))?", text)
    origins, file = {}, None
    for line in text.splitlines():
        if match := re.search(r"Version: \d+  File: (\S+)", line):
            file = match[1]
        elif match := re.search(r"^  0x\w+:   Name: (\S+)", line):
            origins[match[1]] = file
    return needed, symbols, origins


def natives(folder):
    for root, _, files in os.walk(folder):
        for file in sorted(files):
            path = os.path.join(root, file)
            with open(path, "rb") as stream:
                if stream.read(4) == b"\x7fELF":
                    yield path


def found(name):
    try:
        ctypes.CDLL(name)
        return True
    except OSError:
        return False


def stand_ins(folder, target, is_walked):
    """One library for each that is missing, and for the CUDA runtime where it is to walk fat binaries."""
    paths = list(natives(folder))
    here = {os.path.basename(path) for path in paths}
    missing, wanted = set(), collections.defaultdict(set)
    for path in paths:
        needed, symbols, origins = dynamic(path)
        lost = [
            name
            for name in needed
            if name not in here and (is_walked and name.startswith("libcudart.") or not found(name))
        ]
        missing.update(lost)
        for symbol, version in symbols:
            if re.match(r"_?_?(cu|nccl|nv|cask)", symbol, re.I):
                for name in lost:
                    if not version or origins.get(version) == name:
                        wanted[name].add((symbol, version))
    for name in sorted(missing):
        body = [REGISTER]
        versions = collections.defaultdict(list)
        for symbol, version in sorted(wanted[name]):
            if version:
                versions[version].append(symbol)
            if symbol.startswith("__cudaRegisterFatBinary") and not symbol.endswith("End"):
                body.append(f"void **{symbol}(const void *given) {{ return walk(given); }}")
            else:
                # No device, not loaded, not supported: whatever it is asked, it can't.
                body.append(f"int {symbol}(void) {{ return 100; }}")
        source, script = os.path.join(target, "stub.c"), os.path.join(target, "stub.map")
        with open(source, "w") as stream:
            stream.write("\n".join(body) + "\n")
        with open(script, "w") as stream:
            for version, symbols in versions.items():
                stream.write(f"{version} {{ global: {'; '.join(symbols)}; }};\n")
        flags = [f"-Wl,--version-script={script}"] if versions else []
        output = os.path.join(target, name)
        gcc = ["gcc", "-w", "-shared", "-fPIC", "-O2", "-fno-builtin", source, f"-Wl,-soname,{name}", "-o", output, *flags]
        subprocess.run(gcc, check=True)
    return sorted(missing)


LOAD = """
import ctypes, sys
loaded = failed = 0
for path in sys.argv[1:]:
    try:
        ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
        loaded += 1
    except OSError as error:
        print("not loaded:", error)
        failed = 1
print("loaded", loaded, "libraries")
sys.exit(failed)
"""

# Modules of other versions of Python, whose symbols this one need not have.
FOREIGN = re.compile(r"\.(cpython|pypy|cp)\d*-?[\w-]*\.so$")


def main(wheel, script=None):
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        inside, stubs = os.path.join(folder, "wheel"), os.path.join(folder, "stubs")
        os.makedirs(stubs)
        if os.path.isdir(wheel):
            inside = wheel
        else:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(inside)
        print("stand-ins:", *stand_ins(inside, stubs, script is None))
        libraries = [path for path in natives(inside) if re.search(r"\.so[.\d]*$", path)]
        own = sysconfig.get_config_var("EXT_SUFFIX")
        # Libraries of auditwheel find each other by whoever loads them first.
        search = [stubs, *sorted({os.path.dirname(path) for path in libraries})]
        path = os.pathsep.join([inside, os.environ.get("PYTHONPATH", "")])
        environment = dict(os.environ, LD_LIBRARY_PATH=":".join(search), PYTHONPATH=path)

        def python(*run):
            return subprocess.run([sys.executable, *run], env=environment, cwd=folder).returncode

        if script is not None:
            return python(os.path.abspath(script))
        paths = [path for path in libraries if path.endswith(own) or not FOREIGN.search(path)]
        # Two copies of LLVM can't be in one process.
        status = python("-c", LOAD, *paths)
        return status if status >= 0 else max(abs(python("-c", LOAD, path)) for path in paths)


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
