"""What LIEF and delocate say of a macOS wheel, as JSON: `facts`, `tags`, `defects`, `unpack`, `versions`.

`facts WHEEL`: every slice of every Mach-O member, as LIEF reads it.
`tags WHEEL`: the platform tag that delocate computes.
`unpack WHEEL FOLDER`: the Mach-O members as files.
`defects WHEEL`: what keeps the members of a repaired wheel from being loaded by each other.
"""

import json
import logging
import os
import posixpath
import sys
import tempfile
import zipfile
from pathlib import Path

LOADS = {
    "LOAD_DYLIB": "required",
    "LOAD_WEAK_DYLIB": "weak",
    "REEXPORT_DYLIB": "reexport",
    "LOAD_UPWARD_DYLIB": "upward",
    "LAZY_LOAD_DYLIB": "lazy",
}
THIN = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce")
LINKED = ("DYLIB", "BUNDLE", "EXECUTE")


def is_macho(head):
    if head[:4] in THIN:
        return True
    # Java class files begin the same; their version is above any count of slices.
    return head[:4] in (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf") and int.from_bytes(head[4:8], "big") < 43


def machos(archive):
    import lief

    lief.logging.disable()
    for name in archive.namelist():
        if name.endswith("/"):
            continue
        with archive.open(name) as member:
            head = member.read(8)
        if is_macho(head):
            with tempfile.NamedTemporaryFile() as copy:
                copy.write(archive.read(name))
                copy.flush()
                fat = lief.MachO.parse(copy.name)
                if fat is not None:
                    yield name, [fat.at(index) for index in range(fat.size)]


def spelled(version):
    major, minor, patch = list(version)[:3]
    return f"{major}.{minor}" if patch == 0 else f"{major}.{minor}.{patch}"


def slice_facts(binary):
    version = None
    if binary.has_build_version:
        version = (binary.build_version.minos, binary.build_version.sdk)
    elif binary.has_version_min:
        version = (binary.version_min.version, binary.version_min.sdk)
    ids = [each.name for each in binary.libraries if each.command.name == "ID_DYLIB"]
    return {
        "id": ids[0] if ids else None,
        "dependencies": [
            [each.name, LOADS[each.command.name]] for each in binary.libraries if each.command.name in LOADS
        ],
        "searchPaths": [each.path for each in binary.rpaths],
        "minos": None if version is None else spelled(version[0]),
        "sdk": None if version is None else spelled(version[1]),
        "uuid": bytes(binary.uuid.uuid).hex().upper() if binary.has_uuid else None,
    }


def facts(path):
    with zipfile.ZipFile(path) as archive:
        return {
            name: [
                slice_facts(each) if each.header.file_type.name in LINKED else None for each in slices
            ]
            for name, slices in machos(archive)
        }


def tags(path):
    from delocate.delocating import _calculate_minimum_wheel_name

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        try:
            name, _ = _calculate_minimum_wheel_name(os.path.basename(path), Path(folder), None)
        except Exception as error:  # whatever it says is its answer
            return {"error": str(error)}
    return sorted(name[: -len(".whl")].rsplit("-", 1)[1].split("."))


def defects(path):
    found = []
    with zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
        for name, slices in machos(archive):
            for binary in slices:
                if binary.header.file_type.name not in LINKED:
                    continue
                loads = [each.name for each in binary.libraries if each.command.name in LOADS]
                paths = [each.path for each in binary.rpaths]
                if len(set(loads)) < len(loads):
                    found.append([name, "loads a name twice"])
                if len(set(paths)) < len(paths):
                    found.append([name, "has a run path twice"])
                found += [[name, f"run path {each}"] for each in paths if not each.startswith(("@", "/usr/lib"))]
                for each in loads:
                    if each.startswith(("/usr/lib/", "/System/Library/")):
                        continue
                    home = posixpath.join(posixpath.dirname(name), each.removeprefix("@loader_path/"))
                    if not each.startswith("@loader_path/") or posixpath.normpath(home) not in members:
                        found.append([name, f"load of {each}"])
    return found


def unpack(path, folder):
    """Writes every Mach-O member to FOLDER: pairs of member and file."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith("/"):
                continue
            with archive.open(name) as member:
                if not is_macho(member.read(8)):
                    continue
            file = os.path.join(folder, str(len(found)))
            with open(file, "wb") as copy:
                copy.write(archive.read(name))
            found.append([name, file])
    return found


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ("lief", "delocate")}


print(json.dumps({"versions": versions, "unpack": unpack, "facts": facts, "tags": tags, "defects": defects}[sys.argv[1]](*sys.argv[2:])))
