"""What others say of the structure of PE files that were changed.

windows_structure.py PAIRS.json    a list of {"name", "before": path or null, "after": path}

Prints {"files", "changed", "problems"} as JSON. pefile must not warn of anything that it did not warn
of before; LIEF must find the layout as good as before and read the same imports as pefile;
llvm-readobj must read whatever it read before; osslsigncode must find no signature in what was changed, and no
other digest in what was not. Sizes and pointers in headers are computed anew from the sections.
"""
import json
import re
import subprocess
import sys

import lief
import pefile

lief.logging.disable()
pefile.MAX_IMPORT_SYMBOLS = pefile.MAX_SYMBOL_EXPORT_COUNT = 1 << 22
pefile.MAX_SYMBOL_NAME_LENGTH = pefile.MAX_DLL_LENGTH = 1 << 12
pefile.MAX_REPEATED_ADDRESSES = 1 << 16

READOBJ = [
    "llvm-readobj", "--file-headers", "--sections", "--coff-imports", "--coff-exports",
    "--coff-load-config", "--coff-debug-directory", "--coff-basereloc",
]
# A program needs few files at a time, so that its command line stays short.
BATCH = 50


def align(value, unit):
    return -(-value // unit) * unit


class Look:
    """All that is compared of one file."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.pe = pe = pefile.PE(data=self.data, fast_load=True)
        pe.parse_data_directories([0, 1, 5, 6, 9, 10, 13])
        # Numbers differ, and small files are mostly zeros.
        self.warnings = {
            re.sub(r"0x[0-9a-f]+|\d+", "N", text)
            for text in pe.get_warnings()
            if "makes up" not in text
        }
        self.imports = [
            (how, entry.dll)
            for how, attribute in (
                ("required", "DIRECTORY_ENTRY_IMPORT"),
                ("delay", "DIRECTORY_ENTRY_DELAY_IMPORT"),
            )
            for entry in getattr(pe, attribute, [])
        ]
        exports = getattr(pe, "DIRECTORY_ENTRY_EXPORT", None)
        self.id = None if exports is None else exports.name
        self.exports = [] if exports is None else [(s.ordinal, s.name) for s in exports.symbols]
        directories = pe.OPTIONAL_HEADER.DATA_DIRECTORY
        self.certificate = (
            (directories[4].VirtualAddress, directories[4].Size) if len(directories) > 4 else (0, 0)
        )
        self.faults = set(self.find_faults())
        binary = lief.PE.parse(path)
        # LIEF asks for the directory of address tables, which a file may lack.
        reads = binary is not None and len(directories) > 12
        self.lief = [each.name for each in binary.imports] if reads else None
        good, text = (False, "not read") if binary is None else lief.PE.check_layout(binary)
        # A delayed DLL that is imported as well fills the slots of the delayed import, which hold the
        # addresses of code before: LIEF expects a copy of the lookup table there.
        late = {name.decode("latin-1") for how, name in self.imports if how == "delay"}
        lines = [
            re.sub(r"0x[0-9a-f]+|\d+", "N", line).strip()
            for line in ("" if good else text).splitlines()
            if not ("Missing CNT_CODE" in line and line.strip().split(":")[0] in late)
        ]
        self.layout = "\n".join(line for line in lines if line)

    def find_faults(self):
        pe, size = self.pe, len(self.data)
        header = pe.OPTIONAL_HEADER
        unit, chunk = header.SectionAlignment, header.FileAlignment
        sections = sorted(pe.sections, key=lambda section: section.VirtualAddress)
        end = header.SizeOfHeaders
        for section in sections:
            memory = section.Misc_VirtualSize or section.SizeOfRawData
            if section.VirtualAddress != align(end, unit):
                yield "a gap or an overlap in memory"
            end = section.VirtualAddress + memory
            if section.SizeOfRawData and section.PointerToRawData + section.SizeOfRawData > size:
                yield "a section ends after the file"
        if header.SizeOfImage != align(end, unit):
            yield "SizeOfImage"
        table = pe.sections[-1].get_file_offset() + 40 if pe.sections else 0
        stored = sorted(
            (section.PointerToRawData, section.SizeOfRawData)
            for section in sections
            if section.SizeOfRawData
        )
        if table > header.SizeOfHeaders or (stored and header.SizeOfHeaders > stored[0][0]):
            yield "SizeOfHeaders"
        if any(a + b > c for (a, b), (c, _) in zip(stored, stored[1:])):
            yield "sections overlap in the file"
        initialized = sum(
            max(s.SizeOfRawData, align(s.Misc_VirtualSize, chunk))
            for s in sections
            if s.Characteristics & 0x40
        )
        if header.SizeOfInitializedData < sum(
            s.SizeOfRawData for s in sections if s.Characteristics & 0x40
        ) or header.SizeOfInitializedData > align(initialized, unit):
            yield "SizeOfInitializedData"
        if header.CheckSum and header.CheckSum != pe.generate_checksum():
            yield "CheckSum"
        symbols = pe.FILE_HEADER.PointerToSymbolTable
        if symbols and symbols + 18 * pe.FILE_HEADER.NumberOfSymbols + 4 > size:
            yield "the symbol table ends after the file"
        for each in getattr(pe, "DIRECTORY_ENTRY_DEBUG", []):
            rva, pointer = each.struct.AddressOfRawData, each.struct.PointerToRawData
            if rva and pe.get_offset_from_rva(rva) != pointer:
                yield "a debug entry's pointer"
        at, length = self.certificate
        if at and at + length > size:
            yield "the certificate ends after the file"


def unread(paths):
    """Those that llvm-readobj has errors or warnings about."""
    found = set()
    for start in range(0, len(paths), BATCH):
        part = paths[start : start + BATCH]
        done = subprocess.run(
            READOBJ + part, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=900
        )
        if done.returncode == 0 and not done.stderr:
            continue
        for path in part:
            one = subprocess.run(
                READOBJ + [path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=900
            )
            if one.returncode != 0 or one.stderr:
                found.add(path)
    return found


def signature(path):
    """`none`, `right` or `other digest`, as osslsigncode says."""
    done = subprocess.run(
        ["osslsigncode", "verify", "-in", path], capture_output=True, text=True, timeout=300
    )
    text = done.stdout + done.stderr
    if "message digest" not in text:
        return "none"
    return "other digest" if "MISMATCH" in text else "right"


def compare(pairs):
    problems = []
    changed = 0
    fresh = unread([pair["after"] for pair in pairs])
    old = unread(
        sorted({pair["before"] for pair in pairs if pair["before"] and pair["after"] in fresh})
    )
    for pair in pairs:
        name = pair["name"]

        def tell(what):
            problems.append([name, what])

        after = Look(pair["after"])
        before = None if pair["before"] is None else Look(pair["before"])
        if before is not None and before.data == after.data:
            if signature(pair["after"]) == "other digest" != signature(pair["before"]):
                tell("osslsigncode: another digest")
            continue
        changed += 1
        known = set() if before is None else before.warnings
        for text in sorted(after.warnings - known):
            tell("pefile: " + text)
        for text in sorted(after.faults - (set() if before is None else before.faults)):
            tell(text)
        if after.layout and (before is None or after.layout != before.layout):
            tell("LIEF: " + after.layout)
        # It leaves out names without an extension, and pefile those with blanks.
        readable = [
            library.decode("latin-1")
            for how, library in after.imports
            if how == "required" and b"." in library
        ]
        if after.lief is not None and b"*invalid*" not in dict(after.imports).values():
            if readable != [text for text in after.lief if "." in text]:
                tell("LIEF: other imports than pefile's")
        if before is not None:
            if before.id != after.id or before.exports != after.exports:
                tell("other exports")
            if len(before.imports) > len(after.imports):
                tell("fewer imports")
        if pair["after"] in fresh and not (pair["before"] in old):
            tell("llvm-readobj: errors")
        if signature(pair["after"]) != "none" or any(after.certificate):
            tell("osslsigncode: a signature is left")
    return {"files": len(pairs), "changed": changed, "problems": problems}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps(compare(json.load(file))))
