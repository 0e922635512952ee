import { describe, it } from "vitest";
import { openPe } from "../../../src/pe/open.ts";
import { memorySource } from "../../../src/source.ts";
import { expectGolden } from "../../support/golden.ts";
import { peFixture } from "../../support/pe-fixtures.ts";

/** One for each machine, linker and kind of table. */
const NAMES = [
  "module-x86_64",
  "module-x86",
  "module-arm",
  "module-arm64",
  "library-x86_64",
  "arm64ec",
  "arm64x",
  "bound",
  "debug",
  "delay-x86_64",
  "delay-absolute-x86",
  "few-directories",
  "flat",
  "forwarder",
  "load-flags",
  "mingw-crt",
  "mingw-unstripped",
  "ordinal",
  "overlay",
  "resources",
  "tls",
  "virtual-size-0",
];

describe("the dump of a PE file", () => {
  for (const name of NAMES) {
    it(name, () => {
      const dump = openPe(memorySource(peFixture(name))).dump();
      expectGolden(`pe/${name}.dump.json`, `${JSON.stringify(dump, null, 1)}\n`);
    });
  }
});
