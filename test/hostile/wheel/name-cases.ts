import type { CaseTable } from "./cases.ts";
import { ELF, metadata, NATIVE, variant } from "./cases.ts";

const plain = (tag: string): CaseTable[string]["passes"][number]["wheel"] => ({
  tag,
  files: { "demo/_x.so": ELF },
});

export const NAME_CASES: CaseTable = {
  NAM001: {
    breaks: [
      {
        what: "four parts",
        wheel: { filename: "demo-1.0-none-any.whl" },
        level: "error",
        says: "4 parts",
      },
      {
        what: "eight parts",
        wheel: { filename: "demo-1.0-1-py3-none-any-x-y.whl" },
        level: "error",
        says: "8 parts",
      },
      {
        what: "another extension",
        wheel: { filename: "demo-1.0-py3-none-any.zip" },
        level: "error",
        says: "does not end",
      },
      {
        what: "an empty version",
        wheel: { filename: "demo--py3-none-any.whl" },
        level: "error",
        says: "empty version",
      },
      {
        what: "an empty tag in a set",
        wheel: { filename: "demo-1.0-py2..py3-none-any.whl" },
        level: "error",
        says: "empty tag",
      },
      {
        what: "a browser's copy",
        wheel: { filename: "demo-1.0-py3-none-any (1).zip" },
        level: "error",
      },
      {
        what: "a seventh part that is not a label",
        wheel: { filename: "demo-1.0-1-py3-none-any-X86.whl" },
        level: "error",
        says: "not a variant label",
      },
      {
        what: "a variant label (draft)",
        wheel: variant("x86_64_v3", { x86_64: { level: ["v3"] } }),
        level: "warning",
        pypi: "error",
        install: "error",
        says: "variant label",
      },
      {
        what: "a variant label behind a build tag",
        wheel: {
          ...variant("null", {}),
          build: "1",
          filename: "demo-1.0-1-py3-none-any-null.whl",
        },
        level: "warning",
        pypi: "error",
        install: "error",
      },
      {
        what: "a label of the project's own",
        wheel: { filename: "demo-1.0-py3-none-any-noavx.whl" },
        level: "warning",
        pypi: "error",
        install: "error",
        says: "not a part of a wheel's name",
        also: ["VAR001"],
      },
      {
        what: "the extension of a draft",
        wheel: { filename: "demo-1.0-py3-none-any.whlx" },
        level: "warning",
        pypi: "error",
        install: "error",
        says: "PEP 777",
      },
      {
        what: "tags without end",
        wheel: {
          filename: `demo-1.0-${"abcdefghijklmnopqrstuvwxyz".split("").join(".")}-${"abcdefghijklmnopqrstuvwxyz".split("").join(".")}-${"abcdefghijklmnopqrstuvwxyz".split("").join(".")}.whl`,
        },
        level: "error",
        says: "17576 tags",
      },
    ],
    passes: [
      { what: "five parts", wheel: {} },
      { what: "six parts", wheel: { build: "1" } },
    ],
  },
  NAM002: {
    breaks: [
      {
        what: "capitals",
        wheel: {
          name: "Demo",
          files: { "%/METADATA": "Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\n" },
        },
        level: "error",
        pypi: "error",
        install: "info",
      },
      {
        what: "a dot",
        wheel: { name: "demo.pkg" },
        level: "error",
        install: "info",
        says: "`demo_pkg`",
      },
      { what: "two underscores", wheel: { name: "demo__pkg" }, level: "error", install: "info" },
    ],
    passes: [
      {
        what: "the escaped form of another spelling",
        wheel: {
          name: "demo_pkg",
          files: { "%/METADATA": "Metadata-Version: 2.1\nName: Demo.-Pkg\nVersion: 1.0\n" },
        },
      },
    ],
  },
  NAM003: {
    breaks: [
      {
        what: "no version",
        wheel: { version: "1.x", files: { "%/METADATA": metadata("") } },
        level: "error",
        pypi: "error",
        install: "error",
      },
      { what: "a leading zero", wheel: { version: "1.01" }, level: "warning", says: "`1.1`" },
      { what: "a long phase", wheel: { version: "1.0alpha1" }, level: "warning" },
      {
        what: "a local version",
        wheel: { version: "1.0+cpu" },
        level: "info",
        pypi: "error",
        install: "info",
      },
    ],
    passes: [{ what: "every suffix there is", wheel: { version: "1!2.0rc1.post2.dev3" } }],
  },
  NAM004: {
    breaks: [
      {
        what: "a letter first",
        wheel: { build: "x1", filename: "demo-1.0-x1-py3-none-any.whl" },
        level: "error",
        pypi: "error",
        install: "error",
      },
    ],
    passes: [{ what: "a digit, then letters", wheel: { build: "1abc" } }],
  },
  NAM005: {
    breaks: [
      {
        what: "python tags",
        wheel: { tag: "py3.py2-none-any" },
        level: "info",
        says: "`py2.py3`",
      },
      { what: "a repeated tag", wheel: { tag: "py3.py3-none-any" }, level: "info" },
      {
        what: "platform tags in the order of old auditwheel versions",
        wheel: plain("py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64"),
        level: "info",
      },
    ],
    passes: [
      { what: "sorted", wheel: { tag: "py2.py3-none-any" } },
      {
        what: "sorted platform tags",
        wheel: plain("py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64"),
      },
    ],
  },
  NAM006: {
    breaks: [
      {
        what: "bare linux",
        wheel: plain("py3-none-linux_x86_64"),
        level: "error",
        pypi: "error",
        install: "info",
        pending: "info",
      },
      ...[
        "macosx_11_2_arm64",
        "macosx_27_0_arm64",
        "macosx_16_0_x86_64",
        "manylinux_2_17_mips",
        "manylinux2010_aarch64",
        "manylinux1_ppc64le",
        "musllinux_1_1_ppc64",
        "linux_aarch64",
        "ios_13_0_arm64_macosx",
        "ios_13_0_arm64_iphoneosx",
        "pyemscripten_2025_0_wasm64",
        "pyodide_2024_0_wasm32",
        "freebsd_14_amd64",
        "any_",
      ].map(
        (tag) =>
          ({
            what: tag,
            wheel: plain(`py3-none-${tag}`),
            level: "error",
            pypi: "error",
            install: "info",
          }) as const,
      ),
      ...Object.entries({
        linux_amd64: "linux_x86_64",
        linux_arm64: "linux_aarch64",
        linux_x86: "linux_i686",
        linux_armhf: "linux_armv7l",
        manylinux_2_28_arm64: "manylinux_2_28_aarch64",
        manylinux2014_amd64: "manylinux2014_x86_64",
        musllinux_1_2_ppc64el: "musllinux_1_2_ppc64le",
        macosx_11_0_amd64: "macosx_11_0_x86_64",
        macosx_11_0_aarch64: "macosx_11_0_arm64",
        win_x86: "win32",
        win_x86_64: "win_amd64",
        win_i686: "win32",
        win64: "win_amd64",
        win_aarch64: "win_arm64",
        android_21_arm: "android_21_armeabi_v7a",
      }).map(
        ([tag, meant]) =>
          ({
            what: tag,
            wheel: plain(`py3-none-${tag}`),
            level: "error",
            pypi: "error",
            install: "error",
            pending: "error",
            says: `\`${meant}\``,
          }) as const,
      ),
      {
        what: "one bad tag of a set",
        wheel: plain("py3-none-linux_x86_64.manylinux_2_17_x86_64"),
        level: "error",
        pending: "info",
      },
    ],
    passes: [
      "win32",
      "win_amd64",
      "win_arm64",
      "win_ia64",
      "manylinux1_i686",
      "manylinux2010_x86_64",
      "manylinux2014_s390x",
      "manylinux_2_28_ppc64",
      "manylinux_2_39_riscv64",
      "musllinux_1_2_armv7l",
      "linux_armv6l",
      "linux_armv7l",
      "macosx_10_9_intel",
      "macosx_11_0_universal2",
      "macosx_26_0_arm64",
      "ios_13_0_arm64_iphonesimulator",
      "android_24_arm64_v8a",
      "pyemscripten_2025_0_wasm32",
    ].map((tag) => ({ what: tag, wheel: plain(`py3-none-${tag}`) })),
  },
  NAM007: {
    breaks: [
      {
        what: "an extension module without an ABI",
        wheel: { ...NATIVE, tag: "cp312-none-manylinux_2_17_x86_64" },
        level: "warning",
        says: "_x.cpython-312",
      },
      { what: "py3-abi3", wheel: { tag: "py3-abi3-any" }, level: "warning" },
      { what: "cp3-abi3", wheel: { tag: "cp3-abi3-any" }, level: "warning" },
      {
        what: "abi3t before 3.15",
        wheel: { tag: "cp314-abi3t-any" },
        level: "warning",
        says: "3.15",
      },
      {
        what: "the flag in the python tag",
        wheel: { tag: "cp313t-abi3-any" },
        level: "warning",
        says: "`cp313-cp313t`",
      },
    ],
    passes: [
      { what: "an extension module with an ABI", wheel: NATIVE },
      { what: "a library without one", wheel: plain("py3-none-manylinux_2_17_x86_64") },
      { what: "the stable ABI", wheel: plain("cp39-abi3-manylinux_2_17_x86_64") },
      {
        what: "the free-threaded stable ABI",
        wheel: plain("cp315-abi3.abi3t-manylinux_2_17_x86_64"),
      },
      { what: "free-threaded", wheel: plain("cp314-cp314t-manylinux_2_17_x86_64") },
    ],
  },
  NAM008: {
    breaks: [
      {
        what: "a control character",
        wheel: {
          filename: "demo-1.0-1\u0007-py3-none-any.whl",
          build: "1\u0007",
          files: {
            "%/WHEEL":
              "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nBuild: 1\u0007\n",
          },
        },
        level: "error",
      },
      {
        what: "a slash",
        wheel: { filename: "demo-1.0-1/2-py3-none-any.whl", build: "1/2" },
        level: "error",
        pypi: "error",
      },
      {
        what: "a backslash",
        wheel: { filename: "demo-1.0-1\\2-py3-none-any.whl", build: "1\\2" },
        level: "error",
      },
    ],
    passes: [{ what: "letters, digits and plus", wheel: { version: "1.0+a.1" } }],
  },
};
