import fc from "fast-check";
import { expect, it } from "vitest";
import { compareText, textOrder } from "../../src/bytes.ts";

it("gives the order of code points, whatever characters the texts have", () => {
  const unit = fc.constantFrom("a", "b", "~", "\u00e9", "\uffee", "\ud83d\ude00", "\ud800");
  const text = fc.array(unit, { maxLength: 4 }).map((units) => units.join(""));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
      expect(texts.toSorted(textOrder(texts))).toEqual(texts.toSorted(compareText));
    }),
    { seed: 15, numRuns: 500 },
  );
});
