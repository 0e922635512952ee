import { describe, expect, it } from "vitest";
import { rewriteElf } from "../../../src/elf/edit/rewrite.ts";
import { ElfEhdr } from "../../../src/elf/layout.ts";
import { parseElf } from "../../../src/elf/read/image.ts";
import { sectionName } from "../../../src/elf/read/sections.ts";
import { RefusalError } from "../../../src/errors.ts";
import { applyRewrite, composeRewrites, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { edit, type StripLevel, stripElf, verify, verifyElfStrip } from "../../support/elf.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";

function stripped(bytes: Uint8Array, level: StripLevel): Uint8Array {
  const source = memorySource(bytes);
  const rewrite = stripElf(parseElf(source), level);
  const result = new Uint8Array(Buffer.concat([...applyRewrite(source, rewrite)]));
  expect(verifyElfStrip(source, memorySource(result), rewrite)).toEqual([]);
  expect(stripElf(parseElf(memorySource(result)), level).splices).toEqual([]);
  return result;
}

function unloaded(bytes: Uint8Array): string[] {
  const { sections } = parseElf(memorySource(bytes));
  return sections.list
    .filter(({ sh_flags, index }) => (sh_flags & 2) === 0 && index > 0)
    .map((section) => sectionName(sections, section))
    .sort();
}

describe("stripping", () => {
  it("drops more with each level", () => {
    const bytes = elfFixture("debug");
    expect(unloaded(bytes)).toContain(".debug_info");
    const debug = stripped(bytes, "debug");
    expect(unloaded(debug)).toEqual([".shstrtab", ".strtab", ".symtab"]);
    const unneeded = stripped(bytes, "unneeded");
    expect(unloaded(unneeded)).toEqual([".shstrtab"]);
    const sizes = [bytes, debug, unneeded, stripped(bytes, "all")].map(({ length }) => length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it("says that an object file with debug data is not stripped", () => {
    const strip = [{ kind: "strip", level: "debug" }] as const;
    const warnings = (name: string): readonly string[] =>
      rewriteElf(memorySource(elfFixture(name)), strip).warnings;
    expect(warnings("object")).toEqual(["was not stripped: it is an object file"]);
    expect(["debug", "bare", "program-static"].map(warnings)).toEqual([[], [], []]);
  });

  it("leaves the symbols in order when section symbols go", () => {
    const { sections } = parseElf(memorySource(stripped(elfFixture("debug"), "debug")));
    const table = sections.list.find(({ sh_type }) => sh_type === 2);
    expect((table?.sh_size ?? 1) % 24).toBe(0);
    expect(table?.sh_info).toBeLessThanOrEqual((table?.sh_size ?? 0) / 24);
  });

  it.each(elfFixtures())("never makes %s larger or changes what is loaded", (name) => {
    const bytes = elfFixture(name);
    for (const level of ["debug", "unneeded", "all"] as const) {
      expect(stripped(bytes, level).length).toBeLessThanOrEqual(bytes.length);
    }
  });

  it("goes before an edit in one rewrite", () => {
    const source = memorySource(elfFixture("debug"));
    const first = stripElf(parseElf(source), "unneeded");
    const between = rewrittenSource(source, first);
    const second = edit(parseElf(between), [{ kind: "set-soname", name: "libdebug-0123.so.1" }]);
    const both = { ...second, ...composeRewrites(first, second) };
    expect(both.size).toBeLessThan(source.size);
    expect(verify(source, rewrittenSource(source, both), both)).toEqual([]);
  });

  it("refuses a file with data behind its sections", () => {
    const bytes = elfFixture("debug");
    const longer = new Uint8Array(bytes.length + 9).fill(7);
    longer.set(bytes);
    expect(() => stripElf(parseElf(memorySource(longer)), "all")).toThrow(RefusalError);
  });

  it("refuses a section table that is cut short", () => {
    const bytes = elfFixture("debug");
    const { context, ehdr } = parseElf(memorySource(bytes));
    ElfEhdr.set(bytes, 0, context, { e_shnum: ehdr.e_shnum + 9 });
    expect(() => stripElf(parseElf(memorySource(bytes)), "all")).toThrow(/can't all be read/);
  });
});
