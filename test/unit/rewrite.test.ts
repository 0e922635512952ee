import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import {
  applyRewrite,
  changedRanges,
  composeRewrites,
  describeRewrite,
  emptyRewrite,
  isUnchanged,
  matchesRewrite,
  movedRange,
  type Rewrite,
  rewriteOf,
  rewrittenSource,
  type Splice,
} from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";

const ORIGINAL = new TextEncoder().encode("The quick brown fox jumps over the lazy dog");

function splice(at: number, remove: number, text: string, zeros = 0): Splice {
  return { at, remove, zeros, bytes: new TextEncoder().encode(text), what: "text" };
}

function applied(bytes: Uint8Array, rewrite: Rewrite): Uint8Array {
  return new Uint8Array(Buffer.concat([...applyRewrite(memorySource(bytes), rewrite)]));
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll("\0", "0");
}

describe("a rewrite", () => {
  const source = memorySource(ORIGINAL);
  const rewrite = rewriteOf(source, [
    splice(4, 5, "slow!"),
    splice(16, 3, "cat"),
    splice(20, 0, "also "),
    splice(26, 5, "", 2),
    splice(43, 0, "."),
  ]);

  it("replaces, inserts, removes and appends", () => {
    expect(text(applied(ORIGINAL, rewrite))).toBe("The slow! brown cat also jumps 00the lazy dog.");
    expect(rewrite.size).toBe(46);
  });

  it("keeps only what differs of a patch", () => {
    const same = rewriteOf(source, [splice(4, 5, "quick")]);
    expect(isUnchanged(same)).toBe(true);
    const one = rewriteOf(source, [splice(0, 9, "The quack")]);
    expect(one.splices).toMatchObject([{ at: 6, remove: 1 }]);
  });

  it("refuses splices that overlap or leave the file", () => {
    expect(() => rewriteOf(source, [splice(4, 5, "a"), splice(8, 2, "b")])).toThrow(RangeError);
    expect(() => rewriteOf(source, [splice(42, 5, "a")])).toThrow(RangeError);
  });

  it("is read at random as if it were written", () => {
    const bytes = applied(ORIGINAL, rewrite);
    const after = rewrittenSource(source, rewrite);
    for (let start = 0; start <= bytes.length; start++) {
      for (let end = start; end <= bytes.length; end++) {
        expect(text(after.read(start, end - start))).toBe(text(bytes.subarray(start, end)));
      }
    }
    expect(() => after.read(bytes.length, 1)).toThrow(FormatError);
    expect(() => after.read(-1, 1)).toThrow(FormatError);
  });

  it("says what changed and where the rest lies", () => {
    const changed = changedRanges(rewrite);
    expect(changed.at(0)).toEqual({ start: 4, end: 9 });
    expect(changed.at(-1)).toEqual({ start: 45, end: 46 });
    expect(movedRange(rewrite, 20, 5)).toBe(25);
    expect(movedRange(rewrite, 31, 4)).toBe(33);
    expect(movedRange(rewrite, 30, 4)).toBeUndefined();
    expect(movedRange(rewrite, 0, 4)).toBe(0);
    expect(describeRewrite(rewrite).join("\n")).toContain("20: 5 bytes inserted (text)");
  });

  it("won't touch another file", () => {
    const other = memorySource(new Uint8Array(3));
    expect(() => [...applyRewrite(other, rewrite)]).toThrow("43 bytes, not 3");
    expect(matchesRewrite(other, source, rewrite)).toBe(false);
  });

  it("streams in chunks of at most a mebibyte", () => {
    const large = memorySource(new Uint8Array(5 << 20));
    const change = rewriteOf(large, [{ ...splice(7, 0, "x"), zeros: 3 << 20 }]);
    const sizes = [...applyRewrite(large, change)].map(({ length }) => length);
    expect(Math.max(...sizes)).toBe(1 << 20);
    expect(sizes.reduce((sum, size) => sum + size)).toBe((8 << 20) + 1);
  });
});

/** Any sequence of splices that fits a file of `size` bytes. */
function splices(size: number): fc.Arbitrary<Splice[]> {
  const step = fc.tuple(fc.nat(9), fc.nat(6), fc.nat(3), fc.uint8Array({ maxLength: 6 }));
  return fc.array(step, { maxLength: 8 }).map((steps) => {
    const result: Splice[] = [];
    let at = 0;
    for (const [skip, remove, zeros, bytes] of steps) {
      const start = at + skip;
      if (start + remove > size) break;
      result.push({ at: start, remove, zeros, bytes, what: "random" });
      at = start + remove + 1;
    }
    return result;
  });
}

describe("any two rewrites", () => {
  it("compose to one that gives the same bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        splices(60),
        splices(60),
        (bytes, a, b) => {
          const source = memorySource(bytes);
          const fits = (size: number, list: readonly Splice[]): Splice[] =>
            list.filter(({ at, remove }) => at + remove <= size);
          const first = rewriteOf(source, fits(bytes.length, a));
          const middle = applied(bytes, first);
          const second = rewriteOf(memorySource(middle), fits(middle.length, b));
          const both = composeRewrites(first, second);
          expect(applied(bytes, both)).toEqual(applied(middle, second));
          expect(both.size).toBe(second.size);
          expect(matchesRewrite(source, rewrittenSource(source, both), both)).toBe(true);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it("compose without holding the zeros that a cut leaves behind other bytes", () => {
    const source = memorySource(ORIGINAL);
    const zeros = 1 << 22;
    const first = rewriteOf(source, [splice(4, 6, "b", zeros), splice(20, 0, "c", zeros)]);
    const middle = applied(ORIGINAL, first);
    const second = rewriteOf(memorySource(middle), [splice(0, 4, "a"), splice(30, 9, "d")]);
    const both = composeRewrites(first, second);
    expect(both.splices.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(100);
    expect(Buffer.compare(applied(ORIGINAL, both), applied(middle, second))).toBe(0);
  });

  it("can't be composed when they are for different files", () => {
    expect(() => composeRewrites(emptyRewrite(3), emptyRewrite(4))).toThrow(RangeError);
  });
});
