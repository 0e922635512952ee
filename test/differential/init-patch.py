"""Runs each shape of __init__.py with and without the code, and says what differs.

Reads {"shapes": [{"name", "plain", "patched"}]} (base64) on stdin; writes one record for each shape.
"""
import __future__
import base64
import json
import os
import shutil
import sys
import tempfile
import warnings

FUTURES = 0
for feature in __future__.all_feature_names:
    FUTURES |= getattr(__future__, feature).compiler_flag


def run(source, path, name="demo"):
    code = compile(source, path, "exec", dont_inherit=True)
    scope = {"__name__": name, "__file__": path, "__doc__": None}
    exec(code, scope)
    scope.pop("__builtins__")
    return code, scope


def visible(scope):
    return {
        key: repr(value)
        for key, value in scope.items()
        if isinstance(value, (int, float, str, bytes, type(None))) and key not in ("__file__",)
    }, sorted(scope)


def check(plain, patched, folder):
    path = os.path.join(folder, "site", "demo", "__init__.py")
    libs = os.path.join(folder, "site", "demo.libs")
    for each in (os.path.dirname(path), libs):
        os.makedirs(each)
    before_code, before = run(plain, path)
    recorded = []
    os.add_dll_directory = lambda name: recorded.append(name) or object()
    sys.__dict__.pop("_wheelkit_dll_folders", None)
    problems = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        code, after = run(patched, path)
        # What importlib.reload and tools that import again do.
        run(patched, path)
    if before["__doc__"] != after["__doc__"]:
        problems.append("docstring %r" % after["__doc__"])
    if (code.co_flags ^ before_code.co_flags) & FUTURES:
        problems.append("future imports")
    if visible(before) != visible(after):
        problems.append("names %r" % (visible(after),))
    if [os.path.realpath(each) for each in recorded] != [os.path.realpath(libs)]:
        problems.append("folders %r" % recorded)
    if not all(os.path.isdir(each) and os.path.isabs(each) for each in recorded):
        problems.append("a folder that does not exist")

    def refuse(name):
        raise OSError("The filename or extension is too long")

    os.add_dll_directory = refuse
    sys.__dict__.pop("_wheelkit_dll_folders", None)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        run(patched, path)
    if [each.category for each in seen] != [RuntimeWarning]:
        problems.append("no warning for a folder that can't be added")
    del os.add_dll_directory
    run(patched, path)
    return problems


for shape in json.load(sys.stdin)["shapes"]:
    folder = tempfile.mkdtemp()
    try:
        problems = check(
            base64.b64decode(shape["plain"]), base64.b64decode(shape["patched"]), folder
        )
    except Exception as error:
        problems = ["%s: %s" % (type(error).__name__, error)]
    finally:
        shutil.rmtree(folder)
    print(json.dumps({"name": shape["name"], "problems": problems}))
