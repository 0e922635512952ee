/** What a strip leaves out of MinGW's files, and what it leaves alone. */
import { describe, expect, it } from "vitest";
import { pe } from "../../../src/pe/index.ts";
import { sectionName } from "../../../src/pe/read/coff-symbols.ts";
import { parsePe } from "../../../src/pe/read/image.ts";
import { isUnchanged } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { rewritten } from "../../support/formats.ts";
import { peFixture, peFixtures } from "../../support/pe-fixtures.ts";

const NAME = "mingw-unstripped";

function stripped(level: "debug" | "all"): ReturnType<typeof parsePe> {
  return parsePe(memorySource(rewritten(pe, peFixture(NAME), [{ kind: "strip", level }]).bytes));
}

describe("a strip of everything", () => {
  it("leaves out DWARF and symbols, and nothing else moves", () => {
    const before = parsePe(memorySource(peFixture(NAME)));
    const after = stripped("all");
    expect(after.coff).toBeNull();
    expect(after.source.size).toBe(after.overlay.start);
    const kept = before.sections.slice(0, after.sections.length);
    expect(after.sections.map(({ shortName }) => shortName)).toEqual(
      kept.map(({ shortName }) => shortName),
    );
    expect(after.header.file.TimeDateStamp).toBe(before.header.file.TimeDateStamp);
    expect(after.header.lfanew).toBe(before.header.lfanew);
    const last = after.sections.at(-1);
    expect(after.header.windows.SizeOfImage).toBe((last?.VirtualAddress ?? 0) + 4096);
    for (const [index, section] of after.sections.entries()) {
      expect(section.PointerToRawData).toBe(kept[index]?.PointerToRawData);
    }
  });
});

describe("a strip of debug information", () => {
  it("keeps the symbols, and those of sections that are gone have no section any more", () => {
    const after = stripped("debug");
    const { coff, sections, source } = after;
    expect(coff?.symbolCount).toBe(parsePe(memorySource(peFixture(NAME))).coff?.symbolCount);
    for (let index = 0; index < (coff?.symbolCount ?? 0); index++) {
      const bytes = source.read((coff?.offset ?? 0) + 18 * index, 18);
      const number = (bytes[12] ?? 0) | ((bytes[13] ?? 0) << 8);
      expect(number <= sections.length || number >= 0xfffe).toBe(true);
      index += bytes[17] ?? 0;
    }
    const names = sections.map((section) => sectionName(source, section, coff));
    expect(names.filter((name) => name.startsWith(".debug_"))).toEqual([]);
  });
});

describe("a strip", () => {
  it("changes nothing in files without symbols, whatever they have after their sections", () => {
    for (const name of peFixtures()) {
      if (name === NAME) continue;
      const { rewrite } = rewritten(pe, peFixture(name), [{ kind: "strip", level: "all" }]);
      expect([name, isUnchanged(rewrite)]).toEqual([name, true]);
    }
  });

  it("is refused where bytes after the symbols would move, or left out when it is optional", () => {
    const bytes = new Uint8Array([...peFixture(NAME), ...new Uint8Array(20).fill(1)]);
    expect(() => rewritten(pe, bytes, [{ kind: "strip", level: "all" }])).toThrow(
      expect.objectContaining({ code: "pe-overlay" }),
    );
    const { rewrite } = rewritten(pe, bytes, [
      { kind: "strip", level: "all", optional: true },
      { kind: "replace-dependency", from: "b.dll", to: "c.dll" },
    ]);
    expect(rewrite.warnings).toEqual([
      expect.stringMatching(/^not stripped: \d+ bytes after the last section would move$/),
    ]);
    expect(rewrite.size).toBe(bytes.length);
  });

  it("keeps long names of sections that stay, in a string table without symbols", () => {
    const bytes = peFixture(NAME);
    const image = parsePe(memorySource(bytes));
    // The first DWARF section becomes one that nobody may leave out.
    const at = image.sections.findIndex((each) =>
      sectionName(image.source, each, image.coff).startsWith(".debug_"),
    );
    const section = image.sections[at];
    const offset = Number(section?.shortName.slice(1)) + (image.coff?.stringsAt ?? 0);
    bytes.set(new TextEncoder().encode(".stays_"), offset);
    const after = parsePe(
      memorySource(rewritten(pe, bytes, [{ kind: "strip", level: "all" }]).bytes),
    );
    expect(after.sections.length).toBe(at + 1);
    expect(after.coff?.symbolCount).toBe(0);
    const last = after.sections.at(-1);
    if (last === undefined) throw new Error("no section");
    expect(sectionName(after.source, last, after.coff)).toMatch(/^\.stays_/);
  });
});
