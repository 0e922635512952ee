import { describe, expect, test } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import type { Compression } from "../../../src/runtime.ts";
import { memorySource } from "../../../src/source.ts";
import { readIndex } from "../../../src/zip/index.ts";
import { readMember } from "../../../src/zip/read.ts";
import type { ZipMember } from "../../support/zip-builder.ts";
import { buildZip } from "../../support/zip-builder.ts";

function read(member: ZipMember, limit?: number, compression: Compression = nodeCompression) {
  const source = memorySource(buildZip([member]));
  const [entry] = readIndex(source, nodeCompression).entries;
  if (entry === undefined) throw new Error("no entry");
  return readMember(source, entry, compression, limit);
}

describe("readMember", () => {
  test("stored and deflated, empty and not", () => {
    for (const method of [0, 8]) {
      for (const data of ["", "a", "abc".repeat(9999)]) {
        const { bytes, problems } = read({ name: "m", data, method });
        expect(problems).toEqual([]);
        expect(new TextDecoder().decode(bytes)).toBe(data);
      }
    }
  });

  test("asks for no more output than is declared", () => {
    const limits: number[] = [];
    const watching: Compression = {
      ...nodeCompression,
      inflateRaw(bytes, limit) {
        limits.push(limit);
        return nodeCompression.inflateRaw(bytes, limit);
      },
    };
    // A bomb of 8 MiB that says it has 1,000 bytes.
    const member = { name: "m", data: new Uint8Array(8 << 20), both: { uncompressed_size: 1000 } };
    const { bytes, problems } = read(member, undefined, watching);
    expect(limits).toEqual([1000]);
    expect(bytes.length).toBe(0);
    expect(problems.map(({ code }) => code)).toEqual(["ZIP024"]);
  });

  test("does not even begin with members over the limit", () => {
    const never: Compression = {
      ...nodeCompression,
      inflateRaw: () => {
        throw new Error("not to be called");
      },
    };
    const { problems } = read({ name: "m", data: new Uint8Array(1001) }, 1000, never);
    expect(problems.map(({ code }) => code)).toEqual(["ZIP030"]);
  });

  test("says what the CRC is and what it should be", () => {
    const { problems } = read({ name: "m", data: "123456789", both: { crc32: 1 } });
    expect(problems).toEqual([
      {
        code: "ZIP023",
        path: "m",
        message: "the CRC-32 of the data is 0xcbf43926, the headers say 0x00000001",
      },
    ]);
  });

  test("says how much of the data the stream used", () => {
    const packed = nodeCompression.deflateRaw(new TextEncoder().encode("hello"), 6);
    const longer = new Uint8Array(packed.length + 3);
    longer.set(packed);
    const { problems } = read({ name: "m", data: "hello", packed: longer });
    expect(problems).toMatchObject([
      {
        code: "ZIP025",
        message: `the deflate stream ends after ${packed.length} of ${longer.length} bytes`,
        at: { record: "file data", offset: 31 + packed.length },
      },
    ]);
  });
});
