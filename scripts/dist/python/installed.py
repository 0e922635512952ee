"""Runs the executable that was installed with this package."""

import os
import subprocess
import sys
import sysconfig


def candidates():
    name = "wheelkit.exe" if os.name == "nt" else "wheelkit"
    yield os.path.join(sysconfig.get_path("scripts"), name)
    user = "posix_user" if os.name != "nt" else "nt_user"
    if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK"):
        user = "osx_framework_user"
    yield os.path.join(sysconfig.get_path("scripts", user), name)
    # `pip install --target` puts it beside the packages.
    yield os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin", name)


def main():
    executable = next(filter(os.path.isfile, candidates()), None)
    if executable is None:
        sys.stderr.write("error: the executable of wheelkit is not where this Python keeps scripts\n")
        sys.exit(2)
    command = [executable] + sys.argv[1:]
    if os.name != "nt":
        os.execv(executable, command)
    with subprocess.Popen(command) as child:
        while True:
            try:
                sys.exit(child.wait())
            except KeyboardInterrupt:
                continue


if __name__ == "__main__":
    main()
