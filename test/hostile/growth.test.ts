/** Twice the file is twice the work, for every command and every list that a wheel may have. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../support/commands.ts";
import { buildElf, type ElfDescription } from "../support/elf-builder.ts";
import { elfFixture } from "../support/elf-fixtures.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";
import type { WheelSpec } from "../support/wheel-builder.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");
const pad = (index: number): string => String(index).padStart(6, "0");

const metadata = (lines: string): WheelSpec => ({
  files: { "%/METADATA": `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n${lines}` },
});
const members = (count: number, path: (index: number) => string): WheelSpec => ({
  files: Object.fromEntries(Array.from({ length: count }, (_, index) => [path(index), "x"])),
});

/** Wheels of n items. */
const WHEELS: Readonly<Record<string, (count: number) => WheelSpec>> = {
  requirements: (count) => metadata(many(count, (at) => `Requires-Dist: p${pad(at)}>=1\n`)),
  classifiers: (count) => metadata(many(count, (at) => `Classifier: A :: B${pad(at)}\n`)),
  extras: (count) =>
    metadata(many(count, (at) => `Provides-Extra: e${at}\nRequires-Dist: a; extra == "e${at}"\n`)),
  "unknown fields": (count) => metadata(many(count, (at) => `X-${pad(at)}: x\n`)),
  "one field again and again": (count) => metadata(many(count, () => "Summary: x\n")),
  "folded lines": (count) => metadata(`Summary: a\n${many(count, () => " b\n")}`),
  "licence files": (count) => metadata(many(count, (at) => `License-File: L${pad(at)}\n`)),
  members: (count) => members(count, (at) => `demo/m${pad(at)}.py`),
  "members out of order": (count) => members(count, (at) => `demo/m${pad((at * 7919) % count)}.py`),
  "folders of data": (count) => members(count, (at) => `demo-${at}.data/scripts/s`),
  "deep members": (count) => members(count / 50, (at) => `demo/${"d/".repeat(400)}m${pad(at)}.py`),
  "rows of RECORD without files": (count) => ({
    record: (lines) => [
      ...Array.from({ length: count }, (_, at) => `demo/x${pad(at)}.py,,`),
      ...lines,
    ],
  }),
  "rows of RECORD for one file": (count) => ({
    record: (lines) => [...Array.from({ length: count }, () => lines[0] ?? ""), ...lines],
  }),
  "unsorted rows of RECORD": (count) => ({
    ...members(count, (at) => `demo/m${pad(at)}.py`),
    record: (lines) => lines.slice(0, count / 2).toReversed(),
  }),
  "tags in WHEEL": (count) => ({
    files: {
      "%/WHEEL": `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n${many(count, (at) => `Tag: py3-none-p${pad(at)}\n`)}`,
    },
  }),
  links: (count) => ({
    files: {
      "%/LINKS": many(count, (at) => `demo/l${pad(at)},demo/__init__.py\n`),
      "%/WHEEL": "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    },
  }),
  "links to links": (count) => ({
    files: {
      "%/LINKS": many(count, (at) => `demo/l${pad(at)},demo/l${pad(at + 1)}\n`),
      "%/WHEEL": "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    },
  }),
  "entry points": (count) => ({
    files: { "%/entry_points.txt": `[g]\n${many(count, (at) => `e${pad(at)} = demo:x\n`)}` },
  }),
  "groups of entry points": (count) => ({
    files: { "%/entry_points.txt": many(count, (at) => `[g${pad(at)}]\ne = demo:x\n`) },
  }),
  "an SBOM": (count) => ({
    files: {
      "%/sboms/a.json": `{"components":[${many(count, (at) => `{"name":"demo","version":"1.0","n":${at}},`)}0]}`,
    },
  }),
  "a product of tags in WHEEL": (count) => {
    const set = (letter: string): string =>
      Array.from({ length: count }, (_, at) => `${letter}${at}`).join(".");
    const tag = `${set("py")}-${set("abi")}-${set("os")}`;
    return {
      files: {
        "%/WHEEL": `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: ${tag}\n`,
      },
    };
  },
  variants: (count) => ({
    files: {
      "%/variant.json": JSON.stringify({
        "default-priorities": { namespace: ["n"] },
        variants: Object.fromEntries(
          Array.from({ length: count }, (_, at) => [`v${at}`, { n: { f: ["x"] } }]),
        ),
      }),
    },
  }),
};

/** `OUT` is a folder of their own for results, `WHEEL` the wheel. */
const COMMANDS: readonly string[] = [
  "audit --exit-zero WHEEL",
  "show WHEEL",
  "edit --set Keywords=x -w OUT WHEEL",
  "edit --unset Keywords --set Keywords=y -w OUT WHEEL",
  "edit --add-requires numpy -w OUT WHEEL",
  "edit --version 2.0 -w OUT WHEEL",
  "edit --canonical -w OUT WHEEL",
  "edit --add-entry-point console_scripts:z=demo:x -w OUT WHEEL",
  "tags --python-tag +py2 -w OUT WHEEL",
  "links add -w OUT WHEEL demo/zz=demo/__init__.py",
  "links materialize -w OUT WHEEL",
  "links list WHEEL",
  "repair -w OUT WHEEL",
  "diff WHEEL WHEEL",
];

/** Command lines that only make sense for one kind of wheel. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  requirements: [
    "edit --remove-requires p000001 -w OUT WHEEL",
    "edit --replace-requires p000002>=2 -w OUT WHEEL",
    "edit --constrain p000003<9 -w OUT WHEEL",
    "edit --remove-requires nothing -w OUT WHEEL",
    "edit --unset Requires-Dist -w OUT WHEEL",
  ],
  classifiers: ["edit --unset Classifier -w OUT WHEEL"],
  members: [
    "edit --remove-file demo/m000001.py -w OUT WHEEL",
    "edit --remove-file demo/n -w OUT WHEEL",
  ],
  links: ["links remove -w OUT WHEEL demo/l000001", "links remove -w OUT WHEEL demo/none"],
  "entry points": ["edit --remove-entry-point g:e000001 -w OUT WHEEL"],
};

/** Members cost more than lines: each has a header, a row of RECORD and a hash. */
const MEMBERS = 300;
const LINES = 3000;
const OF_MEMBERS = /members|folders|unsorted/;

/** Milliseconds of processor time. */
async function cost(line: string, paths: readonly string[], out: string): Promise<number> {
  const argv = line
    .split(" ")
    .flatMap((word) => (word === "WHEEL" ? paths : word === "OUT" ? [out] : [word]));
  const began = process.cpuUsage();
  const { status } = await wheelkit(...argv, "-q", "-q");
  const { user, system } = process.cpuUsage(began);
  expect(status, line).not.toBe(70);
  return (user + system) / 1000;
}

/** What twice the items may cost: four times where a list is compared with itself. */
const mostOf = (before: number): number => 3 * before + 40;
/** A collection of garbage in one of them is no growth. */
const TRIES = 4;

/** @param makeAt writes wheels of so many items into a folder. */
async function expectProportion(
  line: string,
  count: number,
  makeAt: (folder: string, count: number) => readonly string[],
): Promise<void> {
  const folder = scratchFolder();
  const place = (items: number): readonly string[] => {
    const inside = join(folder, String(items));
    mkdirSync(inside);
    return makeAt(inside, items);
  };
  const [small, large] = [place(count), place(2 * count)];
  let [before, after] = [0, Number.POSITIVE_INFINITY];
  for (let round = 0; round < TRIES && after > mostOf(before); round++) {
    before = Math.max(before, await cost(line, small, join(folder, "out")));
    after = Math.min(after, await cost(line, large, join(folder, "out")));
  }
  expect(after, `${before} ms, then ${after} ms`).toBeLessThanOrEqual(mostOf(before));
}

function writeWheel(folder: string, spec: WheelSpec): string {
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  return path;
}

describe.each(Object.entries(WHEELS))("a wheel with %s", (name, specOf) => {
  it.each([...COMMANDS, ...(SPECIAL[name] ?? [])])("in proportion: %s", async (line) => {
    const count = OF_MEMBERS.test(name) ? MEMBERS : LINES;
    await expectProportion(line, count, (folder, items) => [writeWheel(folder, specOf(items))]);
  });
});

interface Native {
  readonly tag: string;
  readonly path: (index: number) => string;
  readonly bytes: Uint8Array;
}

const LINUX: Native = {
  tag: "cp312-cp312-manylinux_2_17_x86_64",
  path: (at) => `demo/_m${at}.cpython-312-x86_64-linux-gnu.so`,
  bytes: elfFixture("module-x86_64"),
};
const MACOS: Native = {
  tag: "cp312-cp312-macosx_11_0_arm64",
  path: (at) => `demo/_m${at}.cpython-312-darwin.so`,
  bytes: machoFixture("cxx-arm64"),
};
const INTEL: Native = {
  ...MACOS,
  tag: "cp312-cp312-macosx_10_13_x86_64",
  bytes: machoFixture("cxx-x86_64"),
};
const WINDOWS: Native = {
  tag: "cp312-cp312-win_amd64",
  path: (at) => `demo/_m${at}.cp312-win_amd64.pyd`,
  bytes: peFixture("module-x86_64"),
};

/** Native wheels of n items. */
const NATIVE_WHEELS: Readonly<Record<string, (native: Native, count: number) => WheelSpec>> = {
  members: ({ tag, path, bytes }, count) => {
    const files = members(count, (at) => `demo/m${pad(at)}.py`).files ?? {};
    return { tag, files: { ...files, [path(0)]: bytes } };
  },
  "native files": ({ tag, path, bytes }, count) => ({
    tag,
    files: Object.fromEntries(
      Array.from({ length: count / 10 }, (_, at) => [path(at), bytes] as const),
    ),
  }),
  requirements: ({ tag, path, bytes }, count) => ({
    tag,
    files: {
      ...metadata(many(8 * count, (at) => `Requires-Dist: p${pad(at)}>=1\n`)).files,
      [path(0)]: bytes,
    },
  }),
  "rows of RECORD without files": ({ tag, path, bytes }, count) => ({
    tag,
    files: { [path(0)]: bytes },
    record: (lines) => [
      ...Array.from({ length: 8 * count }, (_, at) => `demo/x${pad(at)}.py,,`),
      ...lines,
    ],
  }),
  "an SBOM": ({ tag, path, bytes }, count) => ({
    tag,
    files: {
      "%/sboms/wheelkit.cdx.json": `{"bomFormat":"CycloneDX","components":[${many(8 * count, (at) => `{"name":"demo","version":"1.0","n":${at}},`)}{}]}`,
      [path(0)]: bytes,
    },
  }),
};

const NATIVE_COMMANDS: readonly string[] = [
  "audit --exit-zero -j 1 WHEEL",
  "show -j 1 WHEEL",
  "repair -j 1 -w OUT WHEEL",
  "shrink -j 1 --strip -w OUT WHEEL",
  "edit --post -w OUT WHEEL",
];

describe.each([
  ["Linux", LINUX],
  ["macOS", MACOS],
  ["Windows", WINDOWS],
])("a wheel for %s", (_, native) => {
  describe.each(Object.entries(NATIVE_WHEELS))("with %s", (_name, specOf) => {
    it.each(NATIVE_COMMANDS)("in proportion: %s", async (line) => {
      await expectProportion(line, MEMBERS, (folder, items) => [
        writeWheel(folder, specOf(native, items)),
      ]);
    });
  });
});

describe.each(Object.entries(NATIVE_WHEELS))("two wheels to fuse with %s", (_, specOf) => {
  it("in proportion", async () => {
    await expectProportion("fuse -j 1 -w OUT WHEEL", MEMBERS, (folder, items) =>
      [INTEL, MACOS].map((native) => writeWheel(folder, specOf(native, items))),
    );
  });
});

/** Tables of one library. */
const LIBRARIES: Readonly<Record<string, (count: number) => ElfDescription>> = {
  "needed libraries": (count) => ({
    needed: Array.from({ length: count }, (_, at) => `lib${pad(at)}.so.1`),
  }),
  symbols: (count) => ({
    symbols: Array.from({ length: count }, (_, at) => ({
      name: `s${pad(at)}`,
      defined: at % 2 === 1,
    })),
  }),
  "needed versions": (count) => ({
    needed: ["libc.so.6"],
    needs: [
      {
        file: "libc.so.6",
        versions: Array.from({ length: count }, (_, at) => ({
          name: `V_${pad(at)}`,
          index: 2 + at,
        })),
      },
    ],
  }),
};

describe.each(Object.entries(LIBRARIES))("a library with %s", (_, describeLibrary) => {
  it.each(["show WHEEL", "edit --set-id libother-0123abcd.so.1 -w OUT WHEEL"])(
    "in proportion: %s",
    async (line) => {
      await expectProportion(line, LINES, (folder, items) => {
        const path = join(folder, "libdemo.so");
        writeFileSync(path, buildElf(describeLibrary(items)).bytes);
        return [path];
      });
    },
  );
});
