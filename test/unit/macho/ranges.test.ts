/** Files that are streamed: the ranges that are kept hold what the facts need. */
import { describe, expect, it } from "vitest";
import { macho } from "../../../src/macho/index.ts";
import { type ByteRange, readThrough, type Window } from "../../../src/source.ts";
import { factsOf } from "../../support/macho.ts";
import { machoFixture, machoFixtures } from "../../support/macho-fixtures.ts";

function windowsOf(bytes: Uint8Array, ranges: readonly ByteRange[]): readonly Window[] {
  return ranges.map(({ start, end }) => ({ start, bytes: bytes.subarray(start, end) }));
}

/** Facts from windows, and how often more had to be fetched. */
async function streamed(
  bytes: Uint8Array,
  headSize: number,
): Promise<{ readonly facts: object; readonly fetches: number }> {
  const head = bytes.subarray(0, headSize);
  const ranges = macho.likelyRanges(head, bytes.length);
  let fetches = 0;
  const facts = await readThrough(
    bytes.length,
    [{ start: 0, bytes: head }, ...windowsOf(bytes, ranges)],
    async (wanted) => {
      fetches++;
      return windowsOf(bytes, wanted);
    },
    (source) => macho.open(source).facts(() => true),
    { granularity: 512 },
  );
  return { facts, fetches };
}

describe("the likely ranges", () => {
  const thin = machoFixtures().filter((name) => !/fat|object|archive/.test(name));

  it.each(thin)("of %s are all that its facts need", async (name) => {
    const bytes = machoFixture(name);
    const { facts, fetches } = await streamed(bytes, 4096);
    expect(facts).toEqual(factsOf(bytes));
    expect(fetches).toBe(0);
  });

  it.each(["liba-fat", "b-fat", "liba-fat64"])(
    "of %s reach into slices whose headers are out of sight",
    async (name) => {
      const bytes = machoFixture(name);
      const { facts, fetches } = await streamed(bytes, 6000);
      expect(facts).toEqual(factsOf(bytes));
      expect(fetches).toBeLessThan(3);
    },
  );

  it("are a part of a large file", () => {
    const bytes = machoFixture("rich-arm64");
    const ranges = macho.likelyRanges(bytes.subarray(0, 4096), 1 << 30);
    const sum = ranges.reduce((total, { start, end }) => total + end - start, 0);
    expect(sum).toBeLessThan(bytes.length);
    expect(ranges.length).toBeGreaterThan(2);
  });

  it("of what can't be read are its beginning", () => {
    expect(macho.likelyRanges(new Uint8Array(64), 1000)).toEqual([{ start: 0, end: 1000 }]);
    expect(macho.likelyRanges(new Uint8Array(), 0)).toEqual([]);
  });

  it("stay inside of the file", () => {
    for (const name of machoFixtures()) {
      const bytes = machoFixture(name);
      for (const size of [100, 5000, bytes.length]) {
        for (const { start, end } of macho.likelyRanges(bytes.subarray(0, 4096), size)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(size);
        }
      }
    }
  });
});
