import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DT } from "../../../src/elf/constants.ts";
import { memorySource } from "../../../src/source.ts";
import type { ElfDump, SymbolRow } from "../../support/elf.ts";
import * as elf from "../../support/elf.ts";
import { elfFixture, elfFixturePath, elfFixtures } from "../../support/elf-fixtures.ts";
import {
  compareWithReadelf,
  definitionLines,
  needLines,
  parseReadelf,
  type ReadelfFacts,
  runReadelf,
} from "../../support/elf-readelf.ts";
import { requireTool } from "../../support/tools.ts";

const missing = requireTool("readelf") === undefined;
const ALL = ["-h", "-l", "-d", "-V", "--dyn-syms"];

describe.skipIf(missing)("an ELF file's dump says what readelf says", () => {
  for (const name of elfFixtures()) {
    it(name, () => {
      const facts = parseReadelf(runReadelf(elfFixturePath(name), ALL));
      const dump = elf.dump(elf.parse(memorySource(elfFixture(name))), { symbols: true });
      expect(headerOf(dump)).toEqual(headerOfReadelf(facts));
      expect(segmentsOf(dump)).toEqual(segmentsOfReadelf(facts));
      expect(dump.interpreter).toBe(facts.interpreter);
      expect(dynamicOf(dump)).toEqual(dynamicOfReadelf(facts));
      if (dump.header.shnum > 0) {
        expect(needLines(dump)).toEqual(facts.needs);
        expect(definitionLines(dump)).toEqual(facts.definitions);
        expect(dump.versionSymbols).toBe(facts.versionSymbols ?? 0);
        expect(dump.symbols.count).toBe(facts.symbolCount ?? 0);
        expect((dump.symbolTable ?? []).map(symbolOf)).toEqual(
          facts.symbols.slice(1).map(symbolOfReadelf),
        );
      }
    });
  }

  it("reads symbols without section headers, as readelf does through the hash table", () => {
    const name = "module-x86_64-no-sections";
    const facts = parseReadelf(runReadelf(elfFixturePath(name), ["-D", "-s"]));
    const dump = elf.dump(elf.parse(memorySource(elfFixture(name))), { symbols: true });
    expect(dump.symbols).toEqual({ count: facts.symbolCount, countedBy: "DT_GNU_HASH" });
    expect(dump.symbolTable?.map(symbolOf)).toEqual(facts.symbols.slice(1).map(symbolOfReadelf));
  });
});

describe.skipIf(missing)("the comparer that the corpus run uses", () => {
  it("finds no difference in the fixtures", () => {
    for (const name of elfFixtures()) {
      expect([name, ...compareWithReadelf(elfFixturePath(name))]).toEqual([name]);
    }
  });

  it("finds no difference in this system's libraries", () => {
    const paths = systemLibraries(120);
    for (const path of paths) expect([path, ...compareWithReadelf(path)]).toEqual([path]);
  });

  it("reads readelf's text right", () => {
    const facts = parseReadelf(runReadelf(elfFixturePath("module-x86_64"), ALL));
    expect(facts.dynamic.map(({ name }) => name)).toContain("NEEDED");
    expect(facts.needs).toContain("libc.so.6 GLIBC_2.2.5 none 2");
    expect(facts.symbolCount).toBe(facts.symbols.length);
    expect(facts.symbols.map(({ name }) => name)).toContain("printf@GLIBC_2.2.5");
  });
});

/** Spread over the folder, so that more than one project's build habits are seen. */
function systemLibraries(count: number): readonly string[] {
  const folder = "/usr/lib/x86_64-linux-gnu";
  const paths = new Set<string>();
  let names: readonly string[];
  try {
    names = readdirSync(folder)
      .filter((name) => /\.so\.\d+$/.test(name))
      .sort();
  } catch {
    return [];
  }
  for (const name of names) {
    try {
      const path = realpathSync(join(folder, name));
      if (statSync(path).size < 2_000_000) paths.add(path);
    } catch {
      // A link that leads nowhere.
    }
  }
  const all = [...paths];
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % step === 0);
}

function headerOf({ header }: ElfDump): Record<string, string> {
  return {
    Class: header.class.replace("ELFCLASS", "ELF"),
    Type: header.type.replace("ET_", ""),
    "Entry point address": header.entry,
    "Start of program headers": String(header.phoff),
    "Start of section headers": String(header.shoff),
    Flags: header.flags,
    "Size of this header": String(header.ehsize),
    "Size of program headers": String(header.phentsize),
    "Number of program headers": String(header.phnum),
    "Size of section headers": String(header.shentsize),
    "Number of section headers": String(header.shnum),
    "Section header string table index": String(header.shstrndx),
    "ABI Version": String(header.abiVersion),
    Data: header.data.endsWith("LSB") ? "little endian" : "big endian",
  };
}

