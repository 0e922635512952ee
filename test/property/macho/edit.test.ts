/** Edits of damaged files whose headers have to grow, and of sound ones in every combination. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError, RefusalError } from "../../../src/errors.ts";
import { macho } from "../../../src/macho/index.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { memorySource } from "../../../src/source.ts";
import { bindings, checkedFacts, factsOf, rewritten, TOOLS } from "../../support/macho.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";
import { somewhere } from "../../support/places.ts";
import { timed } from "../../support/quick.ts";

const SEED = 20_261_128;

const LONG: readonly NativeEdit[] = [
  {
    kind: "set-search-paths",
    paths: Array.from({ length: 8 }, (_, index) => `/${index}/${"long/".repeat(120)}`),
  },
];

describe("a damaged file whose header has to grow", () => {
  it("is edited soundly or refused, and soon", () => {
    const names = ["rich-x86_64", "rich-x86_64-chained", "rich-arm64", "full-arm64"];
    const change = fc.tuple(somewhere, fc.nat(255));
    let grown = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (name, changes) => {
          const bytes = machoFixture(name);
          for (const [where, value] of changes) {
            bytes[Math.floor(where ** 2 * bytes.length)] = value;
          }
          const { value: answer, took } = timed(2000, () => attempt(bytes, LONG));
          expect(took).toBeLessThan(2000);
          if (answer === undefined) return;
          expect(answer.length - bytes.length).toBeLessThan(1 << 18);
          expect(factsOf(answer).slices[0].searchPaths).toHaveLength(8);
          grown++;
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
    expect(grown).toBeGreaterThan(100);
  });
});

function attempt(bytes: Uint8Array, edits: readonly NativeEdit[]): Uint8Array | undefined {
  try {
    return rewritten(bytes, edits);
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusalError) return undefined;
    throw error;
  }
}

describe("any renaming of a file's libraries", () => {
  const names = ["many-x86_64", "many-x86_64-chained", "many-arm64", "unused-x86_64"];

  it("leaves every symbol with its library, no two loads equal, and a right signature", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.nat(20), fc.nat(6)), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (name, renames, strip) => {
          const original = machoFixture(name);
          const [before] = factsOf(original).slices;
          const wanted = new Map<string, string>();
          for (const [index, target] of renames) {
            const from = before.dependencies[index % before.dependencies.length]?.name ?? "";
            wanted.set(from, `@loader_path/lib-${target}.dylib`);
          }
          const edits: NativeEdit[] = [...wanted].map(([from, to]) => {
            return { kind: "replace-dependency", from, to };
          });
          if (strip) edits.push({ kind: "strip", level: "all" });
          const result = rewritten(original, edits);
          const [after] = checkedFacts(result).slices;
          const loads = after.dependencies.map((each) => each.name);
          expect(new Set(loads).size).toBe(loads.length);
          expect(after.signature.valid).toBe(true);
          expect(bindings(after)).toEqual(
            Object.fromEntries(
              Object.entries(bindings(before)).map(([symbol, library]) => [
                symbol,
                wanted.get(library) ?? library,
              ]),
            ),
          );
          const again = macho.rewrite(memorySource(result), edits, TOOLS);
          expect(again.splices).toEqual([]);
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });
});
