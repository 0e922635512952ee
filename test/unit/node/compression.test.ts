import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { FormatError } from "../../../src/errors.ts";
import { nodeCompression, zlibThreads } from "../../../src/node/compression.ts";
import { memorySource } from "../../../src/source.ts";

const TEXT = encodeUtf8("some text, some text, some more text. ".repeat(100));
const PACKED = new Uint8Array(deflateRawSync(TEXT));

describe("inflateRaw", () => {
  test("gives all bytes and says how many it used", () => {
    const { bytes, consumed, overflow } = nodeCompression.inflateRaw(PACKED, TEXT.length);
    expect(bytes).toEqual(TEXT);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(consumed).toBe(PACKED.length);
    expect(overflow).toBe(false);
  });

  test("does not take what follows the stream for a part of it", () => {
    const twice = new Uint8Array([...PACKED, ...PACKED]);
    const { bytes, consumed } = nodeCompression.inflateRaw(twice, 2 * TEXT.length);
    expect(bytes).toEqual(TEXT);
    expect(consumed).toBe(PACKED.length);
  });

  test("stops at the limit", () => {
    for (const limit of [0, 1, 100, TEXT.length - 1]) {
      const { bytes, overflow } = nodeCompression.inflateRaw(PACKED, limit);
      expect(overflow).toBe(true);
      expect(bytes.length).toBeLessThanOrEqual(limit);
    }
    expect(nodeCompression.inflateRaw(PACKED, TEXT.length + 5).bytes).toEqual(TEXT);
  });

  test("nothing packed unpacks to nothing", () => {
    const nothing = new Uint8Array(deflateRawSync(new Uint8Array(0)));
    expect(nodeCompression.inflateRaw(nothing, 0)).toEqual({
      bytes: new Uint8Array(0),
      consumed: nothing.length,
      overflow: false,
    });
  });

  test("a broken, cut or empty stream is a format error", () => {
    for (const stream of [
      Uint8Array.of(7, 255),
      PACKED.subarray(0, PACKED.length - 1),
      new Uint8Array(0),
    ]) {
      expect(() => nodeCompression.inflateRaw(stream, TEXT.length)).toThrow(FormatError);
    }
  });
});

describe("a member that another thread inflates", () => {
  const TRAILER = new Uint8Array(8);
  new DataView(TRAILER.buffer).setUint32(0, nodeCompression.crc32(TEXT), true);
  new DataView(TRAILER.buffer).setUint32(4, TEXT.length, true);
  const inflate = async (data: Uint8Array, promised: { crc32?: number; size?: number } = {}) => {
    const before = 5;
    const source = memorySource(new Uint8Array([...new Uint8Array(before), ...data, 1, 2, 3]));
    const span = { name: "m", method: 8, crc32: nodeCompression.crc32(TEXT), size: TEXT.length };
    const place = { dataOffset: before, compressedSize: data.length };
    return await zlibThreads(2)?.inflate(source, { ...span, ...promised, ...place });
  };

  test("is given when it is what its headers promise", async () => {
    expect(await inflate(PACKED)).toEqual(TEXT);
    const nothing = new Uint8Array(deflateRawSync(new Uint8Array(0)));
    expect(await inflate(nothing, { crc32: 0, size: 0 })).toEqual(new Uint8Array(0));
  });

  test.each([
    ["another CRC-32", PACKED, { crc32: 1 }],
    ["a smaller size", PACKED, { size: TEXT.length - 1 }],
    ["a larger size", PACKED, { size: TEXT.length + 1 }],
    ["bytes after the stream", [...PACKED, 0], {}],
    ["what zlib takes for the end after the stream", [...PACKED, ...TRAILER], {}],
    ["the stream twice", [...PACKED, ...PACKED], {}],
    ["another gzip file after the stream", [...PACKED, ...TRAILER, 31, 139, 8, 0, ...PACKED], {}],
    ["a cut stream", PACKED.subarray(0, -1), {}],
    ["no stream", [], {}],
    ["garbage", [7, 255], {}],
  ])("is not given with %s", async (_, data, promised) => {
    expect(await inflate(Uint8Array.from(data), promised)).toBeUndefined();
  });
});

describe("inflateHead", () => {
  test("yields what the beginning holds", () => {
    const random = new Uint8Array(50_000).map((_, at) => (at * at * 31) >> 5);
    const packed = new Uint8Array(deflateRawSync(random));
    const head = nodeCompression.inflateHead(packed.subarray(0, 400));
    expect(head.length).toBeGreaterThan(64);
    expect(head).toEqual(random.subarray(0, head.length));
  });

  test("is empty for what is not a stream", () => {
    expect(nodeCompression.inflateHead(Uint8Array.of(7, 255)).length).toBe(0);
    expect(nodeCompression.inflateHead(new Uint8Array(0)).length).toBe(0);
  });
});

test("crc32 continues from a seed", () => {
  const whole = nodeCompression.crc32(TEXT);
  const first = nodeCompression.crc32(TEXT.subarray(0, 77));
  expect(nodeCompression.crc32(TEXT.subarray(77), first)).toBe(whole);
  expect(nodeCompression.crc32(encodeUtf8("123456789"))).toBe(0xcbf43926);
});

test("hashes and deflate are those of the platform", () => {
  const hasher = nodeCompression.hasher("sha384");
  hasher.update(TEXT.subarray(0, 9));
  hasher.update(TEXT.subarray(9));
  const wanted = new Uint8Array(createHash("sha384").update(TEXT).digest());
  expect(hasher.digest()).toEqual(wanted);
  expect(nodeCompression.digest?.("sha384", TEXT)).toEqual(wanted);
  const packed = nodeCompression.deflateRaw(TEXT, 9);
  expect(nodeCompression.inflateRaw(packed, TEXT.length).bytes).toEqual(TEXT);
});
