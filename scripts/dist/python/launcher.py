"""Runs wheelkit with the Node of this machine: $WHEELKIT_NODE, else ``node`` on PATH."""

import os
import re
import shutil
import subprocess
import sys

OLDEST = (20, 19)
HINT = """
hint: install Node 20.19 or newer, or let WHEELKIT_NODE name its executable; for common
      platforms `pip install --only-binary :all: wheelkit` brings a wheel that needs no Node
"""


def fail(message):
    sys.stderr.write("error: " + message + "\n" + HINT)
    sys.exit(2)


def find_node():
    given = os.environ.get("WHEELKIT_NODE")
    if given:
        found = shutil.which(given)
        if found is None:
            fail("there is no executable `%s`, which WHEELKIT_NODE names" % given)
        return found
    found = shutil.which("node")
    if found is None:
        fail("wheelkit needs Node, and there is no `node` on PATH")
    return found


def check_version(node):
    try:
        run = subprocess.run([node, "--version"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    except OSError as error:
        fail("`%s` can't be run: %s" % (node, error))
    text = run.stdout.decode("utf-8", "replace").strip()
    match = re.match(r"v(\d+)\.(\d+)\.", text)
    if match is None:
        fail("`%s` is not Node: its --version is `%s`" % (node, text[:80]))
    if tuple(map(int, match.groups())) < OLDEST:
        fail("wheelkit needs Node 20.19 or newer, and `%s` is %s" % (node, text))


def main():
    node = find_node()
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program", "cli.cjs")
    check_version(node)
    command = [node, script] + sys.argv[1:]
    if os.name != "nt":
        os.execv(node, command)
    # Windows would let the shell go on before the program ends; it gets Ctrl-C itself.
    with subprocess.Popen(command) as child:
        while True:
            try:
                sys.exit(child.wait())
            except KeyboardInterrupt:
                continue


if __name__ == "__main__":
    main()
