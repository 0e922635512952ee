"""Facts of wheels and ELF files, told by Python's zipfile and pyelftools: `repair-check.py PATH...`
prints them as JSON.

Nothing of wheelkit is used here: these facts judge it.
"""

import base64
import csv
import hashlib
import io
import json
import sys
import zipfile
from email.parser import BytesParser

from elftools.elf.elffile import ELFFile


def main(path):
    if not path.endswith(".whl"):
        with open(path, "rb") as file:
            return elf_facts(file.read())
    problems = []
    with zipfile.ZipFile(path) as archive:
        members = {}
        elves = {}
        seen = set()
        for info in archive.infolist():
            if info.filename in seen:
                problems.append(f"{info.filename} is there twice")
            seen.add(info.filename)
            if info.flag_bits & 8:
                problems.append(f"{info.filename} has a data descriptor")
            if info.is_dir():
                continue
            data = archive.read(info)  # checks the CRC
            members[info.filename] = {
                "size": info.file_size,
                "packed": info.compress_size,
                "raw": hashlib.sha256(raw(archive, info)).hexdigest(),
                "sha256": hashlib.sha256(data).hexdigest(),
                "mode": info.external_attr >> 16 & 0o7777,
            }
            if data[:4] == b"\x7fELF":
                elves[info.filename] = elf_facts(data)
        names = list(members)
        info_folder = next(name for name in names if name.endswith(".dist-info/WHEEL")).rpartition("/")[0]
        return {
            "archive": problems,
            "members": members,
            "elves": elves,
            "record": record_problems(archive, members, info_folder),
            "wheel": wheel_problems(archive, info_folder, path),
            "sbom": sboms(archive, info_folder),
            "info": info_folder,
        }


def raw(archive, info):
    """The bytes in the archive, as they lie there."""
    archive.fp.seek(info.header_offset)
    header = archive.fp.read(30)
    name = int.from_bytes(header[26:28], "little")
    extra = int.from_bytes(header[28:30], "little")
    archive.fp.seek(info.header_offset + 30 + name + extra)
    return archive.fp.read(info.compress_size)


def record_problems(archive, members, info_folder):
    problems = []
    path = f"{info_folder}/RECORD"
    rows = {}
    for row in csv.reader(io.StringIO(archive.read(path).decode())):
        if len(row) != 3:
            problems.append(f"a row of {len(row)}")
        elif row[0] in rows:
            problems.append(f"{row[0]} twice")
        else:
            rows[row[0]] = row[1:]
    for name in sorted(set(members) ^ set(rows)):
        problems.append(f"{name} is only {'in RECORD' if name in rows else 'in the archive'}")
    for name, (digest, size) in rows.items():
        if name == path:
            if digest or size:
                problems.append("RECORD has a hash of itself")
            continue
        if name not in members:
            continue
        wanted = base64.urlsafe_b64encode(bytes.fromhex(members[name]["sha256"])).rstrip(b"=").decode()
        if digest != f"sha256={wanted}" or int(size) != members[name]["size"]:
            problems.append(f"{name} has another hash or size")
    return problems


def wheel_problems(archive, info_folder, path):
    problems = []
    parts = path.rpartition("/")[2].removesuffix(".whl").split("-")
    pythons, abis, platforms = (part.split(".") for part in parts[-3:])
    wanted = sorted(f"{p}-{a}-{t}" for p in pythons for a in abis for t in platforms)
    message = BytesParser().parsebytes(archive.read(f"{info_folder}/WHEEL"))
    tags = message.get_all("Tag") or []
    if sorted(tags) != wanted:
        problems.append(f"tags {tags} are not those of the name")
    if message["Root-Is-Purelib"].lower() != "false":
        problems.append("Root-Is-Purelib is true")
    if message.get_payload().strip():
        problems.append("WHEEL has a body")
    return problems


def sboms(archive, info_folder):
    found = {}
    for name in archive.namelist():
        if name.startswith(f"{info_folder}/sboms/") and name.endswith(".json"):
            found[name.rpartition("/")[2]] = json.loads(archive.read(name))
    return found


def elf_facts(data):
    elf = ELFFile(io.BytesIO(data))
    facts = {"size": len(data), "needed": [], "soname": None, "rpath": None, "runpath": None, "problems": []}
    problems = facts["problems"]
    loads = [segment.header for segment in elf.iter_segments("PT_LOAD")]
    facts["loads"] = len(loads)
    facts["align"] = max((load.p_align for load in loads), default=0)
    end = 0
    for load in loads:
        if load.p_align > 1 and (load.p_vaddr - load.p_offset) % load.p_align:
            problems.append("a load segment is not congruent")
        if load.p_vaddr < end:
            problems.append("load segments overlap or are not in order")
        end = load.p_vaddr + load.p_memsz
        if load.p_offset + load.p_filesz > len(data):
            problems.append("a load segment leaves the file")
    relro = next((segment.header for segment in elf.iter_segments("PT_GNU_RELRO")), None)
    dynamic = next((segment for segment in elf.iter_segments("PT_DYNAMIC")), None)
    facts["relro"] = None
    if dynamic is not None:
        start, size = dynamic.header.p_vaddr, dynamic.header.p_memsz
        if relro is not None:
            facts["relro"] = relro.p_vaddr <= start and start + size <= relro.p_vaddr + relro.p_memsz
        for tag in dynamic.iter_tags():
            if tag.entry.d_tag == "DT_NEEDED":
                facts["needed"].append(tag.needed)
            elif tag.entry.d_tag == "DT_SONAME":
                facts["soname"] = tag.soname
            elif tag.entry.d_tag == "DT_RPATH":
                facts["rpath"] = tag.rpath
            elif tag.entry.d_tag == "DT_RUNPATH":
                facts["runpath"] = tag.runpath
        section = elf.get_section_by_name(".dynamic")
        if section is not None and section.header.sh_addr != start:
            problems.append("`.dynamic` is elsewhere than PT_DYNAMIC")
    for section in elf.iter_sections():
        header = section.header
        if not header.sh_flags & 2 or header.sh_size == 0:
            continue
        if header.sh_type == "SHT_NOBITS" and header.sh_flags & 0x400:
            continue  # .tbss takes no place
        inside = any(
            load.p_vaddr <= header.sh_addr and header.sh_addr + header.sh_size <= load.p_vaddr + load.p_memsz
            for load in loads
        )
        if not inside:
            problems.append(f"section {section.name} is in no segment")
    versions = elf.get_section_by_name(".gnu.version_r")
    names = []
    if versions is not None:
        names = [need.name for need, _ in versions.iter_versions()]
        for name in names:
            if name not in facts["needed"] and not name.startswith("ld"):
                problems.append(f"version needs name {name}, which is not needed")
    facts["versionFiles"] = names
    return facts


if __name__ == "__main__":
    print(json.dumps([main(path) for path in sys.argv[1:]]))
