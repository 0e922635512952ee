"""Makes an unrepaired wheel of a repaired one: `macos-undo.py WHEEL RESULT FOLDER CLI`.

The grafted libraries move to FOLDER; whatever loads them gets their absolute path, every third time
`@rpath` and FOLDER among its run paths, and each library the install name that it had there.
"""

import base64
import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

import lief

from_wheel, result, libraries, cli = sys.argv[1:5]
lief.logging.disable()


def macho_files(root):
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                if file.read(4) in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"):
                    yield path


def edits_of(path, names, grafted):
    fat = lief.MachO.parse(path)
    if fat is None or fat.at(0).header.file_type.name not in ("DYLIB", "BUNDLE", "EXECUTE"):
        return []
    edits, seen = [], {}
    for index in range(fat.size):
        for library in fat.at(index).libraries:
            base = os.path.basename(library.name)
            if library.command.name == "ID_DYLIB" or base not in names or not library.name.startswith("@"):
                continue
            if library.name in seen:
                continue
            seen[library.name] = True
            home = "@rpath" if len(seen) % 3 == 0 else libraries
            edits += ["--replace-needed", f"{library.name}={home}/{base}"]
    if seen:
        edits += ["--set-rpath", f"{libraries}:/nowhere/lib"]
    if path in grafted:
        edits += ["--set-id", f"{libraries}/{os.path.basename(path)}"]
    return edits


with tempfile.TemporaryDirectory() as root:
    with zipfile.ZipFile(from_wheel) as archive:
        archive.extractall(root)
    bundles = [folder for folder, _, _ in os.walk(root) if folder.endswith(".dylibs")]
    grafted = {os.path.join(folder, name) for folder in bundles for name in os.listdir(folder)}
    names = {os.path.basename(path) for path in grafted}
    for path in macho_files(root):
        edits = edits_of(path, names, grafted)
        if edits:
            subprocess.run(["node", cli, "edit", "--in-place", *edits, path], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(libraries, ignore_errors=True)
    os.makedirs(libraries)
    for path in sorted(grafted):
        shutil.move(path, os.path.join(libraries, os.path.basename(path)))
    for folder in bundles:
        os.rmdir(folder)
    paths = sorted(
        os.path.relpath(os.path.join(folder, name), root) for folder, _, files in os.walk(root) for name in files
    )
    record = next(path for path in paths if path.endswith(".dist-info/RECORD"))
    with open(os.path.join(root, record), "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for path in paths:
            if path == record:
                continue
            with open(os.path.join(root, path), "rb") as member:
                data = member.read()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.writerow([path, f"sha256={digest}", len(data)])
        rows.writerow([record, "", ""])
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(os.path.join(root, path), path)
