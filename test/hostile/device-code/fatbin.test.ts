import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/bytes.ts";
import { decodePayload, storedPayload } from "../../../src/device-code/codec.ts";
import { FLAG } from "../../../src/device-code/constants.ts";
import { readDeviceCode } from "../../../src/device-code/container.ts";
import { FormatError } from "../../../src/errors.ts";
import { loadZstd } from "../../../src/node/zstd.ts";
import { memorySource } from "../../../src/source.ts";
import { zstdOf } from "../../support/encode-payload.ts";
import { cubinLike, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";
import { stopwatch } from "../../support/quick.ts";

const zstd = await loadZstd();
const payload = cubinLike(4000);
const frame = zstdOf(payload, 9, zstd);
const whole = fatContainer([
  fatEntry({ payload: cubinLike(40) }),
  fatEntry({ payload: frame, flags: FLAG.ZSTD, size: payload.length }),
]);

/** Reads everything; every failure must be one with a place. */
function readAll(bytes: Uint8Array): number {
  const region = memorySource(bytes);
  let decoded = 0;
  for (const { entries } of readDeviceCode(region).containers) {
    for (const entry of entries) {
      try {
        decoded += decodePayload(entry, storedPayload(region, entry), zstd).length;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
  }
  return decoded;
}

describe("a hostile fat binary", () => {
  it.each([
    ["an entry that ends behind its container", { payload_size: 1 << 20 }],
    ["a payload of 2^52 bytes", { payload_size: 2 ** 52 }],
    ["a header of no bytes", { header_size: 0 }],
    ["a header larger than the container", { header_size: 0xffff_fff8 }],
    ["a compressed size larger than the payload", { compressed_size: 0xffff_ffff }],
  ])("with %s ends the list there", (_, fields) => {
    const bytes = fatContainer([fatEntry({ payload: cubinLike(40), fields })]);
    const { containers, unread } = readDeviceCode(memorySource(bytes));
    expect(containers).toEqual([]);
    expect(unread).toMatchObject({ start: 0, end: bytes.length });
  });

  it.each([
    ["longer than its region", { fat_size: 1 << 30 }],
    ["of 2^40 bytes", { fat_size: 2 ** 40 }],
    ["of a version to come", { version: 2 }],
    ["with a header of 8 bytes", { header_size: 8 }],
    ["of CUDA 4", { magic: 0x1ee55a01 }],
  ])("of one container %s is not read", (_, fields) => {
    const { containers, unread } = readDeviceCode(memorySource(fatContainer([], fields)));
    expect(containers).toEqual([]);
    expect(unread).not.toBeNull();
  });

  it("with entries without end is cut off in bounded time", () => {
    const one = fatEntry({ payload: new Uint8Array(0) });
    const bytes = new Uint8Array(16 + one.length * 600_000);
    bytes.set(fatContainer([], { fat_size: bytes.length - 16 }));
    for (let at = 16; at < bytes.length; at += one.length) bytes.set(one, at);
    const { unread } = readDeviceCode(memorySource(bytes));
    expect(unread?.reason).toContain("more than");
  });

  it("with a bomb in zstd is refused before memory is taken", () => {
    const bomb = zstdOf(new Uint8Array(64 << 20), 1, zstd);
    expect(bomb.length).toBeLessThan(16 << 10);
    const bytes = fatContainer([fatEntry({ payload: bomb, flags: FLAG.ZSTD, size: 4096 })]);
    expect(readAll(bytes)).toBe(0);
  });

  it("with thousands of small bombs is left alone, whatever they would give together", () => {
    const bomb = zstdOf(new Uint8Array(8 << 20), 1, zstd);
    const entry = fatEntry({ payload: bomb, flags: FLAG.ZSTD, size: 8 << 20 });
    const bytes = fatContainer(Array.from({ length: 5000 }, () => entry));
    const took = stopwatch();
    expect(readAll(bytes)).toBe(0);
    expect(took()).toBeLessThan(5000);
  });

  it("with a second frame behind the first gives no more than was announced", () => {
    const two = concatBytes([frame, zstdOf(new Uint8Array(8 << 20), 1, zstd)]);
    const bytes = fatContainer([
      fatEntry({ payload: two, flags: FLAG.ZSTD, size: payload.length }),
    ]);
    expect(readAll(bytes)).toBe(0);
  });

  it.each([
    ["literals without end", [0xf0, ...new Array(4000).fill(255), 0]],
    ["a match without end", [0x1f, 0, 1, 0, ...new Array(4000).fill(255), 0]],
  ])("with LZ4 of %s is refused before memory is taken", (_, block) => {
    const bytes = fatContainer([
      fatEntry({ payload: Uint8Array.from(block), flags: FLAG.LZ4, size: 4096 }),
    ]);
    expect(readAll(bytes)).toBe(0);
  });

  it("whose zstd frame lies about its size is refused", () => {
    const lie = frame.slice();
    // The frame has one segment with its size in two bytes.
    expect(lie[4]).toBe(0x60);
    lie[5] = 255;
    lie[6] = 255;
    const size = 0xffff + 256;
    const bytes = fatContainer([fatEntry({ payload: lie, flags: FLAG.ZSTD, size })]);
    expect(readAll(bytes)).toBe(0);
  });

  it("never does more than fail with a place, whatever bytes are changed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          expect(readAll(bytes)).toBeLessThan(1 << 28);
        },
      ),
      { seed: 20_261, numRuns: 2000 },
    );
  });
});
