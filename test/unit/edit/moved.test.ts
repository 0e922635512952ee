import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { movedItems } from "../../../src/edit/moved.ts";

const moved = (before: string, after: string): string =>
  movedItems([...before], [...after]).join("");

describe("movedItems", () => {
  it.each([
    ["abcd", "abcd", ""],
    ["abcd", "acdb", "b"],
    ["abcd", "dabc", "d"],
    ["abcdx", "yacdb", "b"],
    ["abcd", "dcba", "dcb"],
    ["", "ab", ""],
  ])("from %s to %s moves %s", (before, after, wanted) => {
    expect(moved(before, after)).toBe(wanted);
  });

  it("leaves the others in the same order, and is not a larger than what was moved", () => {
    const items = Array.from({ length: 30 }, (_, index) => `m${index}`);
    const place = fc.nat({ max: 29 });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { maxLength: 6 }), (moves) => {
        const after = [...items];
        for (const [from, to] of moves) after.splice(to, 0, ...after.splice(from, 1));
        const found = movedItems(items, after);
        expect(found.length).toBeLessThanOrEqual(moves.length);
        const left = (list: readonly string[]): readonly string[] =>
          list.filter((item) => !found.includes(item));
        expect(left(after)).toEqual(left(items));
      }),
      { seed: 825, numRuns: 300 },
    );
  });
});
