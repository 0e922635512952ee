/** Audit results made by hand, for tests of the reports. */

import type { BinaryResult, PolicyReason, WheelResult } from "../../src/audit/result.ts";
import { completeVerdict } from "../../src/audit/verdict.ts";

const EXTENSION = "demo/_x.cpython-312-x86_64-linux-gnu.so";

export const BINARY: BinaryResult = {
  path: EXTENSION,
  format: "elf",
  kind: "shared",
  archs: ["x86_64"],
  id: null,
  dependencies: [
    { name: "libfoo.so.1", how: "required", in: "external" },
    { name: "libdemo.so", how: "required", in: "wheel", path: "demo.libs/libdemo.so" },
    { name: "libc.so.6", how: "required", in: "allowed" },
  ],
  searchPaths: [{ kind: "runpath", path: "$ORIGIN/../demo.libs" }],
  requires: { GLIBC: "2.34" },
  pythonExtension: true,
  size: 16_712,
  interpreter: null,
  isa: null,
  execstack: false,
  versionNeeds: { "libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.34"] },
  versionDefinitions: [],
};

const REASONS: readonly PolicyReason[] = [
  {
    policy: "manylinux_2_28",
    rank: 20_028,
    path: EXTENSION,
    why: "symbol-version",
    library: "libc.so.6",
    version: "GLIBC_2.34",
    symbols: ["dlclose", "dlopen", "dlsym", "pthread_create", "pthread_join"],
  },
  {
    policy: "manylinux_2_41",
    rank: 20_041,
    path: EXTENSION,
    why: "library",
    library: "libfoo.so.1",
  },
];

/** Claims an old glibc, needs a new one and a library from outside. */
export const FAILING: WheelResult = {
  file: "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
  size: 12_345,
  sha256: "0".repeat(64),
  ok: false,
  name: "demo",
  version: "1.0",
  build: null,
  tags: ["cp312-cp312-manylinux_2_17_x86_64"],
  platform: completeVerdict({
    family: "manylinux",
    claimed: ["manylinux_2_17_x86_64"],
    supported: "linux_x86_64",
    reachable: "manylinux_2_34_x86_64",
    truthful: false,
    reasons: REASONS,
  }),
  binaries: [BINARY],
  external: [{ name: "libfoo.so.1", neededBy: [EXTENSION], found: null }],
  findings: [
    {
      code: "NAM009",
      level: "warning",
      message: "the name is not normalised",
      hint: "write `demo`",
    },
    ...["a", "b", "c", "d", "e", "f", "g"].map((name) => ({
      code: "REC004",
      level: "error" as const,
      path: `demo/${name}.py`,
      message: "RECORD says sha256 `aaaa`, the member has `bbbb`",
      hint: "Write RECORD again",
    })),
    {
      code: "TAG004",
      level: "error",
      path: EXTENSION,
      message: "needs `GLIBC_2.34` of `libc.so.6`, which `manylinux_2_17` does not promise",
      hint: "Build in the image of that policy",
      at: { record: "Elf_Vernaux", field: "vna_name", offset: 4242 },
    },
    {
      code: "HRD004",
      level: "info",
      path: EXTENSION,
      message: "relocations stay writable (partial RELRO)",
    },
  ],
  unverified: [
    { code: "INT001", path: "demo/x.dylib", why: "Mach-O files can't be read yet" },
    { code: "INT001", path: "demo/y.dylib", why: "Mach-O files can't be read yet" },
  ],
};

export const CLEAN: WheelResult = {
  ...FAILING,
  file: "clean-2.0-cp312-cp312-manylinux_2_17_x86_64.whl",
  name: "clean",
  version: "2.0",
  ok: true,
  platform: completeVerdict({
    family: "manylinux",
    claimed: ["manylinux_2_17_x86_64"],
    supported: "manylinux_2_17_x86_64",
    reachable: "manylinux_2_17_x86_64",
    truthful: true,
    reasons: [],
  }),
  binaries: [],
  external: [],
  findings: [],
  unverified: [],
};

/** Names that try to drive a terminal, forge a line, break XML, Markdown and workflow commands. */
export const NASTY = 'evil\u001b[2J\n::error::x|`<b>\u202e%&".py';

export const HOSTILE: WheelResult = {
  ...CLEAN,
  file: `bad${NASTY}.whl`,
  name: NASTY,
  ok: false,
  platform: completeVerdict({
    ...CLEAN.platform,
    claimed: [NASTY],
    truthful: false,
    supported: "linux_x86_64",
  }),
  external: [{ name: NASTY, neededBy: [NASTY], found: NASTY }],
  findings: [
    { code: "ZIP017", level: "error", path: NASTY, message: `a name ${NASTY}`, hint: NASTY },
  ],
  unverified: [{ code: "INT001", path: NASTY, why: NASTY }],
};
