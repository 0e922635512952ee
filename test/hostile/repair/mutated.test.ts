/** Wheels whose native members were damaged at random: repaired soundly, or refused by name. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wheelkitWith } from "../../support/commands.ts";
import { LINUX_TAG, SUFFIX, workshop } from "../../support/repair-workshop.ts";
import { requireTool } from "../../support/tools.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const hasTools = requireTool("gcc") !== undefined;
const EXT = `demo/_x.${SUFFIX}`;
let folder = "";
let module: Uint8Array;
let library: Uint8Array;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-mutated-"));
  if (!hasTools) return;
  const shop = workshop(folder);
  const libf = shop.library("ext/libf.so.1", "int f(void) { return 41; }", { soname: "libf.so.1" });
  library = readFileSync(libf);
  module = shop.module("_x", "f()", { needs: [libf], flags: ["-Wl,-rpath,/build/lib"] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each stands for a way in which the planner once failed, or is as good as any. */
const SEEDS = [20_240_601, 11, 4_711, 99_991, 271_828];
const ROUNDS = 9;

let seed = 1;
function random(limit: number): number {
  seed = (seed * 48_271) % 0x7fffffff;
  return seed % limit;
}

function* rounds(): Generator<number> {
  for (const start of SEEDS) {
    seed = start;
    for (let round = 0; round < ROUNDS; round++) yield round;
  }
}

/** A few bytes changed: in the headers, anywhere, or cut off. */
function mutate(bytes: Uint8Array, round: number): Uint8Array {
  const copy = Uint8Array.from(round % 7 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
  // Headers and dynamic data are in the first kilobytes of so small a file, and at its end.
  const range = round % 3 === 0 ? copy.length : Math.min(copy.length, 0x600);
  for (let count = 1 + random(4); count > 0 && range > 4; count--) {
    copy[4 + random(range - 4)] = random(4) === 0 ? 0xff : random(256);
  }
  return copy;
}

async function repair(files: Record<string, Uint8Array>, args: readonly string[]): Promise<number> {
  const spec = { tag: LINUX_TAG, files };
  const input = join(folder, wheelFileName(spec));
  writeFileSync(input, buildWheel(spec));
  const out = join(folder, "out");
  rmSync(out, { recursive: true, force: true });
  const { status, err } = await wheelkitWith({}, "repair", "-w", out, ...args, input);
  expect(err).not.toContain("bug in wheelkit");
  expect([0, 3], err).toContain(status);
  const left = existsSync(out) ? readdirSync(out) : [];
  expect(left).toHaveLength(status === 0 ? 1 : 0);
  if (status === 3) expect(err).toMatch(/^error: .*\[[A-Za-z0-9-]+\]\n/m);
  return status;
}

describe.skipIf(!hasTools)("a damaged native member", () => {
  it("in the wheel", async () => {
    const seen = new Set<number>();
    for (const round of rounds()) {
      const args = ["--ldpaths", join(folder, "ext"), ...(round % 2 === 0 ? ["--strip"] : [])];
      seen.add(await repair({ [EXT]: mutate(module, round) }, args));
    }
    expect([...seen].sort()).toEqual([0, 3]);
  });

  it("outside, on its way into the wheel", async () => {
    const place = join(folder, "damaged");
    mkdirSync(place);
    const seen = new Set<number>();
    for (const round of rounds()) {
      writeFileSync(join(place, "libf.so.1"), mutate(library, round));
      seen.add(await repair({ [EXT]: module }, ["--no-sys-paths", "--ldpaths", place]));
    }
    expect([...seen].sort()).toEqual([0, 3]);
  });
});
