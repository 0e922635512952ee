/** Headers that say too much or too little: edited where loaders don't care, refused where tables meet. */

import { describe, expect, it } from "vitest";
import { DT, PT, SHT } from "../../../src/elf/constants.ts";
import type { ElfEdit } from "../../../src/elf/edit/types.ts";
import {
  ElfDyn,
  ElfEhdr,
  ElfPhdr,
  ElfShdr,
  type Phdr,
  type Shdr,
} from "../../../src/elf/layout.ts";
import { type ElfImage, parseElf } from "../../../src/elf/read/image.ts";
import { RefusalError } from "../../../src/errors.ts";
import { memorySource } from "../../../src/source.ts";
import { edit, stripElf } from "../../support/elf.ts";
import { dynamicOf, editBytes, namesOf } from "../../support/elf-edits.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";

const EDITS: readonly ElfEdit[] = [
  { kind: "set-soname", name: "libodd-0123abcd-with-a-rather-long-name.so.1" },
  { kind: "set-search-path", tag: "rpath", path: "$ORIGIN/../odd.libs:$ORIGIN/another" },
];

interface Odd {
  readonly bytes: Uint8Array;
  readonly image: ElfImage;
  segment(type: number, fields: Partial<Phdr>): void;
  section(type: number, fields: Partial<Shdr>): void;
  entry(tag: number, d_val: bigint): void;
}

function odd(name: string): Odd {
  const bytes = elfFixture(name);
  const image = parseElf(memorySource(bytes));
  const { context, segments, sections, dynamic } = image;
  return {
    bytes,
    image,
    segment(type, fields) {
      const found = segments.find(({ p_type }) => p_type === type);
      if (found === undefined) throw new Error(`no segment of type ${type}`);
      ElfPhdr.set(bytes, found.at, context, fields);
    },
    section(type, fields) {
      const found = sections.list.find(({ sh_type }) => sh_type === type);
      if (found === undefined) throw new Error(`no section of type ${type}`);
      ElfShdr.set(bytes, found.at, context, fields);
    },
    entry(tag, d_val) {
      const found = dynamic?.get(tag);
      if (found === undefined) throw new Error(`no entry with tag ${tag}`);
      ElfDyn.set(bytes, found.at, context, { d_val });
    },
  };
}

/** The result's growth in bytes; it is proved and says what was asked. */
function growth(bytes: Uint8Array): number {
  const { bytes: result, image, faults } = editBytes(bytes, EDITS);
  expect(faults).toEqual([]);
  expect(namesOf(image, DT.DT_SONAME)).toEqual(["libodd-0123abcd-with-a-rather-long-name.so.1"]);
  expect(editBytes(result, EDITS).rewrite.rung).toBe("unchanged");
  return result.length - bytes.length;
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof RefusalError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "planned";
}

const planned = (bytes: Uint8Array): string =>
  refusal(() => edit(parseElf(memorySource(bytes)), EDITS));

describe("what loaders don't go by", () => {
  it("is not a reason to refuse: the size of PT_GNU_RELRO in the file", () => {
    for (const p_filesz of [0x448, 0x7fff_ffff]) {
      const file = odd("module-x86_64");
      file.segment(PT.PT_GNU_RELRO, { p_filesz });
      expect(growth(file.bytes)).toBeLessThan(1024);
    }
  });

  it("is not a reason to refuse: a PT_DYNAMIC that is longer than its section", () => {
    const file = odd("module-x86_64");
    const { dynamic, source, context } = file.image;
    if (dynamic === null) throw new Error("no dynamic section");
    const end = dynamic.offset + dynamic.size;
    const behind = Uint8Array.from(source.read(end, 64));
    expect(behind.some((byte) => byte !== 0)).toBe(true);
    file.segment(PT.PT_DYNAMIC, { p_filesz: dynamic.size + 64 });
    // What follows is no spare slot, even when all of those are needed.
    const spare = dynamic.size / ElfDyn.sizeOf(context.variant) - dynamic.entries.length;
    const edits = Array.from(
      { length: spare + 1 },
      (_, index): ElfEdit => ({ kind: "add-needed", name: `libmore${index}.so` }),
    );
    const { bytes, faults } = editBytes(file.bytes, edits);
    expect(faults).toEqual([]);
    // Behind these lies the word with the address of `_DYNAMIC`, which moved.
    expect(bytes.subarray(end, end + 48)).toEqual(behind.subarray(0, 48));
  });

  it("is not a reason to grow: an alignment of 2 GiB", () => {
    const file = odd("linker-lld");
    file.section(SHT.SHT_STRTAB, { sh_addralign: 1n << 31n });
    expect(growth(file.bytes)).toBeLessThan(4096);
  });

  it("stays as it is: a section header with a value beyond all files", () => {
    const file = odd("debug");
    const found = file.image.sections.list.find(({ sh_type }) => sh_type === SHT.SHT_PROGBITS);
    if (found === undefined) throw new Error("no section");
    const view = new DataView(file.bytes.buffer);
    const at = found.at + ElfShdr.offsetOf("elf64", "sh_entsize");
    view.setBigUint64(at, (1n << 63n) + 5n, true);
    expect(growth(file.bytes)).toBeLessThan(1024);
    const strip = stripElf(parseElf(memorySource(file.bytes)), "debug");
    expect(strip.size).toBeLessThan(file.bytes.length);
  });
});

