"""Compares what wheelkit says of a Windows wheel with pefile, LIEF and delvewheel.

windows-check.py facts WHEEL SHOW.json     what `show -f json` says of each PE file, beside pefile and LIEF
windows-check.py needed WHEEL SHOW.json    the same of its DLLs, beside `delvewheel needed`
windows-check.py restore WHEEL OUT LIB     takes back what delvewheel did: OUT, and the DLLs in LIB
windows-check.py structure OUT LIB REPAIRED   the files of a repair, beside what they were made of

Each prints JSON.
"""
import base64
import hashlib
import json
import os
import re
import struct
import sys
import tempfile
import zipfile

import lief
import pefile
import windows_structure

lief.logging.disable()
# pefile stops at some thousand symbols; whole DLLs would be missing.
pefile.MAX_IMPORT_SYMBOLS = pefile.MAX_SYMBOL_EXPORT_COUNT = 1 << 22
pefile.MAX_SYMBOL_NAME_LENGTH = pefile.MAX_DLL_LENGTH = 1 << 12
pefile.MAX_REPEATED_ADDRESSES = 1 << 16

MANGLED = re.compile(r"^(.+)-([0-9a-f]{32})(\.[^.]*)$")
PATCH = re.compile(
    rb'(?:\r?\n){0,2}(?:"""""" )?# start delvewheel patch.*?# end delvewheel patch(?:\r?\n)*', re.S
)


def facts(data):
    """What pefile finds, in the words of `show -f json`."""
    pe = pefile.PE(data=data, fast_load=True)
    pe.parse_data_directories([0, 1, 13])
    imports = [entry.dll.decode("latin-1") for entry in getattr(pe, "DIRECTORY_ENTRY_IMPORT", [])]
    delayed = [
        entry.dll.decode("latin-1") for entry in getattr(pe, "DIRECTORY_ENTRY_DELAY_IMPORT", [])
    ]
    exports = getattr(pe, "DIRECTORY_ENTRY_EXPORT", None)
    symbols = [] if exports is None else exports.symbols
    stored = pe.OPTIONAL_HEADER.CheckSum
    return {
        "machine": pefile.MACHINE_TYPE[pe.FILE_HEADER.Machine],
        "imports": imports,
        "delayed": delayed,
        "exports": len([s for s in symbols if s.address]),
        "forwarders": len([s for s in symbols if s.forwarder]),
        "id": None if exports is None or not exports.name else exports.name.decode("latin-1"),
        "checksum": "zero" if stored == 0 else "right" if pe.verify_checksum() else "wrong",
    }


def lief_facts(data):
    """What LIEF finds, in the same words; it leaves out DLLs without an extension."""
    binary = lief.PE.parse(list(data))
    if binary is None:
        return None
    entries = [] if binary.get_export() is None else list(binary.get_export().entries)
    header = binary.optional_header
    security = binary.data_directories[4] if len(binary.data_directories) > 4 else None
    overlay = bytes(binary.overlay)
    # The certificate table counts as an overlay there, with the zeros that align it.
    if security is not None and security.rva:
        overlay = overlay[: max(0, security.rva - binary.overlay_offset)].rstrip(b"\0")
    return {
        "imports": [each.name for each in binary.imports],
        "delayed": [each.name for each in binary.delay_imports],
        "exports": len([each for each in entries if each.address or each.is_forwarded]),
        "forwarders": len([each for each in entries if each.is_forwarded]),
        "machine": "IMAGE_FILE_MACHINE_" + str(binary.header.machine).rsplit(".", 1)[-1],
        "overlay": len(overlay),
        "checksum": "zero"
        if header.checksum == 0
        else "right"
        if header.checksum == binary.compute_checksum()
        else "wrong",
    }


