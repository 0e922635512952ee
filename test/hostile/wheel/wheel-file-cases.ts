import type { CaseTable } from "./cases.ts";
import { ELF, metadata, NATIVE, wheelFile } from "./cases.ts";

const file = (drop: string, add?: string): CaseTable[string]["passes"][number]["wheel"] => ({
  files: { "%/WHEEL": wheelFile({ drop, ...(add === undefined ? {} : { add }) }) },
});

export const WHEEL_FILE_CASES: CaseTable = {
  WHL001: {
    breaks: [
      {
        what: "missing",
        wheel: { files: { "%/WHEEL": null } },
        level: "error",
        pypi: "error",
        install: "error",
      },
      {
        what: "another case",
        wheel: { files: { "%/WHEEL": null, "%/wheel": wheelFile() } },
        level: "error",
      },
      {
        what: "not UTF-8",
        wheel: {
          files: {
            "%/WHEEL": new Uint8Array([
              ...new TextEncoder().encode(`${wheelFile()}Generator: `),
              0xff,
              0x0a,
            ]),
          },
        },
        level: "error",
      },
      {
        what: "too large",
        wheel: { files: { "%/WHEEL": wheelFile() + "X: y\n".repeat(4 << 20) } },
        level: "error",
        says: "can't be read",
      },
    ],
    passes: [{ what: "there", wheel: {} }],
  },
  WHL002: {
    breaks: [
      {
        what: "missing",
        wheel: file("Wheel-Version"),
        level: "error",
        pypi: "warning",
        install: "error",
      },
      { what: "no version", wheel: file("Wheel-Version", "Wheel-Version: one"), level: "error" },
      {
        what: "2.0",
        wheel: file("Wheel-Version", "Wheel-Version: 2.0"),
        level: "error",
        install: "error",
      },
      { what: "0.9", wheel: file("Wheel-Version", "Wheel-Version: 0.9"), level: "error" },
      {
        what: "1.9",
        wheel: file("Wheel-Version", "Wheel-Version: 1.9"),
        level: "warning",
        install: "warning",
      },
      {
        what: "twice, as mkl_fft had it",
        wheel: file("nothing", "Wheel-Version: 1.0"),
        level: "warning",
        says: "2 times",
      },
    ],
    passes: [{ what: "1.0", wheel: file("Wheel-Version", "wheel-version: 1.0") }],
  },
  WHL003: {
    breaks: [
      {
        what: "missing",
        wheel: file("Root-Is-Purelib"),
        level: "warning",
        pypi: "warning",
        install: "warning",
      },
      {
        what: "a capital",
        wheel: file("Root-Is-Purelib", "Root-Is-Purelib: True"),
        level: "info",
        install: "info",
      },
      {
        what: "no truth",
        wheel: file("Root-Is-Purelib", "Root-Is-Purelib: yes"),
        level: "warning",
      },
      {
        what: "twice, as in auditwheel#642",
        wheel: file("nothing", "Root-Is-Purelib: false"),
        level: "error",
        pypi: "warning",
        install: "error",
        says: "2 times",
      },
      {
        what: "twice the same",
        wheel: file("nothing", "Root-Is-Purelib: true"),
        level: "warning",
      },
    ],
    passes: [
      { what: "true", wheel: {} },
      { what: "false", wheel: NATIVE },
    ],
  },
  WHL004: {
    breaks: [
      {
        what: "a renamed wheel",
        wheel: { filename: "demo-1.0-py2.py3-none-any.whl" },
        level: "error",
        pypi: "warning",
        install: "warning",
        says: "lacks `py2-none-any`",
      },
      {
        what: "an extra tag",
        wheel: file("nothing", "Tag: py2-none-any"),
        level: "error",
        says: "which the file name lacks",
      },
      { what: "no tag at all", wheel: file("Tag"), level: "error" },
      {
        what: "compressed, as maturin wrote it",
        wheel: {
          tag: "py2.py3-none-any",
          files: { "%/WHEEL": wheelFile({ drop: "Tag", add: "Tag: py2.py3-none-any" }) },
        },
        level: "warning",
        says: "compressed",
      },
      {
        what: "compressed and wrong",
        wheel: {
          tag: "py2.py3-none-any",
          files: { "%/WHEEL": wheelFile({ drop: "Tag", add: "Tag: py2.py4-none-any" }) },
        },
        level: "error",
      },
    ],
    passes: [
      {
        what: "every combination",
        wheel: { tag: "cp39.cp310-none-any", filename: "demo-1.0-cp310.cp39-none-any.whl" },
      },
    ],
  },
  WHL005: {
    breaks: [
      {
        what: "only in the file name",
        wheel: { filename: "demo-1.0-1-py3-none-any.whl" },
        level: "warning",
        pypi: "warning",
        install: "warning",
      },
      {
        what: "only in WHEEL",
        wheel: { build: "1", filename: "demo-1.0-py3-none-any.whl" },
        level: "warning",
      },
      {
        what: "different",
        wheel: { build: "1", filename: "demo-1.0-2-py3-none-any.whl" },
        level: "warning",
      },
    ],
    passes: [{ what: "the same", wheel: { build: "2abc" } }],
  },
  WHL006: {
    breaks: [
      {
        what: "true with an extension module",
        wheel: { files: { "demo/_x.so": ELF } },
        level: "warning",
      },
      { what: "false without native code", wheel: { tag: "py3-none-win_amd64" }, level: "warning" },
    ],
    passes: [
      {
        what: "false with native code in scripts",
        wheel: { tag: "py3-none-win_amd64", files: { "demo-1.0.data/scripts/tool": ELF } },
      },
      { what: "true with a library for ctypes", wheel: { files: { "demo/libx.so.1": ELF } } },
      {
        what: "true with native code in platlib",
        wheel: { files: { "demo-1.0.data/platlib/_x.so": ELF } },
      },
    ],
  },
  WHL007: {
    breaks: [
      {
        what: "Wheel-Version in METADATA",
        wheel: { files: { "%/METADATA": metadata("Wheel-Version: 1.0") } },
        level: "warning",
      },
    ],
    passes: [{ what: "LINKS elsewhere", wheel: { files: { "demo/LINKS": "a,b\n" } } }],
  },
};
