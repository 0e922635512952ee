import type { CaseTable } from "./cases.ts";
import { ELF, metadata, NATIVE } from "./cases.ts";

const DATA = "demo-1.0.data";

export const LAYOUT_CASES: CaseTable = {
  DST001: {
    breaks: [
      {
        what: "none",
        wheel: { files: { "%/METADATA": null, "%/WHEEL": null }, record: null },
        level: "error",
        pypi: "error",
        install: "error",
        says: "no `.dist-info`",
      },
      {
        what: "two",
        wheel: { files: { "other-2.0.dist-info/METADATA": metadata("") } },
        level: "error",
        pypi: "warning",
        install: "error",
      },
    ],
    passes: [{ what: "one", wheel: {} }],
  },
  DST002: {
    breaks: [
      {
        what: "another spelling of the name",
        wheel: { name: "Demo", filename: "demo-1.0-py3-none-any.whl" },
        level: "error",
        pypi: "error",
        install: "info",
      },
      {
        what: "another spelling of the version",
        wheel: { version: "1.0", filename: "demo-1.0.0-py3-none-any.whl" },
        level: "error",
        pypi: "error",
        install: "info",
      },
      {
        what: "another project",
        wheel: {
          name: "other",
          filename: "demo-1.0-py3-none-any.whl",
          files: { "%/METADATA": metadata("") },
        },
        level: "error",
        pypi: "error",
        install: "error",
      },
    ],
    passes: [{ what: "the same", wheel: { name: "demo_pkg", version: "2.0" } }],
  },
  DST003: {
    breaks: [
      {
        what: "egg-info at the root",
        wheel: { files: { "demo.egg-info/PKG-INFO": "x" } },
        level: "warning",
      },
      {
        what: "an egg-info file at the root",
        wheel: { files: { "demo.egg-info": "x" } },
        level: "warning",
      },
      {
        what: "nested dist-info",
        wheel: { files: { "demo/other-1.0.dist-info/METADATA": "x" } },
        level: "warning",
      },
      {
        what: "dist-info through .data",
        wheel: {
          tag: "py3-none-win32",
          files: { "demo/x.so": ELF, [`${DATA}/purelib/other-1.0.dist-info/METADATA`]: "x" },
        },
        level: "warning",
      },
      {
        what: "vendored metadata",
        wheel: { files: { "demo/_vendor/other-1.0.dist-info/METADATA": "x" } },
        level: "info",
      },
    ],
    passes: [
      {
        what: "a name that only looks like it",
        wheel: { files: { "demo/dist-info": "x", "demo/egg-info.txt": "x" } },
      },
    ],
  },
  DST004: {
    breaks: [
      {
        what: "another name",
        wheel: { files: { "other-1.0.data/scripts/run": "x" } },
        level: "error",
        pypi: "warning",
        install: "error",
      },
      {
        what: "package data that looks like it",
        wheel: { files: { "demo.data/headers/x": "x" } },
        level: "error",
      },
      {
        what: "a second one",
        wheel: { files: { [`${DATA}/scripts/run`]: "x", "demo-1.0.0.data/scripts/run2": "x" } },
        level: "error",
      },
    ],
    passes: [
      { what: "the right name", wheel: { files: { [`${DATA}/scripts/run`]: "x" } } },
      { what: "deeper down", wheel: { files: { "demo/x.data/run": "x" } } },
    ],
  },
  DST005: {
    breaks: [
      {
        what: "an unknown key",
        wheel: { files: { [`${DATA}/include/x.h`]: "x" } },
        level: "error",
        pypi: "warning",
        install: "error",
      },
      {
        what: "a file without a key",
        wheel: { files: { [`${DATA}/readme`]: "x" } },
        level: "error",
        says: "directly under",
      },
      {
        what: "a file that has a key's name",
        wheel: { files: { [`${DATA}/scripts`]: "x" } },
        level: "error",
      },
    ],
    passes: [
      {
        what: "the other keys",
        wheel: {
          files: {
            [`${DATA}/platlib/x.py`]: "x",
            [`${DATA}/headers/x.h`]: "x",
            [`${DATA}/data/x`]: "x",
          },
        },
      },
    ],
  },
  DST006: {
    breaks: [
      {
        what: "purelib in a pure wheel",
        wheel: { files: { [`${DATA}/purelib/x.py`]: "x" } },
        level: "warning",
        pypi: "warning",
        install: "warning",
      },
      {
        what: "platlib in a native wheel",
        wheel: { ...NATIVE, files: { ...NATIVE.files, [`${DATA}/platlib/x.py`]: "x" } },
        level: "warning",
      },
      {
        what: "a file that is at the root, too",
        wheel: { files: { [`${DATA}/purelib/demo/__init__.py`]: "x" } },
        level: "error",
        says: "overwrites",
      },
    ],
    passes: [
      { what: "platlib in a pure wheel", wheel: { files: { [`${DATA}/platlib/x.py`]: "x" } } },
      {
        what: "purelib in a native wheel",
        wheel: { ...NATIVE, files: { ...NATIVE.files, [`${DATA}/purelib/x.py`]: "x" } },
      },
    ],
  },
  DST007: {
    breaks: [
      {
        what: "a directory",
        wheel: { files: { [`${DATA}/scripts/sub/run`]: "x" } },
        level: "error",
        pypi: "warning",
        install: "error",
      },
      {
        what: "a symbolic link",
        wheel: {
          files: { [`${DATA}/scripts/run`]: "target" },
          members: { [`${DATA}/scripts/run`]: { mode: 0o120777 } },
        },
        level: "error",
      },
    ],
    passes: [{ what: "a file", wheel: { files: { [`${DATA}/scripts/run`]: "x" } } }],
  },
  DST008: {
    breaks: [
      ...[
        "python",
        "python3",
        "Python.exe",
        "pythonw",
        "python3.12",
        "python3.13t",
        "pypy3",
        "graalpy",
        "python.py",
        "pythonw3.14t.exe",
      ].map(
        (name) =>
          ({
            what: name,
            wheel: { files: { [`${DATA}/scripts/${name}`]: "x" } },
            level: "error",
            pypi: "warning",
            install: "error",
          }) as const,
      ),
      {
        what: "through data/bin",
        wheel: { files: { [`${DATA}/data/bin/python`]: "x" } },
        level: "error",
      },
      {
        what: "through data/Scripts",
        wheel: { files: { [`${DATA}/data/Scripts/python.exe`]: "x" } },
        level: "error",
      },
    ],
    passes: ["python-config", "ipython", "python4", "pypy4", "python2.7x"].map((name) => ({
      what: name,
      wheel: { files: { [`${DATA}/scripts/${name}`]: "x", [`${DATA}/data/share/python`]: "x" } },
    })),
  },
  DST009: {
    breaks: [
      {
        what: "site-packages",
        wheel: { files: { [`${DATA}/data/lib/python3.12/site-packages/x.py`]: "x" } },
        level: "warning",
      },
      {
        what: "Lib/site-packages",
        wheel: { files: { [`${DATA}/data/Lib/site-packages/x.py`]: "x" } },
        level: "warning",
      },
      { what: "etc", wheel: { files: { [`${DATA}/data/etc/demo.conf`]: "x" } }, level: "warning" },
      { what: "a drive", wheel: { files: { [`${DATA}/data/C:/x`]: "x" } }, level: "warning" },
    ],
    passes: [{ what: "share", wheel: { files: { [`${DATA}/data/share/demo/etc/x`]: "x" } } }],
  },
  DST010: {
    breaks: [
      ...["INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"].map(
        (name) =>
          ({
            what: name,
            wheel: { files: { [`%/${name}`]: "x" } },
            level: name === "direct_url.json" ? "error" : "warning",
            pypi: "warning",
            install: "warning",
          }) as const,
      ),
      {
        what: "a signature",
        wheel: { extra: [{ name: "demo-1.0.dist-info/RECORD.jws", data: "{}" }] },
        level: "warning",
      },
      {
        what: "another signature",
        wheel: { extra: [{ name: "demo-1.0.dist-info/RECORD.p7s", data: "x" }] },
        level: "warning",
      },
    ],
    passes: [
      {
        what: "the same names elsewhere",
        wheel: {
          files: {
            "demo/INSTALLER": "x",
            "demo/direct_url.json": "x",
            "%/top_level.txt": "demo\n",
          },
        },
      },
    ],
  },
  DST011: {
    breaks: ["licenses", "license_files", "LICENSES", "sboms"].map(
      (name) =>
        ({
          what: name,
          wheel: { files: { [`%/${name}`]: "x" } },
          level: "warning",
          pypi: "warning",
          install: "warning",
        }) as const,
    ),
    passes: [
      {
        what: "directories",
        wheel: { files: { "%/licenses/LICENSE": "x", "%/sboms/x.json": "{}" } },
      },
    ],
  },
};