def needed(wheel, shown):
    """Names that `delvewheel needed` prints and that wheelkit does not list, and the other way round."""
    from delvewheel import _dll_utils

    archive = zipfile.ZipFile(wheel)
    differences = []
    with tempfile.TemporaryDirectory() as folder:
        for each in shown:
            path = os.path.join(folder, os.path.basename(each["path"]))
            with open(path, "wb") as file:
                file.write(archive.read(each["path"]))
            try:
                theirs = _dll_utils.get_direct_needed(path)
            except Exception as error:
                differences.append([each["path"], "needed", str(error)])
                continue
            ours = {d["name"] for d in each["dependencies"] if d["how"] != "forwarder"}
            if each["path"].lower().endswith("msvcp140.dll"):
                # It knows that today's Windows does not look for that one.
                ours = {name for name in ours if name.lower() != "concrt140.dll"}
            if {n.lower() for n in theirs} != {n.lower() for n in ours}:
                differences.append([each["path"], "needed", sorted(theirs), sorted(ours)])
    return {"files": len(shown), "differences": differences}


def compare_facts(wheel, shown):
    archive = zipfile.ZipFile(wheel)
    binaries = {each["path"]: each for each in shown}
    differences = []
    count = 0
    for name in archive.namelist():
        data = archive.read(name)
        if data[:2] != b"MZ":
            continue
        try:
            theirs = facts(data)
        except pefile.PEFormatError:
            continue
        count += 1
        ours = binaries.get(name)
        if ours is None:
            differences.append([name, "not listed"])
            continue
        said = {
            "machine": ours["machine"],
            "imports": [d["name"] for d in ours["dependencies"] if d["how"] == "required"],
            "delayed": [d["name"] for d in ours["dependencies"] if d["how"] == "delay"],
            "exports": ours["exports"]["count"],
            "forwarders": ours["exports"]["forwarders"],
            "id": ours["id"],
            "checksum": ours["checksum"],
        }
        for field, value in theirs.items():
            if said[field] != value:
                differences.append([name, field, value, said[field]])
        said["overlay"] = ours["overlay"]
        said["imports"] = [each for each in said["imports"] if "." in each]
        for field, value in (lief_facts(data) or {}).items():
            if said[field] != value:
                differences.append([name, f"LIEF's {field}", value, said[field]])
    return {"files": count, "differences": differences}


