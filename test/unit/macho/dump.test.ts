import { describe, it } from "vitest";
import { macho } from "../../../src/macho/index.ts";
import { memorySource } from "../../../src/source.ts";
import { expectGolden } from "../../support/golden.ts";
import { buildMacho } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

/** One for each kind of file, of fixups and of header. */
const NAMES = [
  "liba-fat64",
  "liba-arm64-opcodes",
  "many-arm64",
  "many-x86_64",
  "ext-arm64",
  "main-x86_64",
  "cxx-arm64",
  "reexport",
  "weak",
  "ios",
  "ios-simulator",
  "watchos",
  "stabs-x86_64",
  "object-fat",
  "archive-fat",
];

describe("the dump of a Mach-O file", () => {
  for (const name of NAMES) {
    it(name, () => golden(name, machoFixture(name)));
  }

  it("a big-endian 32-bit file", () => {
    golden("built-ppc", buildMacho({ bits: 32, littleEndian: false, cputype: 18 }));
  });
});

function golden(name: string, bytes: Uint8Array): void {
  const dump = macho.open(memorySource(bytes)).dump();
  expectGolden(`macho/${name}.dump.json`, `${JSON.stringify(dump, null, 1)}\n`);
}
