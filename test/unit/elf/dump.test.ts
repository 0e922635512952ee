import { describe, it } from "vitest";
import { memorySource } from "../../../src/source.ts";
import * as elf from "../../support/elf.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";
import { expectGolden } from "../../support/golden.ts";

/** One for each machine, linker and kind of table. */
const NAMES = [
  "module-x86_64",
  "module-armv7l",
  "module-ppc64",
  "module-mips",
  "module-x32",
  "module-x86_64-no-sections",
  "sysv-hash-s390x",
  "linker-lld",
  "linker-mold",
  "program-fixed",
  "program-static-pie",
  "versions",
  "relr",
  "relr-android",
  "runpath",
  "filters",
  "cet",
  "isa-v4",
  "android",
  "object",
  "textrel",
];

describe("the dump of an ELF file", () => {
  for (const name of NAMES) {
    it(name, () => {
      const dump = elf.dump(elf.parse(memorySource(elfFixture(name))), { symbols: true });
      expectGolden(`elf/${name}.dump.json`, `${JSON.stringify(dump, null, 1)}\n`);
    });
  }
});
