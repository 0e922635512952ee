/** Records that register containers, as linkers lay them out. */
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/bytes.ts";
import { WRAPPER } from "../../../src/device-code/constants.ts";
import { FATBIN, FatWrapperRecord } from "../../../src/device-code/layout.ts";
import { readWrappers } from "../../../src/device-code/wrapper.ts";
import { memorySource } from "../../../src/source.ts";

function record(data: bigint): Uint8Array {
  const fields = { magic: WRAPPER.MAGIC, version: 1, data, filename_or_fatbins: 0n };
  return FatWrapperRecord.encode(FATBIN, fields);
}

function startsIn(...parts: readonly Uint8Array[]): readonly number[] {
  return readWrappers(memorySource(concatBytes(parts))).map(({ start }) => start);
}

describe("wrappers", () => {
  it("follow each other, or zeros stand between them", () => {
    expect(startsIn(record(8n), record(16n))).toEqual([0, 24]);
    const gap = new Uint8Array(8);
    expect(startsIn(gap, gap, record(8n), gap, record(16n), gap)).toEqual([16, 48]);
  });

  it("end where something else stands, and with the section", () => {
    const text = new TextEncoder().encode("not one!");
    expect(startsIn(record(8n), text, record(16n))).toEqual([0]);
    expect(startsIn(record(8n), record(16n).subarray(0, 20))).toEqual([0]);
    expect(startsIn(new Uint8Array(100))).toEqual([]);
    expect(startsIn(new Uint8Array(3))).toEqual([]);
  });
});
