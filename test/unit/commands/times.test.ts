/** `SOURCE_DATE_EPOCH` on every platform: `repair` and `fuse` give it to all members, others to what they write. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { entriesOf, wheelkitWith } from "../../support/commands.ts";
import { machoFile, wheelIn, writeOutside } from "../../support/macos-files.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import {
  buildWheel,
  type WheelSpec,
  wheelFileName,
  wheelMembers,
} from "../../support/wheel-builder.ts";
import { buildZip } from "../../support/zip-builder.ts";

const EPOCH = "1700000000";
/** 2023-11-14 22:13:20 UTC. */
const WHEN = [((2023 - 1980) << 9) | (11 << 5) | 14, (22 << 11) | (13 << 5) | 10];

function write(folder: string, spec: WheelSpec, day: number): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, wheelFileName(spec));
  const members = wheelMembers(spec).map((member) => ({
    ...member,
    both: { date: (40 << 9) | (3 << 5) | day },
  }));
  writeFileSync(path, buildZip(members));
  return path;
}

function times(path: string): ReadonlyMap<string, readonly number[]> {
  return new Map(entriesOf(path).map(({ name, dosDate, dosTime }) => [name, [dosDate, dosTime]]));
}

async function run(env: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const out = join(scratchFolder(), "out");
  const [command = "", ...rest] = words;
  const { status, err } = await wheelkitWith({ env }, command, "-w", out, ...rest);
  expect(status, err).toBe(0);
  return wheelIn(out).path;
}

const MACOS = { "demo/_x.so": machoFile({ kind: "bundle", loads: ["/opt/lib/libfoo.dylib"] }) };
const INTEL = { "demo/liba.dylib": machoFile({ arch: "x86_64", id: "@rpath/liba.dylib" }) };
const APPLE = { "demo/liba.dylib": machoFile({ arch: "arm64", id: "@rpath/liba.dylib" }) };
const WINDOWS = { "demo/_x.cp312-win_amd64.pyd": peFixture("module-x86_64") };
const tag = (platform: string): string => `cp312-cp312-${platform}`;

const CASES: Readonly<Record<string, (folder: string, day: number) => readonly string[]>> = {
  "a repair for macOS": (folder, day) => {
    writeOutside(join(folder, "lib/libfoo.dylib"), machoFile({ id: "/opt/lib/libfoo.dylib" }));
    const wheel = write(folder, { tag: tag("macosx_11_0_arm64"), files: MACOS }, day);
    return ["repair", "--lib-path", join(folder, "lib"), wheel];
  },
  "a repair for Windows": (folder, day) => {
    mkdirSync(join(folder, "lib"), { recursive: true });
    writeFileSync(join(folder, "lib/b.dll"), peFixture("library-x86_64"));
    const wheel = write(folder, { tag: tag("win_amd64"), files: WINDOWS }, day);
    return ["repair", "--no-sys-paths", "--add-path", join(folder, "lib"), wheel];
  },
  fuse: (folder, day) => [
    "fuse",
    write(folder, { tag: tag("macosx_11_0_x86_64"), files: INTEL }, day),
    write(folder, { tag: tag("macosx_11_0_arm64"), files: APPLE }, day + 1),
  ],
};

describe.each(Object.entries(CASES))("%s", (_, prepare) => {
  it("gives the time to every member, so that builds of two days are the same file", async () => {
    const results: Buffer[] = [];
    for (const day of [1, 9]) {
      const path = await run({ SOURCE_DATE_EPOCH: EPOCH }, ...prepare(scratchFolder(), day));
      for (const [name, when] of times(path)) expect([name, when]).toEqual([name, WHEN]);
      results.push(readFileSync(path));
    }
    expect(results[0]?.equals(results[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it("keeps the times of what does not change, where none is given", async () => {
    const path = await run({}, ...prepare(scratchFolder(), 5));
    expect(times(path).get("demo-1.0.dist-info/METADATA")?.[0]).toBe((40 << 9) | (3 << 5) | 5);
  });
});

describe("what is no repair", () => {
  it.each([
    ["edit", "--set", "Keywords=x"],
    ["tags", "--build", "7"],
    ["shrink", "--drop", "demo/b.txt"],
  ])("gives it only to what it writes: %s", async (...words) => {
    const folder = scratchFolder();
    const wheel = write(folder, { files: { "demo/b.txt": "b" } }, 5);
    const path = await run({ SOURCE_DATE_EPOCH: EPOCH }, ...words, wheel);
    expect(basename(path)).toMatch(/^demo-1\.0-/);
    expect(times(path).get("demo-1.0.dist-info/RECORD")).toEqual(WHEN);
    expect(times(path).get("demo/__init__.py")?.[0]).toBe((40 << 9) | (3 << 5) | 5);
  });

  it("is a copy of a wheel that needs nothing, byte for byte", async () => {
    const folder = scratchFolder();
    const wheel = join(folder, "demo-1.0-py3-none-any.whl");
    writeFileSync(wheel, buildWheel({}));
    const path = await run({ SOURCE_DATE_EPOCH: EPOCH }, "repair", wheel);
    expect(readFileSync(path).equals(readFileSync(wheel))).toBe(true);
  });
});
