"""Runs the __init__.py files of a package as an import would, and says what they tell Windows to do.

run-inits.py SITE PACKAGE...: prints {"folders": [...], "preload": [...]}.
"""
import ctypes
import json
import os
import sys

site, packages = sys.argv[1], sys.argv[2:]
folders, preload = [], []
os.add_dll_directory = lambda folder: folders.append(folder) or object()
ctypes.WinDLL = lambda path: preload.append(path) or object()
for package in packages:
    path = os.path.join(site, package, "__init__.py")
    if not os.path.isfile(path):
        continue
    with open(path, "rb") as file:
        source = file.read()
    exec(compile(source, path, "exec"), {"__file__": path, "__name__": package})
for each in folders + preload:
    assert os.path.isabs(each) and os.path.exists(each), each
print(json.dumps({"folders": folders, "preload": preload}))
