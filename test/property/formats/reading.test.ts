/** What every reader owes to a damaged file: an answer, soon, and no other error than its own. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import type { Format } from "../../../src/format.ts";
import { FORMAT_CASES, readEverything, readSound } from "../../support/formats.ts";
import { somewhere } from "../../support/places.ts";
import { timed } from "../../support/quick.ts";

const SEED = 20_261_121;
/** A reader that names every broken record would drown the reader of its report. */
const MAX_PROBLEMS = 60;

function survives(format: Format, bytes: Uint8Array): void {
  const { value: answer, took } = timed(2000, () => readEverything(format, bytes));
  expect(took).toBeLessThan(2000);
  if (answer instanceof FormatError) {
    expect(answer.place.record).not.toBe("");
    return;
  }
  expect(answer.facts.problems.length).toBeLessThan(MAX_PROBLEMS);
}

describe.each(FORMAT_CASES.map((each) => ({ title: each.format.title, ...each })))(
  "a damaged $title file is refused or read with problems",
  ({ format, fixtures, small, bytes, tables }) => {
    it("and a sound one is recognised and read", () => {
      for (const name of fixtures) {
        expect([name, format.matches(bytes(name).subarray(0, 64))]).toEqual([name, true]);
        expect(readSound(format, bytes(name)).facts.format).toBe(format.name);
      }
    });

    it.each(small)("every prefix of %s", (name) => {
      const whole = bytes(name);
      for (let length = 0; length < whole.length; length++) {
        survives(format, whole.subarray(0, length));
      }
    });

    it("some prefixes of every fixture", () => {
      for (const [index, name] of fixtures.entries()) {
        const whole = bytes(name);
        for (let length = index % 7; length < whole.length; length += 137) {
          survives(format, whole.subarray(0, length));
        }
      }
    });

    it("one byte changed", () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...fixtures),
          somewhere,
          fc.boolean(),
          fc.nat({ max: 255 }),
          (name, place, inTables, value) => {
            const changed = bytes(name);
            // Half of the changes go where the headers and tables are.
            const range = inTables ? Math.min(tables, changed.length) : changed.length;
            changed[Math.floor(place * range)] = value;
            survives(format, changed);
          },
        ),
        { seed: SEED, numRuns: 2000 },
      );
    });
  },
);
