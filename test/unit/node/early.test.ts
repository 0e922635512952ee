import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import { beginEarly } from "../../../src/node/early.ts";
import type { MemberSpan } from "../../../src/runtime.ts";
import { memorySource } from "../../../src/source.ts";
import { readIndex } from "../../../src/zip/index.ts";
import { buildZip } from "../../support/zip-builder.ts";

/** Bytes that hardly compress, so that the file is large enough to be worth it. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

const LARGE = noise(2 << 20, 1);
const ARCHIVE = buildZip([
  { name: "demo/small.py", data: noise(1000, 2) },
  { name: "demo/large.so", data: LARGE },
  { name: "demo/other.so", data: noise(1 << 20, 3) },
  { name: "demo/last.so", data: noise(300 << 10, 4) },
]);

let folder = "";
let path = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-early-"));
  path = join(folder, "demo.whl");
  writeFileSync(path, ARCHIVE);
});
afterAll(() => rmSync(folder, { recursive: true }));

function spanOf(name: string): MemberSpan {
  const entry = readIndex(memorySource(ARCHIVE), nodeCompression).entries.find(
    (each) => each.name === name,
  );
  if (entry === undefined) throw new Error(`no ${name}`);
  return entry;
}

describe("large members that are unpacked while the program is loaded", () => {
  it("are handed over once, to whoever asks for that very member of that file", async () => {
    const begun = beginEarly(["-j", "2", path]);
    const span = spanOf("demo/large.so");
    expect(begun?.take(`${path}2`, span)).toBeUndefined();
    expect(begun?.take(path, { ...span, crc32: 1 })).toBeUndefined();
    expect(begun?.take(path, { ...span, size: span.size + 1 })).toBeUndefined();
    expect(begun?.take(path, { ...span, compressedSize: 5 })).toBeUndefined();
    expect(begun?.take(path, spanOf("demo/small.py"))).toBeUndefined();
    const bytes = await begun?.take(path, span);
    expect(bytes !== undefined && Buffer.from(bytes).equals(LARGE)).toBe(true);
    expect(begun?.take(path, span)).toBeUndefined();
  });

  it("are forgotten when the file is another one by then", () => {
    const replaced = join(folder, "replaced.whl");
    writeFileSync(replaced, ARCHIVE);
    const begun = beginEarly(["-j2", replaced]);
    expect(begun).toBeDefined();
    rmSync(replaced);
    writeFileSync(replaced, ARCHIVE.slice());
    expect(begun?.take(replaced, spanOf("demo/large.so"))).toBeUndefined();
  });

  it("come to nothing when the data are damaged", async () => {
    const damaged = join(folder, "damaged.whl");
    const span = spanOf("demo/large.so");
    const bytes = ARCHIVE.slice();
    bytes.fill(0xff, span.dataOffset + 1000, span.dataOffset + 2000);
    writeFileSync(damaged, bytes);
    expect(await beginEarly(["-j2", damaged])?.take(damaged, span)).toBeUndefined();
  });

  it.each([
    ["one thread", () => ["-j", "1", path]],
    ["one thread, in one word", () => ["--jobs=1", path]],
    ["a number of threads that is none", () => ["-j", "many", path]],
    ["options in one word", () => ["-vj2", path]],
    ["no hashes", () => ["-j2", "--no-hash", path]],
    ["two wheels", () => ["-j2", path, path]],
    ["a folder", () => ["-j2", folder]],
    ["a file that isn't there", () => ["-j2", join(folder, "none.whl")]],
  ])("are left alone for %s", (_, argv) => {
    expect(beginEarly(argv())).toBeUndefined();
  });

  it("are left alone where the archive is none, small or cut off", () => {
    const odd = join(folder, "odd.whl");
    for (const bytes of [
      ARCHIVE.subarray(0, 1000),
      ARCHIVE.subarray(0, ARCHIVE.length - 1),
      noise(2 << 20, 5),
      buildZip([{ name: "demo/one.so", data: LARGE }]),
    ]) {
      writeFileSync(odd, bytes);
      expect(beginEarly(["-j2", odd])).toBeUndefined();
    }
  });
});
