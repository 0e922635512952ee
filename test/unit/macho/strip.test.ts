import { describe, expect, it } from "vitest";
import { N } from "../../../src/macho/constants.ts";
import { macho } from "../../../src/macho/index.ts";
import { memorySource } from "../../../src/source.ts";
import {
  checkedFacts,
  edited,
  factsOf,
  imageOf,
  refusal,
  rewritten,
  sliceOf,
} from "../../support/macho.ts";
import { linkedFixtures, machoFixture } from "../../support/macho-fixtures.ts";

/** Names of symbols: debugging entries, local ones, and those that others see. */
function symbolsOf(bytes: Uint8Array): { stabs: number; local: string[]; external: string[] } {
  const table = imageOf(bytes).symbols();
  const found: ReturnType<typeof symbolsOf> = { stabs: 0, local: [], external: [] };
  for (let index = 0; index < table.count; index++) {
    const start = table.strx(index);
    const name = new TextDecoder().decode(
      table.strings.subarray(start, table.strings.indexOf(0, start)),
    );
    const type = table.type(index);
    if ((type & N.N_STAB) !== 0) found.stabs++;
    else if ((type & N.N_EXT) === 0) found.local.push(name);
    else found.external.push(name);
  }
  return found;
}

describe.each(["stabs-arm64", "stabs-x86_64"])("stripping %s", (name) => {
  const before = symbolsOf(machoFixture(name));

  it("of debugging entries keeps local symbols", () => {
    expect(before.stabs).toBeGreaterThan(5);
    const after = symbolsOf(edited(machoFixture(name), [{ kind: "strip", level: "debug" }]).bytes);
    expect(after).toEqual({ ...before, stabs: 0 });
  });

  it("of all leaves what others see", () => {
    const original = machoFixture(name);
    const { bytes, rewrite } = edited(original, [{ kind: "strip", level: "all" }]);
    const after = symbolsOf(bytes);
    expect([after.stabs, after.external]).toEqual([0, before.external]);
    expect(after.local.length).toBeLessThan(before.local.length);
    expect(bytes.length).toBeLessThan(original.length);
    expect(rewrite.notes[0]).toMatch(/^\d+ symbols that only debuggers need were dropped$/);
  });

  it("signs what has to be signed, and only that", () => {
    const { bytes } = edited(machoFixture(name), [{ kind: "strip", level: "all" }]);
    const { kind, valid } = sliceOf(checkedFacts(bytes)).signature;
    expect([kind, valid]).toEqual(name === "stabs-arm64" ? ["adhoc", true] : ["none", null]);
  });
});

describe("stripping", () => {
  it.each(linkedFixtures())("%s leaves imports, exports and stubs as they are", (name) => {
    const original = machoFixture(name);
    const bytes = rewritten(original, [{ kind: "strip", level: "all" }]);
    for (const which of ["imports", "exports"] as const) {
      const symbols = (file: Uint8Array): object => macho.open(memorySource(file)).symbols(which);
      expect(symbols(bytes)).toEqual(symbols(original));
    }
    for (const { arch } of factsOf(original).slices) {
      expect(imageOf(bytes, arch).indirect()).toEqual(imageOf(original, arch).indirect());
    }
    expect(bytes.length).toBeLessThanOrEqual(original.length);
  });

  it("goes together with other edits", () => {
    const { bytes } = edited(machoFixture("stabs-x86_64"), [
      { kind: "strip", level: "all" },
      { kind: "set-id", id: "/DLC/x.dylib" },
    ]);
    expect(sliceOf(factsOf(bytes)).id).toBe("/DLC/x.dylib");
    expect(symbolsOf(bytes).stabs).toBe(0);
  });

  it("of an object file is refused, or left out when it is optional", () => {
    const original = machoFixture("object-fat");
    expect(refusal(original, [{ kind: "strip", level: "all" }]).code).toBe("macho-strip");
    const optional = { kind: "strip", level: "all", optional: true } as const;
    const { bytes, rewrite } = edited(original, [optional]);
    expect(bytes).toEqual(original);
    expect(rewrite.warnings).toHaveLength(2);
  });
});