def restore_imports(data, names):
    """The file as it was before delvewheel renamed what it imports; byte for byte where it can be."""
    try:
        pe = pefile.PE(data=data, fast_load=True)
    except pefile.PEFormatError:
        return data
    pe.parse_data_directories([1, 13])
    out = bytearray(data)
    used = set()
    for attribute, at, field in (
        ("DIRECTORY_ENTRY_IMPORT", 12, "Name"),
        ("DIRECTORY_ENTRY_DELAY_IMPORT", 4, "szName"),
    ):
        for entry in getattr(pe, attribute, []):
            name = entry.dll.decode("latin-1")
            if name.lower() not in names:
                continue
            stem, _, extension = MANGLED.match(name).groups()
            old = find_text(pe, (stem + extension).encode("latin-1"))
            if old is None:
                continue
            used.add(getattr(entry.struct, field))
            struct.pack_into("<I", out, entry.struct.get_file_offset() + at, old)
    if not used:
        return data
    sections = list(pe.sections)
    sizes = {section.VirtualAddress: section.Misc_VirtualSize for section in sections}
    if sections[-1].Name.rstrip(b"\0") == b"dlvwhl":
        last = sections.pop()
        del out[last.PointerToRawData :]
        struct.pack_into("<H", out, pe.FILE_HEADER.get_file_offset() + 2, len(sections))
        out[last.get_file_offset() : last.get_file_offset() + 40] = bytes(40)
    for section in sections:
        start = section.VirtualAddress
        inside = [rva for rva in used if start <= rva < start + section.SizeOfRawData]
        if not inside:
            continue
        size = min(inside) - start
        out[section.PointerToRawData + size : section.PointerToRawData + sizes[start]] = bytes(
            sizes[start] - size
        )
        sizes[start] = size
        struct.pack_into("<I", out, section.get_file_offset() + 8, size)
    header = pe.OPTIONAL_HEADER

    def align(value, unit):
        return -(-value // unit) * unit

    end = max(sections, key=lambda section: section.VirtualAddress).VirtualAddress
    image = align(end + sizes[end], header.SectionAlignment)
    initialized = sum(
        max(s.SizeOfRawData, align(sizes[s.VirtualAddress], header.FileAlignment))
        for s in sections
        if s.Characteristics & 0x40
    )
    struct.pack_into("<I", out, header.get_file_offset() + 56, image)
    struct.pack_into("<I", out, header.get_file_offset() + 8, initialized)
    if header.CheckSum:
        checksum = pefile.PE(data=bytes(out), fast_load=True).generate_checksum()
        struct.pack_into("<I", out, header.get_file_offset() + 64, checksum)
    return bytes(out)


def find_text(pe, text):
    # The end of another name is none: `hdf.dll` in `mfhdf.dll`.
    for before in (rb"(?<=\0)", b""):
        for section in pe.sections:
            hit = re.search(before + re.escape(text) + b"\0", section.get_data(), re.I)
            if hit is not None:
                return section.VirtualAddress + hit.start()
    return None


def restore(wheel, out, folder):
    archive = zipfile.ZipFile(wheel)
    grafted = {}
    for name in archive.namelist():
        base = os.path.basename(name)
        if base.lower().endswith(".dll") and MANGLED.match(base):
            grafted[name] = base
    names = {base.lower() for base in grafted.values()}
    os.makedirs(folder, exist_ok=True)
    rows = []
    dist_info = ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as result:
        for info in archive.infolist():
            name, base = info.filename, os.path.basename(info.filename)
            if name.endswith("/.dist-info/RECORD") or base in ("RECORD", "DELVEWHEEL"):
                continue
            if info.is_dir() or base.startswith(".load-order-"):
                continue
            data = archive.read(info)
            if data[:2] == b"MZ":
                data = restore_imports(data, names)
            if name in grafted:
                stem, _, extension = MANGLED.match(base).groups()
                with open(os.path.join(folder, stem + extension), "wb") as file:
                    file.write(data)
                continue
            if name.endswith(".py"):
                data = PATCH.sub(b"\n", data)
            if name.endswith(".dist-info/WHEEL"):
                dist_info = os.path.dirname(name)
            result.writestr(name, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            quoted = '"%s"' % name if "," in name else name
            rows.append("%s,sha256=%s,%d\n" % (quoted, digest, len(data)))
        rows.append(dist_info + "/RECORD,,\n")
        result.writestr(dist_info + "/RECORD", "".join(rows))
    return {"published": sorted(grafted.values())}


def structure(wheel, folder, repaired):
    """See windows_structure.py."""
    before = zipfile.ZipFile(wheel)
    after = zipfile.ZipFile(repaired)
    members = set(before.namelist())
    outside = {name.lower(): os.path.join(folder, name) for name in os.listdir(folder)}
    inside = {os.path.basename(name).lower(): name for name in sorted(members)}
    pairs = []
    with tempfile.TemporaryDirectory() as work:

        def keep(archive, name):
            path = os.path.join(work, str(len(os.listdir(work))))
            with open(path, "wb") as file:
                file.write(archive.read(name))
            return path

        for name in after.namelist():
            with after.open(name) as member:
                if member.read(2) != b"MZ":
                    continue
            base = MANGLED.sub(r"\1\3", os.path.basename(name)).lower()
            old = name if name in members else inside.get(base)
            original = outside.get(base) if old is None else keep(before, old)
            pairs.append({"name": name, "before": original, "after": keep(after, name)})
        return windows_structure.compare(pairs)


if sys.argv[1] in ("facts", "needed"):
    compare = compare_facts if sys.argv[1] == "facts" else needed
    with open(sys.argv[3], encoding="utf-8") as file:
        print(json.dumps(compare(sys.argv[2], json.load(file))))
elif sys.argv[1] == "structure":
    print(json.dumps(structure(*sys.argv[2:5])))
else:
    print(json.dumps(restore(*sys.argv[2:5])))
