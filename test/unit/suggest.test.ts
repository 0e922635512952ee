import { describe, expect, it } from "vitest";
import { didYouMean, suggest } from "../../src/suggest.ts";

describe("suggest", () => {
  const names = ["error", "warning", "info", "never"];

  it.each([
    ["eror", ["error"]],
    ["ERROR", ["error"]],
    ["wraning", ["warning"]],
    ["warn", ["warning"]],
    ["nevre", ["never"]],
    ["x", []],
    ["banana", []],
    ["", []],
  ])("%s", (typed, expected) => {
    expect(suggest(typed, names)).toEqual(expected);
  });

  it("prefers what begins like it", () => {
    expect(suggest("ZIP01", ["ZIP001", "ZIP011", "REC001"])).toEqual(["ZIP011", "ZIP001"]);
  });

  it("makes a hint", () => {
    expect(didYouMean("inf", names)).toBe("did you mean `info`?");
    expect(didYouMean("banana", names)).toBeUndefined();
  });
});
