import { describe, expect, it } from "vitest";
import { elf } from "../../../src/elf/index.ts";
import { memorySource } from "../../../src/source.ts";
import { symbolHash } from "../../../src/symbol-hash.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";

describe("hashes of exports", () => {
  it("are those of the names, whether DT_GNU_HASH has them or not", () => {
    let exporting = 0;
    for (const name of elfFixtures()) {
      const open = elf.open(memorySource(elfFixture(name)));
      const { slices } = open.facts(() => false);
      const names = new Set(open.symbols("exports").map((symbol) => symbol.name));
      const hashes = new Set(slices[0].exportHashes);
      expect([...hashes], name).toEqual(
        [...new Set([...names].map(symbolHash))].sort((a, b) => a - b),
      );
      if (names.size > 0) exporting++;
    }
    expect(exporting).toBeGreaterThan(20);
  });
});
