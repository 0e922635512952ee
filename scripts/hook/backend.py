"""Builds the wheel that pre-commit installs: no code, one requirement. It needs nothing but Python."""

import base64
import hashlib
import os
import re
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def field(name):
    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf-8") as file:
        return re.search(r'^%s = "([^"]+)"' % name, file.read(), re.M).group(1)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    version = field("version")
    info = "wheelkit_hook-%s.dist-info" % version
    files = {
        info + "/METADATA": "Metadata-Version: 2.1\nName: wheelkit-hook\nVersion: %s\n"
        "Requires-Python: %s\nRequires-Dist: wheelkit==%s\n"
        % (version, field("requires-python"), version),
        info + "/WHEEL": "Wheel-Version: 1.0\nGenerator: wheelkit-hook\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in sorted(files.items()):
        digest = hashlib.sha256(text.encode()).digest()
        code = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        record += "%s,sha256=%s,%d\n" % (path, code, len(text.encode()))
    files[info + "/RECORD"] = record + info + "/RECORD,,\n"
    name = "wheelkit_hook-%s-py3-none-any.whl" % version
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return name
