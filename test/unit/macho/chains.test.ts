/** Pointers that are fixed: by chains of every 64-bit form, and by opcodes. */
import { describe, expect, it } from "vitest";
import type { MachoContext } from "../../../src/macho/layout.ts";
import { chainedSegments, walkChains } from "../../../src/macho/read/chained-pointers.ts";
import { walkRebases } from "../../../src/macho/read/rebase.ts";

const CONTEXT: MachoContext = { variant: "macho64", littleEndian: true };

/** A table with one page of one segment, whose first pointer is at 8. */
function table(format: number, start = 8): Uint8Array {
  const bytes = new Uint8Array(28 + 4 + 8 + 24);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of [0, 28, 0, 0, 0, 1, 0, 2, 0, 12].entries()) {
    view.setUint32(index * 4, value, true);
  }
  const at = 28 + 12;
  view.setUint32(at, 24, true);
  view.setUint16(at + 4, 0x4000, true);
  view.setUint16(at + 6, format, true);
  view.setBigUint64(at + 8, 0x8000n, true);
  view.setUint16(at + 20, 1, true);
  view.setUint16(at + 22, start, true);
  return bytes;
}

function pointersOf(format: number, words: readonly bigint[]): readonly unknown[] {
  const content = new Uint8Array(8 + words.length * 8);
  const view = new DataView(content.buffer);
  for (const [index, word] of words.entries()) view.setBigUint64(8 + index * 8, word, true);
  const [segment] = chainedSegments(table(format), CONTEXT);
  if (segment === undefined) throw new Error("there is no chain");
  const found: unknown[] = [];
  walkChains(content, segment, true, ({ at, target, offset }) => found.push([at, target, offset]));
  return found;
}

describe("chains", () => {
  it("of plain pointers are followed in steps of 4 bytes, past those that name symbols", () => {
    const next = 2n << 51n;
    const words = [0x4010n | next, 5n | next | (1n << 63n), 0x4020n];
    expect(pointersOf(2, words)).toEqual([
      [8, 0x4010n, false],
      [24, 0x4020n, false],
    ]);
    expect(pointersOf(6, words)).toMatchObject([
      [8, 0x4010n, true],
      [24, 0x4020n, true],
    ]);
  });

  it("of signed pointers in steps of 8, with the signature's key left out", () => {
    const next = 1n << 51n;
    const signed = 0x4010n | (0x1234n << 32n) | next | (1n << 63n);
    const words = [signed, 5n | next | (1n << 62n), 0x1_0000_4020n];
    expect(pointersOf(1, words)).toEqual([
      [8, 0x4010n, true],
      [24, 0x1_0000_4020n, false],
    ]);
    expect(pointersOf(12, words)).toMatchObject([
      [8, 0x4010n, true],
      [24, 0x1_0000_4020n, true],
    ]);
  });

  it("that leave their segment are an error", () => {
    expect(() => pointersOf(2, [0x4010n | (0xfffn << 51n)])).toThrow("a chain leaves its segment");
  });

  it.each([
    ["of 32-bit pointers", table(3), "the form of the pointers is unknown"],
    ["of several to a page", table(2, 0x8001), "a page has several chains"],
    ["whose starts are cut off", table(2).subarray(0, 50), "the starts of the chains are cut off"],
  ])("%s are not known", (_, bytes, message) => {
    expect(() => chainedSegments(bytes, CONTEXT)).toThrow(message);
  });
});

describe("rebase opcodes", () => {
  const places = (...bytes: number[]): readonly (readonly [number, number])[] => {
    const found: [number, number][] = [];
    walkRebases(Uint8Array.from(bytes), 8, [0, 0x100], (segment, at) => found.push([segment, at]));
    return found;
  };

  it("of every kind", () => {
    expect(
      places(
        ...[0x11, 0x21, 0x10],
        ...[0x52, 0x42, 0x51],
        ...[0x30, 0x08, 0x60, 0x01],
        ...[0x70, 0x10, 0x80, 0x02, 0x08, 0x00, 0x51],
      ),
    ).toEqual([0x10, 0x18, 0x30, 0x40, 0x48, 0x60, 0x70].map((at) => [1, at]));
  });

  it.each([
    ["outside of the segment", [0x11, 0x21, 0xf9, 0x01, 0x51], "outside of its segment"],
    ["without an end", [0x11, 0x21, 0, 0x60, 0xff, 0xff, 0xff, 0x7f], "outside of its segment"],
    ["of another kind", [0x12], "the kind of pointer is unknown"],
    ["that nobody knows", [0x90], "the opcode is unknown"],
    ["cut off", [0x21, 0x80], "ends inside of an entry"],
  ])("%s are an error", (_, bytes, message) => {
    expect(() => places(...bytes)).toThrow(message);
  });
});
