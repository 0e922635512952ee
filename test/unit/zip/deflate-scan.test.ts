import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rewriteOf } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { BlockReader } from "../../../src/zip/deflate-blocks.ts";
import { findDirtyRuns } from "../../../src/zip/deflate-scan.ts";
import { codeLike, indexOf, KINDS } from "../../support/deflate-streams.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";

const content = codeLike(700_000);

describe("indexBlocks", () => {
  it.each(Object.keys(KINDS))("walks a stream: %s", (kind) => {
    for (const bytes of [content, content.subarray(0, 10), new Uint8Array(200_000)]) {
      const stream = KINDS[kind]?.(bytes) ?? bytes;
      const index = indexOf(stream, bytes.length);
      expect(index?.size).toBe(bytes.length);
      expect(Math.ceil((index?.endBit ?? 0) / 8)).toBe(stream.length);
      expect([index?.bits[0], index?.outs[0]]).toEqual([0, 0]);
    }
  });

  it("walks an empty stream", () => {
    expect(indexOf(deflateRawSync(new Uint8Array()), 0)).toMatchObject({ endBit: 10, size: 0 });
  });

  it("has a block for every 256 KiB or so", () => {
    const bytes = codeLike(3_000_000, 7);
    const stream = deflateRawSync(bytes, { memLevel: 4 });
    const { outs = [], bits = [] } = indexOf(stream, bytes.length) ?? {};
    expect(outs.length).toBeGreaterThan(7);
    expect(outs.length).toBeLessThan(13);
    expect(bits).toEqual([...bits].sort((a, b) => a - b));
  });

  it.skipIf(requireTool("7z") === undefined)("walks what 7-Zip makes", () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "x"), content);
    execFileSync("7z", ["a", "-tgzip", "-mx=9", "x.gz", "x"], { cwd: folder, stdio: "ignore" });
    const gzip = readFileSync(join(folder, "x.gz"));
    const name = gzip.indexOf(0, 10);
    const stream = gzip.subarray(((gzip[3] ?? 0) & 8) === 0 ? 10 : name + 1, gzip.length - 8);
    expect(indexOf(stream, content.length)?.size).toBe(content.length);
  });

  it("refuses what is not a whole stream of that size", () => {
    const stream = deflateRawSync(content);
    expect(indexOf(stream, content.length - 1)).toBeUndefined();
    expect(indexOf(stream, content.length + 1)).toBeUndefined();
    expect(indexOf(stream.subarray(0, -1), content.length)).toBeUndefined();
    expect(indexOf(Buffer.concat([stream, Buffer.of(0)]), content.length)).toBeUndefined();
    expect(indexOf(new Uint8Array(), 0)).toBeUndefined();
    // The third kind of block does not exist.
    expect(indexOf(Uint8Array.of(7), 0)).toBeUndefined();
    // A stored block whose length is not confirmed.
    expect(indexOf(Uint8Array.of(1, 1, 0, 0, 0, 9), 1)).toBeUndefined();
    // Too many codes of one bit.
    expect(indexOf(Uint8Array.of(5, 0, 0x49, 0x92, 0x24, 0x49, 0, 0, 0, 0), 9)).toBeUndefined();
  });

  it("gives up on a stream of a million empty blocks", () => {
    // Ten bits each: four of them fill five bytes.
    const bytes = new Uint8Array(1_250_000);
    for (let at = 0; at < bytes.length; at += 5) bytes.set([0x02, 0x08, 0x20, 0x80, 0x00], at);
    bytes.set([3, 0], bytes.length - 2);
    const index = indexOf(bytes, 0);
    expect(index).toBeUndefined();
  });
});

describe("findDirtyRuns", () => {
  const stream = deflateRawSync(content, { memLevel: 3 });
  const index = indexOf(stream, content.length);

  const runsOf = (at: number, remove: number, bytes: Uint8Array) => {
    if (index === undefined) throw new Error("no index");
    const rewrite = rewriteOf(memorySource(content), [{ at, remove, zeros: 0, bytes, what: "x" }]);
    return findDirtyRuns(memorySource(stream), index, rewrite);
  };

  it("finds the block of a changed byte, and those that refer to it", () => {
    const at = 300_000;
    const runs = runsOf(at, 1, Uint8Array.of((content[at] ?? 0) ^ 0x80));
    expect(runs?.[0]?.outStart).toBeLessThanOrEqual(at);
    expect(runs?.[0]?.outEnd).toBeGreaterThan(at);
    for (const { outStart, outEnd } of runs ?? []) expect(outEnd - outStart).toBeLessThan(100_000);
    expect(runs?.at(-1)?.outEnd).toBeLessThan(at + 32_768 + 60_000);
  });

  it("takes all that refers behind a byte that was put in", () => {
    const at = 300_000;
    const all = runsOf(at, 0, Uint8Array.of(1));
    expect(all?.[0]?.outStart).toBeLessThanOrEqual(at);
    expect(all?.at(-1)?.outEnd).toBeGreaterThan(at + 20_000);
    expect(all?.at(-1)?.outEnd).toBeLessThan(at + 32_768 + 60_000);
  });

  it("takes the last block for what is put at the end, and nothing for nothing", () => {
    const [only, ...more] = runsOf(content.length, 0, Uint8Array.of(1, 2, 3)) ?? [];
    expect(more).toEqual([]);
    expect([only?.outEnd, only?.endBit]).toEqual([content.length, index?.endBit]);
    expect(runsOf(10, 1, content.subarray(10, 11))).toEqual([]);
  });
});

describe("BlockReader", () => {
  it("says where every block of a stream begins, from anywhere", () => {
    const stream = deflateRawSync(content, { memLevel: 2 });
    const source = memorySource(stream);
    const reader = new BlockReader(source, content.length);
    const starts: [number, number][] = [];
    while (!reader.final && reader.next()) starts.push([reader.startBit, reader.outStart]);
    expect(starts.length).toBeGreaterThan(50);
    for (const [at, [bit, out]] of starts.entries()) {
      if (at % 7 !== 0) continue;
      const other = new BlockReader(source, content.length);
      other.seek(bit, out);
      expect(other.next()).toBe(true);
      expect([other.endBit, other.outEnd]).toEqual(
        starts[at + 1] ?? [reader.endBit, reader.outEnd],
      );
    }
  });
});
