"""Repairs a wheel with delocate, on any machine: `macos-delocate.py WHEEL FOLDER`.

Apple's four programs are replaced by stand-ins that do what delocate asks of them. Signatures are not
made: which libraries are taken, and the tag, do not depend on them. Prints the result's name and its
grafted libraries, or the error, as JSON.
"""

import json
import logging
import os
import struct
import subprocess
import sys

LOADS = {0xC, 0x80000018, 0x8000001F, 0x80000023, 0x20}
ID, RPATH = 0xD, 0x8000001C
CPUS = {7: "i386", 0x1000007: "x86_64", 0x100000C: "arm64"}


class Slice:
    """One architecture of a file that is all in memory."""

    def __init__(self, data, offset, size):
        self.data, self.offset, self.size = data, offset, size
        magic, self.cpu, _, self.kind, self.count, self.length = struct.unpack_from("<6I", data, offset)
        self.wide = magic == 0xFEEDFACF
        self.start = offset + (32 if self.wide else 28)
        self.commands, at = [], self.start
        for _ in range(self.count):
            cmd, length = struct.unpack_from("<2I", data, at)
            self.commands.append((cmd, bytes(data[at : at + length])))
            at += length

    def room(self):
        low = self.size
        for cmd, body in self.commands:
            if cmd not in (1, 0x19):
                continue
            head, step = (72, 80) if cmd == 0x19 else (56, 68)
            count = struct.unpack_from("<I", body, head - 8)[0]
            for index in range(count):
                section = body[head + step * index :][:step]
                if cmd == 0x19:
                    length, place = struct.unpack_from("<QI", section, 40)
                    kind = section[64]
                else:
                    length, place = struct.unpack_from("<II", section, 36)
                    kind = section[56]
                if length and place and kind not in (1, 0xC, 0x12):
                    low = min(low, place)
        return low - (self.start - self.offset)

    def text(self, wanted):
        return [string(body) for cmd, body in self.commands if cmd in wanted]

    def store(self):
        body = b"".join(each for _, each in self.commands)
        if len(body) > self.room():
            raise ValueError("larger updated load commands do not fit")
        end = self.start + max(self.length, len(body))
        self.data[self.start : end] = body.ljust(end - self.start, b"\0")
        struct.pack_into("<2I", self.data, self.offset + 16, len(self.commands), len(body))


def string(body):
    return body[struct.unpack_from("<I", body, 8)[0] :].split(b"\0")[0].decode()


def renamed(body, text, wide):
    start = struct.unpack_from("<I", body, 8)[0]
    result = body[:start] + text.encode() + b"\0"
    result += b"\0" * (-len(result) % (8 if wide else 4))
    return result[:4] + struct.pack("<I", len(result)) + result[8:]


def slices(data):
    if data[:4] != b"\xca\xfe\xba\xbe":
        return [Slice(data, 0, len(data))]
    count = struct.unpack_from(">I", data, 4)[0]
    places = [struct.unpack_from(">2I", data, 8 + 20 * index + 8) for index in range(count)]
    return [Slice(data, offset, size) for offset, size in places]


def read(path):
    with open(path, "rb") as file:
        return bytearray(file.read())


def listing(path, lines):
    data = read(path)
    parts = slices(data) if data[:4] in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe") else []
    if not parts:
        return f"{path}: is not an object file\n"
    fat = len(parts) > 1
    heads = [f"{path} (architecture {CPUS.get(part.cpu, '?')}):" if fat else f"{path}:" for part in parts]
    return "".join(f"{head}\n" + "".join(f"{line}\n" for line in lines(part)) for head, part in zip(heads, parts))


def otool(args):
    path = args[-1]
    if "-D" in args:
        return listing(path, lambda part: part.text({ID}))
    if "-L" in args:
        versions = "(compatibility version 1.0.0, current version 1.0.0)"
        return listing(path, lambda part: [f"\t{name} {versions}" for name in part.text(LOADS | {ID})])

    def rpaths(part):
        for index, name in enumerate(part.text({RPATH})):
            yield from (f"Load command {index}", "          cmd LC_RPATH", "      cmdsize 48")
            yield f"         path {name} (offset 12)"

    return listing(path, rpaths)


def install_name_tool(args):
    option, *values, path = args
    data = read(path)
    for part in slices(data):
        done = False
        for index, (cmd, body) in enumerate(part.commands):
            if option == "-change" and cmd in LOADS and string(body) == values[0]:
                part.commands[index] = (cmd, renamed(body, values[1], part.wide))
            elif option == "-id" and cmd == ID:
                part.commands[index] = (cmd, renamed(body, values[0], part.wide))
            elif option == "-delete_rpath" and cmd == RPATH and string(body) == values[0]:
                del part.commands[index]
                done = True
                break
        if option == "-delete_rpath" and not done:
            raise ValueError(f"no LC_RPATH load command with path: {values[0]}")
        part.store()
    with open(path, "wb") as file:
        file.write(data)
    return ""


def lipo(args):
    path = args[-1]
    archs = [CPUS.get(part.cpu, "?") for part in slices(read(path))]
    if len(archs) > 1:
        return f"Architectures in the fat file: {path} are: {' '.join(archs)} \n"
    return f"Non-fat file: {path} is architecture: {archs[0]}\n"


def stand_in(command, *, check):
    program, *args = command
    try:
        text = {"otool": otool, "install_name_tool": install_name_tool, "lipo": lipo}.get(
            program, lambda _: ""
        )(args)
    except ValueError as error:
        raise RuntimeError(f"Command failed: {command}: {error}") from error
    return subprocess.CompletedProcess(command, 0, text, "")


def main(wheel, folder):
    from delocate import delocate_wheel, tools
    from delocate.wheeltools import InWheel

    logging.disable(logging.CRITICAL)
    tools._run = stand_in
    os.makedirs(folder)
    try:
        delocate_wheel(wheel, os.path.join(folder, os.path.basename(wheel)))
    except Exception as error:  # whatever it says is its answer
        return {"error": f"{type(error).__name__}: {error}"}
    [name] = os.listdir(folder)
    with InWheel(os.path.join(folder, name)):
        found = [os.path.join(at, each) for at, _, files in os.walk(".") for each in files]
    return {"name": name, "libraries": sorted(each[2:] for each in found if "dylibs/" in each)}


print(json.dumps(main(*sys.argv[1:])))