function headerOfReadelf({ header }: ReadelfFacts): Record<string, string> {
  const labels = Object.keys(headerOf(elf.dump(elf.parse(memorySource(elfFixture("bare"))))));
  return Object.fromEntries(
    labels.map((label) => {
      const text = header.get(label) ?? "";
      return [
        label,
        label === "Data" ? (text.split(", ")[1] ?? "") : (/^[^ ,]+/.exec(text)?.[0] ?? ""),
      ];
    }),
  );
}

/** Where readelf shortens a name. */
const SEGMENT_NAMES: Readonly<Record<string, string>> = {
  EXIDX: "PT_ARM_EXIDX",
  REGINFO: "PT_MIPS_REGINFO",
  ABIFLAGS: "PT_MIPS_ABIFLAGS",
  RISCV_ATTRIBUT: "PT_RISCV_ATTRIBUTES",
};

function segmentsOf(dump: ElfDump): unknown {
  return dump.segments.map((segment) => ({
    type: segment.type,
    numbers: [segment.offset, segment.vaddr, segment.paddr, segment.filesz, segment.memsz].map(
      BigInt,
    ),
    flags: ["PF_R", "PF_W", "PF_X"]
      .map((flag, index) => (segment.flags.includes(flag) ? ("RWE"[index] ?? "") : " "))
      .join(""),
    align: BigInt(segment.align),
    sections: segment.sections,
  }));
}

function segmentsOfReadelf(facts: ReadelfFacts): unknown {
  return facts.segments.map((segment) => ({
    ...segment,
    type: SEGMENT_NAMES[segment.type] ?? `PT_${segment.type}`,
  }));
}

interface DynamicLine {
  readonly tag: string;
  readonly value: string;
}

function dynamicOf(dump: ElfDump): readonly DynamicLine[] {
  return (dump.dynamic?.entries ?? []).map(({ tag, raw, value }) => {
    // Not yet known to the readelf that wrote the text.
    if (tag.startsWith("DT_ANDROID_")) return { tag, value: raw };
    if (value === null) return { tag, value: "" };
    if (typeof value === "string") return { tag, value };
    if (typeof value === "number") return { tag, value: String(value) };
    return { tag, value: value.map((name) => name.replace(/^(DF_(1_)?|RHF_)/, "")).join(" ") };
  });
}

const ANDROID: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(DT)
    .filter(([name]) => name.startsWith("DT_ANDROID_"))
    .map(([name, value]) => [value, name]),
);

/** Marks without a meaning, which readelf prints as an address 0. */
const MARKS = new Set(["SYMBOLIC", "TEXTREL", "BIND_NOW"]);

function dynamicOfReadelf(facts: ReadelfFacts): readonly DynamicLine[] {
  return facts.dynamic
    .filter(({ name }) => name !== "NULL")
    .map(({ name, rest, tag }) => {
      let value = rest.replace(/^Flags: /, "").trim();
      const text = /\[(.*)\]$/.exec(value)?.[1];
      const bytes = /^(\d+) \(bytes\)$/.exec(value)?.[1];
      if (text !== undefined) value = text;
      else if (bytes !== undefined) value = bytes;
      else if (name === "PLTREL") value = `DT_${value}`;
      else if (MARKS.has(name)) value = "";
      return { tag: ANDROID[Number(tag)] ?? `DT_${name}`, value };
    });
}

function symbolOf(row: SymbolRow): unknown {
  // The symbol that names a version has that version, which readelf leaves out.
  const version =
    row.version === null || row.version === row.name
      ? ""
      : `${row.defaultVersion ? "@@" : "@"}${row.version}`;
  return {
    name: row.name + version,
    value: BigInt(row.value),
    size: row.size,
    type: row.type.replace("STT_", "").replace("GNU_", ""),
    binding: row.binding.replace("STB_", "").replace("GNU_", ""),
    visibility: row.visibility.replace("STV_", ""),
    section: row.section,
  };
}

function symbolOfReadelf(symbol: ReadelfFacts["symbols"][number]): unknown {
  const special: Readonly<Record<string, number>> = { UND: 0, ABS: 0xfff1, COM: 0xfff2 };
  return { ...symbol, section: special[symbol.section] ?? Number(symbol.section) };
}
