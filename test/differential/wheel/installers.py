"""Installs each wheel of a list with pip and with uv, and prints which of them refused it.

Standard input: paths, one a line. Standard output: one line of JSON for each.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

from pip._internal.cli.main import main as pip

uv = sys.argv[1]
folder = tempfile.mkdtemp()
target = os.path.join(folder, "target")
env = {"PATH": os.environ["PATH"], "HOME": folder, "UV_CACHE_DIR": os.path.join(folder, "uv"), "UV_NO_CONFIG": "1"}
common = ["install", "-q", "--no-deps", "--no-index", "--target", target]
for line in sys.stdin:
    path = line.rstrip("\n")
    shutil.rmtree(target, ignore_errors=True)
    command = [uv, "pip", *common, "--offline", "--python", sys.executable, path]
    by_uv = subprocess.run(command, capture_output=True, env=env, check=False).returncode
    shutil.rmtree(target, ignore_errors=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            by_pip = pip([*common, "--no-cache-dir", "--disable-pip-version-check", "--no-compile", path])
        except BaseException:  # It ended the process, or failed itself.
            by_pip = 1
    print(json.dumps({"pip": by_pip != 0, "uv": by_uv != 0}), flush=True)
shutil.rmtree(folder, ignore_errors=True)
