import type { CaseTable } from "./cases.ts";

type Wheel = CaseTable[string]["passes"][number]["wheel"];
const file = (content: string | Uint8Array): Wheel => ({
  files: { "%/entry_points.txt": content },
});
const script = (line: string): Wheel => file(`[console_scripts]\n${line}\n`);

export const ENTRY_POINT_CASES: CaseTable = {
  EPT001: {
    breaks: [
      {
        what: "not UTF-8",
        wheel: file(Uint8Array.from([0x5b, 0xff, 0x5d])),
        level: "error",
        pypi: "error",
        install: "error",
      },
      {
        what: "no section",
        wheel: file("x = demo:main\n"),
        level: "error",
        says: "before any section",
      },
      { what: "a line without =", wheel: script("x: demo:main"), level: "error" },
      {
        what: "a repeated name",
        wheel: script("x = demo:main\nx = demo:other"),
        level: "error",
        says: "repeats",
      },
      {
        what: "a repeated section",
        wheel: file("[a]\nx = demo\n[a]\ny = demo\n"),
        level: "error",
        says: "second time",
      },
      { what: "no name", wheel: script("= demo:main"), level: "error" },
      {
        what: "a section without end",
        wheel: file("[console_scripts\nx = demo:main\n"),
        level: "error",
      },
    ],
    passes: [
      { what: "nothing", wheel: file("") },
      {
        what: "comments, blank lines, CR LF",
        wheel: file("# a\r\n\r\n[console_scripts]\r\n; b\r\nx = demo:main\r\n"),
      },
      { what: "names that differ in case", wheel: file("[a]\nx = demo\nX = demo\n") },
    ],
  },
  EPT002: {
    breaks: [
      {
        what: "a blank",
        wheel: script("a b = demo:main"),
        level: "error",
        pypi: "error",
        install: "warning",
      },
      { what: "an at sign", wheel: script("a@b = demo:main"), level: "error" },
      { what: "in gui_scripts", wheel: file("[gui_scripts]\na+b = demo:main\n"), level: "error" },
    ],
    passes: [
      { what: "every character allowed", wheel: script("A_b.c-9 = demo:main") },
      { what: "another section", wheel: file("[plugins]\na b/c = demo:main\n") },
    ],
  },
  EPT003: {
    breaks: [
      {
        what: "a script without an object",
        wheel: script("x = demo"),
        level: "error",
        pypi: "warning",
        install: "error",
      },
      { what: "a call", wheel: script("x = demo:main()"), level: "error" },
      { what: "a path", wheel: script("x = demo/main.py"), level: "error" },
      { what: "nothing", wheel: script("x ="), level: "error" },
      { what: "an open bracket", wheel: script("x = demo:main [a"), level: "error" },
    ],
    passes: [
      { what: "an attribute of an attribute", wheel: script("x = demo:a.b") },
      { what: "extras", wheel: script("x = demo:main [a,b]") },
      { what: "a module in another section", wheel: file("[plugins]\nx = demo\n") },
      { what: "blanks round the colon", wheel: script("x = demo : main") },
    ],
  },
  EPT004: {
    breaks: [
      { what: "a module that is not there", wheel: script("x = demo.cli:main"), level: "warning" },
      {
        what: "a file that is not a module",
        wheel: {
          files: {
            "demo/cli.txt": "",
            "%/entry_points.txt": "[console_scripts]\nx = demo.cli:main\n",
          },
        },
        level: "warning",
      },
      {
        what: "a plug-in of another project",
        wheel: file("[plugins]\nx = other\n"),
        level: "info",
      },
    ],
    passes: [
      ...[
        "demo/cli.py",
        "demo/cli.cpython-312-x86_64-linux-gnu.so",
        "demo/cli.pyd",
        "demo/cli/x.py",
        "demo-1.0.data/platlib/demo/cli.py",
      ].map((path) => ({
        what: path,
        wheel: {
          files: { [path]: "", "%/entry_points.txt": "[console_scripts]\nx = demo.cli:main\n" },
        },
      })),
    ],
  },
  EPT005: {
    breaks: [
      ...["python", "python3.12", "PYTHON.exe", "pypy3"].map(
        (name) =>
          ({
            what: name,
            wheel: script(`${name} = demo:main`),
            level: "error",
            pypi: "warning",
            install: "error",
          }) as const,
      ),
      { what: "a path", wheel: script("../x = demo:main"), level: "error", also: ["EPT002"] },
      { what: "a backslash", wheel: script("..\\x = demo:main"), level: "error", also: ["EPT002"] },
      { what: "the parent", wheel: script(".. = demo:main"), level: "error" },
      {
        what: "activate",
        wheel: script("activate.fish = demo:main"),
        level: "warning",
        pypi: "warning",
      },
      { what: "pip", wheel: script("pip3.12 = demo:main"), level: "warning" },
    ],
    passes: [
      ...["ipython", "activated", "pipx", "python-demo"].map((name) => ({
        what: name,
        wheel: script(`${name} = demo:main`),
      })),
      {
        what: "pip's own",
        wheel: {
          name: "pip",
          files: { "%/entry_points.txt": "[console_scripts]\npip = pip:main\n" },
        },
      },
    ],
  },
  EPT006: {
    breaks: [
      { what: "case", wheel: script("demo = demo:main\nDemo = demo:main"), level: "warning" },
      { what: ".exe", wheel: script("demo = demo:main\ndemo.exe = demo:main"), level: "warning" },
      {
        what: "across sections",
        wheel: file("[console_scripts]\na = demo:x\n[gui_scripts]\nA = demo:x\n"),
        level: "warning",
      },
      {
        what: "with a script of .data",
        wheel: {
          files: {
            "demo-1.0.data/scripts/run.py": "",
            "%/entry_points.txt": "[console_scripts]\nrun = demo:x\n",
          },
        },
        level: "warning",
      },
    ],
    passes: [{ what: "different names", wheel: script("demo = demo:main\ndemo2 = demo:main") }],
  },
};
