/** Numbers of headers and tables changed to awkward ones: read in time, and edited soundly or refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError, RefusalError } from "../../../src/errors.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { pe } from "../../../src/pe/index.ts";
import { parsePe } from "../../../src/pe/read/image.ts";
import { isUnchanged } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { readEverything, rewritten } from "../../support/formats.ts";
import { peFixture, peFixtures } from "../../support/pe-fixtures.ts";
import { timed } from "../../support/quick.ts";

const SEED = 20_261_128;

const EDITS: readonly NativeEdit[] = [
  { kind: "strip", level: "all" },
  { kind: "strip", level: "debug", optional: true },
  { kind: "set-id", id: "damaged-0123abcd-with-a-rather-long-name.dll" },
  { kind: "replace-dependency", from: "b.dll", to: "b-0123456789abcdef0123456789abcdef.dll" },
  { kind: "replace-dependency", from: "b.dll", to: "c" },
  { kind: "replace-dependency", from: "KERNEL32.dll", to: "kernel32-0123456789abcdef.dll" },
];

/** Ranges of the headers, and of the tables that names lead to. */
function ranges(name: string): readonly (readonly [number, number])[] {
  const { header, memory, sections } = parsePe(memorySource(peFixture(name)));
  const found: [number, number][] = [
    [header.lfanew, header.sectionsAt],
    [header.sectionsAt, header.sectionsAt + 40 * sections.length],
  ];
  for (const { address, size } of header.directories) {
    const place = address === 0 ? undefined : memory.place(address);
    if (place !== undefined)
      found.push([place.offset, place.offset + Math.min(size + 64, place.size)]);
  }
  return found;
}

const AWKWARD: readonly number[] = [
  0, 1, 2, 0x7f, 0xff, 0x100, 0x1ff, 0x200, 0x201, 0xfff, 0x1000, 0x1001, 0x2000, 0x3000, 0x7fff,
  0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
];

/** The refusal's code, or how it ended; anything else that is thrown is a bug. */
function outcome(bytes: Uint8Array, edits: readonly NativeEdit[]): string {
  try {
    const { rewrite, bytes: after } = rewritten(pe, bytes, edits);
    expect(rewrite.size - bytes.length).toBeLessThan(1 << 21);
    if (isUnchanged(rewrite)) return "unchanged";
    expect(isUnchanged(rewritten(pe, after, edits).rewrite)).toBe(true);
    return "edited";
  } catch (error) {
    if (error instanceof RefusalError) {
      expect(error.code).toMatch(/^pe-[a-z-]+$/);
      return error.code;
    }
    if (error instanceof FormatError) return "format";
    throw error;
  }
}

describe("a PE file with an awkward number", () => {
  const names = peFixtures();
  const places = new Map(names.map((name) => [name, ranges(name)]));

  it("is read in time, and edited soundly or refused", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.nat(99), fc.nat(10_000), fc.constantFrom(...AWKWARD)), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.constantFrom(2, 4),
        fc.subarray([...EDITS], { minLength: 1, maxLength: 3 }),
        (name, changes, width, edits) => {
          const bytes = peFixture(name);
          const view = new DataView(bytes.buffer);
          for (const [which, position, value] of changes) {
            const list = places.get(name) ?? [];
            const [start, end] = list[which % list.length] ?? [0, 64];
            const at = start + Math.floor((position % Math.max(1, end - start)) / width) * width;
            if (at + width > bytes.length) continue;
            if (width === 2) view.setUint16(at, value & 0xffff, true);
            else view.setUint32(at, value, true);
          }
          const { took } = timed(2000, () => readEverything(pe, bytes));
          expect(took).toBeLessThan(2000);
          const how = outcome(bytes, edits);
          seen.set(how, (seen.get(how) ?? 0) + 1);
        },
      ),
      { seed: SEED, numRuns: 2000 },
    );
    // Much of the damage is to fields that nobody reads.
    expect(seen.get("edited") ?? 0).toBeGreaterThan(200);
    expect(seen.get("pe-layout") ?? 0).toBeGreaterThan(20);
  });
});
