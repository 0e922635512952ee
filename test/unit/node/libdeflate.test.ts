import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { deflate as packageDeflate } from "libdeflate";
import { describe, expect, it } from "vitest";
import { deflatePart } from "../../../src/node/deflate-part.ts";
import { libdeflate } from "../../../src/node/libdeflate.ts";

/** Words of a small vocabulary, the same each time. */
function text(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[at] = at % 5 === 0 ? state >> 22 : 97 + ((at >> 4) % 20);
  }
  return bytes;
}

describe("libdeflate", () => {
  it.each([1, 6, 9, 12])(
    "makes the bytes that the package's own functions make, at level %d",
    (level) => {
      for (const size of [1, 5000, 400_000]) {
        const bytes = text(size);
        expect(libdeflate().deflate(bytes, level)).toEqual(packageDeflate(bytes, level));
      }
    },
  );

  it("knows the functions by the names that the package gives them", () => {
    const script = join(
      dirname(createRequire(import.meta.url).resolve("libdeflate")),
      "dist/libdeflate.wasm.mjs",
    );
    const names = Object.fromEntries(
      [...readFileSync(script, "utf8").matchAll(/Module\["(\w+)"\]=asm\["(\w)"\]/g)].map(
        ([, name, letter]) => [letter, name],
      ),
    );
    expect(names).toMatchObject({
      d: "___wasm_call_ctors",
      e: "_libdeflate_alloc_compressor",
      f: "_libdeflate_deflate_compress",
      g: "_libdeflate_free_compressor",
      h: "_libdeflate_deflate_compress_bound",
      n: "_malloc",
      o: "_free",
    });
  });

  it("takes what does not shrink, and nothing at all", () => {
    const noise = new Uint8Array(60_000);
    crypto.getRandomValues(noise);
    for (const bytes of [noise, new Uint8Array()]) {
      const stream = libdeflate().deflate(bytes, 6).slice();
      expect(inflateRawSync(stream)).toEqual(Buffer.from(bytes));
    }
  });
});

describe("deflatePart", () => {
  it("makes streams that can be put together, wherever the last block ends in its byte", () => {
    // So many sizes, that each of the eight bits is the last one of some.
    for (let size = 1; size < 40; size++) {
      for (const level of [0, 6, 10]) {
        const [first, second] = [text(size * 37, size), text(200, size + 1)];
        const stream = Buffer.concat([
          deflatePart({ bytes: first, level, last: false }),
          deflatePart({ bytes: second, level, last: true }),
        ]);
        expect(inflateRawSync(stream)).toEqual(Buffer.concat([first, second]));
      }
    }
  });

  it("clears the mark of the last block alone, of many", () => {
    const parts = [text(700_000, 3), text(900_000, 4), text(100, 5)];
    const stream = Buffer.concat(
      parts.map((bytes, at) => deflatePart({ bytes, level: 6, last: at === 2 })),
    );
    expect(inflateRawSync(stream).equals(Buffer.concat(parts))).toBe(true);
  });
});
