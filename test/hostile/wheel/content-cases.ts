import type { Breaks, CaseTable } from "./cases.ts";
import { ELF, NATIVE } from "./cases.ts";

const DATA = "demo-1.0.data";

const file = (path: string, text: string, more: Omit<Breaks, "what" | "wheel">): Breaks => ({
  what: path,
  wheel: { files: { [path]: text } },
  ...more,
});

export const CONTENT_CASES: CaseTable = {
  CON016: {
    breaks: [
      file("_manylinux.py", "", { level: "error", pypi: "warning", install: "error" }),
      file("_manylinux/__init__.py", "", { level: "error", install: "error" }),
      file("sitecustomize.py", "", { level: "error", pypi: "warning", install: "warning" }),
      file("usercustomize.py", "", { level: "error", install: "warning" }),
      file("sitecustomize/__init__.pyc", "", { level: "error" }),
      {
        what: "an extension module",
        wheel: {
          ...NATIVE,
          files: { ...NATIVE.files, "usercustomize.cpython-312-x86_64-linux-gnu.so": ELF },
        },
        level: "error",
      },
      file(`${DATA}/platlib/sitecustomize.py`, "", { level: "error" }),
      file("demo.start", "demo:main\n", { level: "warning" }),
      file("demo.pth", "import demo.hooks\n", { level: "warning", says: "`import` line" }),
      file("demo.pth", "\ufeffimport demo\n", { level: "warning" }),
      file("demo.pth", "# a comment\r\nlib\r\nimport\tdemo\r\n", { level: "warning" }),
      file(`${DATA}/platlib/demo.pth`, "import demo\n", { level: "warning" }),
    ],
    passes: [
      { what: "folders in a .pth", wheel: { files: { "demo.pth": "lib\nimported\n" } } },
      {
        what: "the same names inside a package",
        wheel: {
          files: {
            "demo/sitecustomize.py": "",
            "demo/_manylinux.py": "",
            "demo/x.pth": "import os\n",
            "demo/x.start": "a:b\n",
            "sitecustomize_demo.py": "",
          },
        },
      },
      {
        what: "data beside the environment",
        wheel: { files: { [`${DATA}/data/share/x.pth`]: "import os\n" } },
      },
    ],
  },
};
