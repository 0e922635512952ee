import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as zlib from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel } from "../../support/wheel-builder.ts";

/** The sizes of members that were inflated as a whole, in order. */
const inflated = vi.hoisted((): number[] => []);

vi.mock("node:zlib", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:zlib")>();
  const note = ({ info, maxOutputLength }: zlib.ZlibOptions): void => {
    // A look at a member's first bytes has no limit.
    if (info === true && maxOutputLength !== undefined) inflated.push(maxOutputLength - 1);
  };
  return {
    ...real,
    inflateRawSync(bytes: zlib.InputType, options: zlib.ZlibOptions) {
      note(options);
      return real.inflateRawSync(bytes, options);
    },
    inflateRaw(bytes: zlib.InputType, options: zlib.ZlibOptions, done: zlib.CompressCallback) {
      note(options);
      real.inflateRaw(bytes, options, done);
    },
  };
});

const TAG = "cp312-cp312-linux_x86_64";
/** Large enough that another thread inflates it; what lies after an ELF file is no part of it. */
const LARGE = new Uint8Array(200_000);
LARGE.set(elfFixture("both-hashes"));
const SMALL = elfFixture("importer");

/** A wheel with two native members. */
function wheelIn(folder: string, version: string): string {
  const path = join(folder, `demo-${version}-${TAG}.whl`);
  const files = { "demo/large.so": LARGE, "demo/small.so": SMALL };
  writeFileSync(path, buildWheel({ version, tag: TAG, files }));
  return path;
}

/** How often each native member was inflated by the command. */
async function inflates(...argv: readonly string[]): Promise<readonly [number, number]> {
  inflated.length = 0;
  const { status, err } = await wheelkit(...argv);
  expect(status, err).toBe(0);
  const count = (size: number): number => inflated.filter((each) => each === size).length;
  return [count(LARGE.length), count(SMALL.length)];
}

describe("a native member is inflated once", () => {
  it.each([
    ["audit", ["audit", "--exit-zero", "-j", "1"]],
    ["audit, with other threads", ["audit", "--exit-zero", "-j", "2"]],
    ["audit --no-hash", ["audit", "--exit-zero", "--no-hash"]],
    ["show", ["show"]],
    ["show --imports --exports", ["show", "--imports", "--exports"]],
    ["edit --post", ["edit", "-n", "--post"]],
  ])("by %s at most", async (_, argv) => {
    const path = wheelIn(scratchFolder(), "1.0");
    for (const count of await inflates(...argv, path)) expect(count).toBeLessThanOrEqual(1);
  });

  it("for RECORD and once for its needs by `tags`", async () => {
    const path = wheelIn(scratchFolder(), "1.0");
    const argv = ["tags", "-n", "--platform-tag", "manylinux_2_40_x86_64"];
    expect(await inflates(...argv, path)).toEqual([2, 2]);
  });

  it("of each wheel by `audit --baseline`", async () => {
    const folder = scratchFolder();
    const before = wheelIn(folder, "1.0");
    const after = wheelIn(folder, "1.1");
    const found = await inflates("audit", "--exit-zero", "--baseline", before, after);
    expect(found).toEqual([2, 2]);
  });
});
