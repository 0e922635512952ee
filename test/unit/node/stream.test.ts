import { describe, expect, test } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { streamMember } from "../../../src/node/stream.ts";
import type { Source } from "../../../src/source.ts";
import { memorySource } from "../../../src/source.ts";
import type { ZipEntry } from "../../../src/zip/entry.ts";
import { readIndex } from "../../../src/zip/index.ts";
import { readMember } from "../../../src/zip/read.ts";
import type { ZipMember } from "../../support/zip-builder.ts";
import { buildZip, concat } from "../../support/zip-builder.ts";

/** Larger than a few chunks, and neither constant nor random. */
const LARGE = new Uint8Array(1_200_000).map((_, at) => (at * 2654435761) >>> (20 + (at % 7)));
const PACKED = nodeCompression.deflateRaw(LARGE, 6);

function open(member: ZipMember): { readonly source: Source; readonly entry: ZipEntry } {
  const source = memorySource(buildZip([member]));
  const [entry] = readIndex(source, nodeCompression).entries;
  if (entry === undefined) throw new Error("no entry");
  return { source, entry };
}

async function collect(source: Source, entry: ZipEntry, until = Number.POSITIVE_INFINITY) {
  const chunks: Uint8Array[] = [];
  let next = 0;
  const problems = await streamMember(source)(entry, (bytes, offset) => {
    expect(offset).toBe(next);
    next += bytes.length;
    chunks.push(bytes.slice());
    return next < until;
  });
  return { bytes: concat(chunks), problems };
}

describe("streamMember", () => {
  for (const method of [0, 8]) {
    test(`gives all bytes in order, method ${method}`, async () => {
      const { source, entry } = open({ name: "m", data: LARGE, method });
      const { bytes, problems } = await collect(source, entry);
      expect(problems).toEqual([]);
      expect(Buffer.compare(bytes, LARGE)).toBe(0);
    });

    test(`stops when told, method ${method}`, async () => {
      const { source, entry } = open({ name: "m", data: LARGE, method, both: { crc32: 1 } });
      const { bytes, problems } = await collect(source, entry, 100_000);
      expect(problems).toEqual([]);
      expect(bytes.length).toBeGreaterThanOrEqual(100_000);
      expect(bytes.length).toBeLessThan(LARGE.length);
    });

    test(`an empty member, method ${method}`, async () => {
      const { source, entry } = open({ name: "m", data: "", method });
      expect(await collect(source, entry)).toEqual({ bytes: new Uint8Array(0), problems: [] });
    });
  }

  const DAMAGED: Readonly<Record<string, Partial<ZipMember>>> = {
    "a wrong CRC": { both: { crc32: 1 } },
    "a wrong CRC of stored data": { method: 0, packed: LARGE, both: { crc32: 1 } },
    "a size that is too short": { both: { uncompressed_size: LARGE.length - 1 } },
    "a size that is too long": { both: { uncompressed_size: LARGE.length + 1 } },
    "bytes behind the stream": { packed: concat([PACKED, Uint8Array.of(1, 2, 3)]) },
    "two streams": { packed: concat([PACKED, PACKED]) },
    "a cut stream": { packed: PACKED.subarray(0, PACKED.length - 5) },
    garbage: { packed: concat([PACKED.subarray(0, 5000), PACKED]) },
    "no stream": { data: "", method: 8, packed: new Uint8Array(0) },
    "an unknown method": { method: 12 },
  };
  for (const [what, change] of Object.entries(DAMAGED)) {
    test(`finds the same as readMember: ${what}`, async () => {
      const { source, entry } = open({ name: "m", data: LARGE, packed: PACKED, ...change });
      const whole = readMember(source, entry, nodeCompression).problems;
      const { problems } = await collect(source, entry);
      expect(whole.length).toBeGreaterThan(0);
      expect(problems.map(({ code }) => code)).toEqual(whole.map(({ code }) => code));
    });
  }

  test("a source that fails is a format error", async () => {
    // Not packed at all: more than is read at once.
    const packed = nodeCompression.deflateRaw(LARGE, 0);
    const { source, entry } = open({ name: "m", data: LARGE, packed });
    const failing: Source = {
      size: source.size,
      read(offset, length) {
        if (offset > 200_000) throw new FormatError("gone", { format: "source", record: "file" });
        return source.read(offset, length);
      },
    };
    const run = collect(failing, entry).then(() => "read");
    await expect(run).rejects.toThrow(FormatError);
  });

  test("what the caller throws comes through", async () => {
    const { source, entry } = open({ name: "m", data: LARGE });
    const run = streamMember(source)(entry, () => {
      throw new RangeError("enough");
    });
    await expect(run).rejects.toThrow(RangeError);
  });

  test("one stream after the other, and two at once", async () => {
    const archive = buildZip([
      { name: "a", data: LARGE },
      { name: "b", data: LARGE.subarray(7) },
    ]);
    const source = memorySource(archive);
    const stream = streamMember(source);
    const { entries } = readIndex(source, nodeCompression);
    for (let round = 0; round < 3; round++) {
      const results = await Promise.all(entries.map((entry) => stream(entry, () => undefined)));
      expect(results.flat()).toEqual([]);
    }
  });
});
