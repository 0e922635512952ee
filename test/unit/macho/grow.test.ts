/** A header that grew is what the linker makes when it is asked for room: byte for byte. */
import { describe, expect, it } from "vitest";
import { LC } from "../../../src/macho/constants.ts";
import { growHeader } from "../../../src/macho/edit/grow.ts";
import { headerUsesArm64, headerUsesX86 } from "../../../src/macho/edit/grow-code.ts";
import { shiftUnwindInfo } from "../../../src/macho/edit/grow-unwind.ts";
import { macho } from "../../../src/macho/index.ts";
import { rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { edited, factsOf, imageOf, sliceOf } from "../../support/macho.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

describe.each(["rich-x86_64", "rich-x86_64-chained", "rich-arm64"])("%s", (name) => {
  it("grown by a page is what the linker makes with a page of room", () => {
    const image = imageOf(machoFixture(name));
    const rewrite = growHeader(image, 1);
    const source = rewrittenSource(image.source, rewrite);
    const grown = source.read(0, source.size).slice();
    const wanted = machoFixture(`${name}-room`);
    const linked = imageOf(wanted);
    const end = linked.tables.data.get(LC.LC_CODE_SIGNATURE)?.offset ?? wanted.length;
    // The UUID is a hash of the file, and the signature is yet to be made.
    for (const { cmd, at, bytes } of linked.commands) {
      if (cmd === LC.LC_UUID || cmd === LC.LC_CODE_SIGNATURE) {
        grown.set(bytes, at);
      }
    }
    const linkedit = linked.segments.find((segment) => segment.name === "__LINKEDIT");
    grown.set(linkedit?.command.bytes ?? [], linkedit?.command.at);
    expect(grown.subarray(0, end).length).toBeGreaterThan(end - 16);
    expect(grown.subarray(0, end)).toEqual(wanted.subarray(0, grown.length).subarray(0, end));
  });

  it("is signed, and says the same as before", () => {
    const original = machoFixture(name);
    const paths = Array.from({ length: 5 }, (_, index) => `/${index}/${"long/".repeat(150)}`);
    const { bytes, rewrite } = edited(original, [{ kind: "set-search-paths", paths }]);
    expect(rewrite.notes.at(-1)).toMatch(/^the header grew by \d+ bytes$/);
    for (const which of ["imports", "exports"] as const) {
      const symbols = (file: Uint8Array): object => macho.open(memorySource(file)).symbols(which);
      expect(symbols(bytes)).toEqual(symbols(original));
    }
    const [before, after] = [sliceOf(factsOf(original)), sliceOf(factsOf(bytes))];
    expect(after.uuid).toBe(before.uuid);
    expect(after.sections.map(({ name: section, size }) => [section, size])).toEqual(
      before.sections.map(({ name: section, size }) => [section, size]),
    );
  });
});

describe("instructions that refer to the header", () => {
  const place = { start: 0x800, header: 0x800, shift: 0x1000 };

  it("on x86-64 are found by their form and their target", () => {
    // lea -0x807(%rip), %rdi: the header itself; lea to the next instruction; mov of another kind.
    const bytes = Uint8Array.of(
      ...[0x48, 0x8d, 0x3d, 0xf9, 0xf7, 0xff, 0xff],
      ...[0x48, 0x8d, 0x3d, 0x00, 0x00, 0x00, 0x00],
      ...[0x48, 0x8b, 0x3d, 0xeb, 0xf7, 0xff, 0xff],
    );
    expect(headerUsesX86({ ...place, bytes })).toEqual([{ at: 3, word: (-0x807 - 0x1000) >>> 0 }]);
  });

  const arm = (...words: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(words.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
    return bytes;
  };

  it("on arm64 are told from those that refer to code on the same page", () => {
    const adrp = 0x9000_0002;
    const header = arm(adrp, 0x9100_0042);
    const code = arm(adrp, 0x9120_0042 | (1 << 10));
    const shift = 0x4000;
    expect(headerUsesArm64({ ...place, shift, bytes: header })).toEqual([
      { at: 0, word: 0x90ff_ffe2 },
    ]);
    expect(headerUsesArm64({ ...place, shift, bytes: code })).toEqual([]);
  });

  it("on arm64 in a form that is not understood are refused", () => {
    const bytes = arm(0x9000_0002, 0xd503_201f);
    expect(() => headerUsesArm64({ ...place, shift: 0x4000, bytes })).toThrow("not understood");
  });

  it("on arm64 of one instruction are changed too, or refused out of its reach", () => {
    // adr x2, #-0x800
    const bytes = arm(0x10ff_c002);
    const [patch] = headerUsesArm64({ ...place, shift: 0x4000, bytes });
    expect(patch?.word).toBe(0x10fd_c002);
    const far = { ...place, shift: 0x10_0000, bytes };
    expect(() => headerUsesArm64(far)).toThrow("could not reach the header any more");
  });
});

describe("unwind information", () => {
  it("of regular pages is moved entry by entry", () => {
    const words = [1, 28, 0, 28, 1, 32, 2, 0x500, 0x1000, 56, 64, 0x2000, 0, 64];
    const page = [2, 8 | (1 << 16), 0x1100, 0x0100_0000];
    const bytes = new Uint8Array(72 + 8);
    const view = new DataView(bytes.buffer);
    for (const [index, value] of words.entries()) view.setUint32(index * 4, value, true);
    for (const [index, value] of page.entries()) view.setUint32(56 + index * 4, value, true);
    shiftUnwindInfo(bytes, 0x4000);
    const read = (index: number): number => view.getUint32(index * 4, true);
    expect([7, 8, 11].map(read)).toEqual([0x4500, 0x5000, 0x6000]);
    expect(view.getUint32(64, true)).toBe(0x5100);
    expect(view.getUint32(68, true)).toBe(0x0100_0000);
  });

  it("that is cut off is an error, not a loop", () => {
    const bytes = new Uint8Array(28);
    new DataView(bytes.buffer).setUint32(16, 0xffff_ffff, true);
    expect(() => shiftUnwindInfo(bytes, 0x4000)).toThrow("the table is cut off");
  });
});
