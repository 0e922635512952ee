import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSource } from "../../../src/node/block-source.ts";
import type { FileSource } from "../../../src/runtime.ts";
import { memorySource } from "../../../src/source.ts";

const SIZE = 300_000;
const content = new Uint8Array(SIZE).map((_, at) => (at * 31) >> 5);

function counted(): { readonly file: FileSource; readonly reads: () => number } {
  const source = memorySource(content);
  let reads = 0;
  const read = (offset: number, length: number): Uint8Array => {
    reads++;
    return source.read(offset, length);
  };
  return { file: { size: SIZE, read, close() {} }, reads: () => reads };
}

describe("blockSource", () => {
  it("gives the file's bytes wherever they are asked for, and refuses what the file refuses", () => {
    const offset = fc.integer({ min: -2, max: SIZE + 2 });
    const range = fc.record({ offset, length: fc.integer({ min: -1, max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), (ranges) => {
        const blocks = blockSource(counted().file);
        for (const { offset, length } of ranges) {
          const inside = offset >= 0 && length >= 0 && offset + length <= SIZE;
          if (!inside) expect(() => blocks.read(offset, length)).toThrow("the data ends");
          else {
            const wanted = content.subarray(offset, offset + length);
            expect(Buffer.compare(blocks.read(offset, length), wanted)).toBe(0);
          }
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("reads a table of many entries by few calls, and a long piece by one of its own", () => {
    const { file, reads } = counted();
    const blocks = blockSource(file);
    for (let at = 0; at < 100_000; at += 24) blocks.read(at, 24);
    expect(reads()).toBeLessThan(12);
    const before = reads();
    blocks.read(5, 200_000);
    expect(reads()).toBe(before + 1);
  });
});
