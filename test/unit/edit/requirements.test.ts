import { describe, expect, it } from "vitest";
import {
  addRequirement,
  constrainRequirement,
  parseWanted,
  removeRequirement,
  replaceRequirement,
} from "../../../src/edit/requirements.ts";
import { RefusalError } from "../../../src/errors.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusalError) return error.code;
    throw error;
  }
  return "none";
}

describe("constrainRequirement", () => {
  it.each([
    ["numpy", "numpy<2.3"],
    ["NumPy >=1.21", "NumPy >=1.21,<2.3"],
    ["numpy (>=1.21)", "numpy (>=1.21,<2.3)"],
    ["numpy()", "numpy(<2.3)"],
    ["numpy[extra, b]>=1", "numpy[extra, b]>=1,<2.3"],
    ["numpy>=1; python_version<'3.9'", "numpy>=1,<2.3; python_version<'3.9'"],
    ["numpy ; extra=='x'", "numpy <2.3; extra=='x'"],
    ["numpy<2.3,>=1", "numpy<2.3,>=1"],
  ])("%j becomes %j", (before, after) => {
    expect(constrainRequirement(["other", before], parseWanted("numpy<2.3"))).toEqual([
      "other",
      after,
    ]);
  });

  it("bounds every requirement of the name", () => {
    const values = ["a; python_version<'3'", "A>1; python_version>='3'"];
    expect(constrainRequirement(values, parseWanted("a<9"))).toEqual([
      "a<9; python_version<'3'",
      "A>1,<9; python_version>='3'",
    ]);
  });

  it.each([
    ["a bound that a pin contradicts", ["numpy==2.5"], "numpy<2.3", "MET009"],
    ["a constraint without a bound", ["numpy"], "numpy", "MET009"],
    ["a constraint with a marker", ["numpy"], "numpy<2; python_version<'3'", "MET009"],
    ["a requirement from an address", ["numpy @ https://a.b/c.whl"], "numpy<2", "MET009"],
    ["a project that is not required", ["scipy"], "numpy<2", "EDT003"],
  ])("refuses %s", (_, values, wanted, code) => {
    expect(codeOf(() => constrainRequirement(values, parseWanted(wanted)))).toBe(code);
  });
});

describe("replaceRequirement", () => {
  it("replaces the only one, whatever its marker", () => {
    expect(replaceRequirement(["a", "b; extra=='x'"], parseWanted("B<2"))).toEqual(["a", "B<2"]);
  });

  it("replaces the one with the same marker", () => {
    const values = ["b; extra=='x'", "b>1; extra == 'y'"];
    expect(replaceRequirement(values, parseWanted('b<2; extra=="y"'))).toEqual([
      "b; extra=='x'",
      'b<2; extra=="y"',
    ]);
  });

  it("refuses to choose", () => {
    expect(
      codeOf(() => replaceRequirement(["b; extra=='x'", "b; extra=='y'"], parseWanted("b<2"))),
    ).toBe("EDT005");
  });
});

describe("removeRequirement", () => {
  it("removes all of a name, or the one that means the same", () => {
    const values = ["a", "B-c>1,<3", "b_C; extra=='x'"];
    expect(removeRequirement(values, parseWanted("b.c"))).toEqual(["a"]);
    expect(removeRequirement(values, parseWanted("b-c<3, >1"))).toEqual(["a", "b_C; extra=='x'"]);
    expect(codeOf(() => removeRequirement(values, parseWanted("b-c<4")))).toBe("EDT003");
  });
});

describe("addRequirement", () => {
  it("adds at the end, and once", () => {
    expect(addRequirement(["a"], parseWanted(" b>1 "))).toEqual(["a", "b>1"]);
    expect(addRequirement(["a"], parseWanted("a"))).toEqual(["a"]);
  });

  it.each(["", "a b", "a>>1", "a>1\nb", "-a", "a; python_version"])("refuses %j", (text) => {
    expect(codeOf(() => parseWanted(text))).toBe("MET009");
  });
});