describe("a DT_NULL that PT_DYNAMIC does not count", () => {
  const FILES = ["module-x86_64", "module-i686", "linker-lld", "versions", "musl", "rpath"];

  /** @param without entries that PT_DYNAMIC leaves out besides. */
  function shortened(name: string, without: number, section: boolean): Odd {
    const file = odd(name);
    const { dynamic, context } = file.image;
    if (dynamic === null) throw new Error("no dynamic section");
    const stride = ElfDyn.sizeOf(context.variant);
    const size = (dynamic.entries.length - without) * stride;
    file.segment(PT.PT_DYNAMIC, { p_filesz: size, p_memsz: BigInt(size) });
    if (section) {
      const sh_size = dynamic.entries.length * stride;
      file.section(SHT.SHT_DYNAMIC, { sh_size });
    }
    return file;
  }

  it.each(FILES)("ends the table, as loaders read it: %s", (name) => {
    for (const without of [0, 1, 3]) {
      const whole = odd(name).image;
      const image = parseElf(memorySource(shortened(name, without, true).bytes));
      expect(dynamicOf(image)).toEqual(dynamicOf(whole));
      expect(image.problems.filter(({ minor }) => minor !== true)).toEqual(whole.problems);
      expect(image.problems.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(
          /^the DT_NULL of the dynamic section is not among the \d+ that count$/,
        ),
      );
    }
  });

  it("may be the zeros that follow the file's bytes in memory", () => {
    const file = shortened("linker-lld", 0, true);
    const { dynamic, segments } = file.image;
    const end = (dynamic?.offset ?? 0) + (dynamic?.entries.length ?? 0) * 16;
    const load = segments.find(
      ({ p_type, p_offset, p_filesz }) =>
        p_type === PT.PT_LOAD && end >= p_offset && end <= p_offset + p_filesz,
    );
    if (load === undefined) throw new Error("no load segment");
    const cut = (p_memsz: bigint): Uint8Array => {
      const fields = { p_filesz: end - load.p_offset, p_memsz };
      ElfPhdr.set(file.bytes, load.at, file.image.context, fields);
      // Whatever follows in the file is not what follows in memory.
      file.bytes.fill(0xff, end, end + 64);
      return file.bytes;
    };
    const inMemory = parseElf(memorySource(cut(BigInt(end - load.p_offset + 16))));
    expect(inMemory.dynamic?.entries.length).toBe(dynamic?.entries.length);
    expect(inMemory.dynamic?.terminated).toBe(true);
    const without = parseElf(memorySource(cut(BigInt(end - load.p_offset + 15))));
    expect(without.dynamic?.terminated).toBe(false);
  });

  it.each(FILES)("is kept by edits, or gets its own: %s", (name) => {
    for (const section of [true, false]) {
      for (const without of [0, 2]) growth(shortened(name, without, section).bytes);
    }
  });

  it("is refused where there is none up to the end of the segment", () => {
    const file = shortened("module-x86_64", 0, true);
    const { dynamic, segments } = file.image;
    const end = (dynamic?.offset ?? 0) + (dynamic?.entries.length ?? 0) * 16;
    const load = segments.findLast(
      ({ p_type, p_offset }) => p_type === PT.PT_LOAD && p_offset <= end,
    );
    file.bytes.fill(0x41, end, (load?.p_offset ?? 0) + (load?.p_filesz ?? 0));
    expect(planned(file.bytes)).toMatch(/^elf-layout: /);
    const { problems } = parseElf(memorySource(file.bytes));
    expect(problems.map(({ minor }) => minor)).toContain(undefined);
  });
});

describe("tables that share bytes", () => {
  it("are named: relocations in the dynamic section", () => {
    const file = odd("rpath");
    file.entry(DT.DT_STRTAB, file.image.dynamic?.segment?.p_vaddr ?? 0n);
    expect(planned(file.bytes)).toMatch(/^elf-layout: .*(share bytes|outside the string table)/);
  });

  it("are named: a symbol table in the program headers", () => {
    const file = odd("debug");
    file.section(SHT.SHT_SYMTAB, { sh_offset: 0x30 });
    expect(planned(file.bytes)).toBe(
      "elf-layout: the ELF header and `.symtab` share bytes of the file at 48",
    );
    expect(refusal(() => stripElf(parseElf(memorySource(file.bytes)), "debug"))).toMatch(
      /^elf-layout: .*`\.symtab`.* share/,
    );
  });

  it("are named: section headers in the dynamic section", () => {
    const file = odd("bare");
    const { context, dynamic } = file.image;
    ElfEhdr.set(file.bytes, 0, context, { e_shoff: dynamic?.offset ?? 0, e_shnum: 1 });
    ElfEhdr.set(file.bytes, 0, context, { e_shstrndx: 0 });
    expect(planned(file.bytes)).toMatch(/^elf-layout: /);
  });
});
