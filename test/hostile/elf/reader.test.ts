import { describe, expect, it } from "vitest";
import { DT, PT } from "../../../src/elf/constants.ts";
import {
  ElfEhdr,
  ElfPhdr,
  ElfShdr,
  ElfVernaux,
  ElfVerneed,
  type Shdr,
} from "../../../src/elf/layout.ts";
import { FormatError } from "../../../src/errors.ts";
import { memorySource } from "../../../src/source.ts";
import * as elf from "../../support/elf.ts";
import {
  type BuiltElf,
  buildElf,
  concat,
  EMPTY_SHDR,
  LE64,
  words,
} from "../../support/elf-builder.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";
import { readAll } from "../../support/elf-read-all.ts";
import { timed } from "../../support/quick.ts";

const MIB = 1 << 20;

/** What is wrong, one line for each problem; the whole reading has to end soon and in little memory. */
function problemsOf(bytes: Uint8Array): readonly string[] {
  const before = process.memoryUsage().rss;
  const { value: answer, took } = timed(2000, () => readAll(bytes));
  expect(took).toBeLessThan(2000);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
  if (answer instanceof FormatError) return [`refused: ${answer.message}`];
  return answer.problems.map(
    ({ message, at }) => `${at.record}${at.field ? `.${at.field}` : ""}: ${message}`,
  );
}

function changed(built: BuiltElf, change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(built.bytes);
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

const NEEDS = {
  symbols: [{ name: "f", version: 2 }],
  needs: [{ file: "libc.so.6", versions: [{ name: "GLIBC_2.2.5", index: 2 }] }],
};

describe("the ELF header", () => {
  it.each([
    ["an empty file", new Uint8Array(), "not an ELF file"],
    ["four bytes", new Uint8Array([0x7f, 0x45, 0x4c, 0x46]), "neither 32-bit nor 64-bit"],
    ["a wrong class", withBytes([[4, 3]]), "neither 32-bit nor 64-bit"],
    ["a wrong byte order", withBytes([[5, 0]]), "neither little nor big endian"],
    ["a header cut short", buildElf().bytes.subarray(0, 63), "64 bytes are needed, 63 are left"],
    ["program headers of a strange size", withBytes([[54, 32]]), "has 56 bytes here"],
    ["program headers after the end", withBytes([[33, 0xff]]), "do not fit in the file's"],
    ["an offset beyond all files", withBytes([[39, 0xff]]), "too large for any file"],
    [
      "too many program headers",
      withBytes([
        [56, 0xff],
        [57, 0xff],
      ]),
      "section header 0, which is not there",
    ],
  ])("%s is refused", (_, bytes, message) => {
    const [problem = ""] = problemsOf(bytes);
    expect(problem).toMatch(/^refused: /);
    expect(problem).toContain(message);
  });

  it("says what is wrong with a section table, and reads on", () => {
    const bytes = elfFixture("bare");
    const field = (
      name: "e_shoff" | "e_shnum" | "e_shentsize" | "e_shstrndx",
      value: number,
    ): Uint8Array => {
      const copy = new Uint8Array(bytes);
      ElfEhdr.set(copy, 0, LE64, { [name]: value });
      return copy;
    };
    expect(problemsOf(field("e_shentsize", 40))).toEqual([
      "Elf_Ehdr.e_shentsize: a section header has 64 bytes here, so the table is not read",
    ]);
    expect(problemsOf(field("e_shoff", bytes.length))).toEqual([
      `Elf_Ehdr.e_shoff: the section headers begin at or after the end, ${bytes.length}`,
    ]);
    expect(problemsOf(field("e_shnum", 0xfeff))[0]).toMatch(/only \d+ of 65279 section headers/);
    expect(problemsOf(field("e_shstrndx", 99))).toEqual([
      "Elf_Ehdr.e_shstrndx: the section with the section names does not exist",
    ]);
  });

  it("reads more than 65,279 sections, and bounds a count that is made up", () => {
    const section: Shdr = { ...EMPTY_SHDR, sh_type: 1 };
    const count = 70_000;
    const base = buildElf({ header: { e_shentsize: 64 } }).bytes;
    const bytes = concat([
      base,
      new Uint8Array((8 - (base.length % 8)) % 8),
      new Uint8Array(count * 64),
    ]);
    const start = bytes.length - count * 64;
    ElfEhdr.set(bytes, 0, LE64, { e_shoff: start, e_shnum: 0, e_shstrndx: 0xffff });
    bytes.set(
      ElfShdr.encode(LE64, { ...section, sh_type: 0, sh_size: count, sh_link: 66_000 }),
      start,
    );
    const image = elf.parse(memorySource(bytes));
    expect([image.shnum, image.shstrndx, image.sections.list.length]).toEqual([
      count,
      66_000,
      count,
    ]);
    expect(image.problems).toEqual([]);

    ElfShdr.set(bytes, start, LE64, { sh_size: 0x1f_ffff_ffff_ffff });
    expect(problemsOf(bytes)[0]).toMatch(/only 70000 of \d+ section headers/);
  });
});

/** A sound file with some bytes replaced. */
function withBytes(pairs: readonly (readonly [number, number])[]): Uint8Array {
  const { bytes } = buildElf();
  for (const [at, value] of pairs) bytes[at] = value;
  return bytes;
}

describe("segments", () => {
  it("names each way in which a load segment is broken", () => {
    const broken = (fields: Parameters<typeof ElfPhdr.set>[3]): readonly string[] =>
      problemsOf(changed(buildElf(), (bytes) => ElfPhdr.set(bytes, 64, LE64, fields)));
    expect(broken({ p_align: 4096n, p_vaddr: 8n })).toContain(
      "Elf_Phdr.p_vaddr: address and offset of segment 0 differ by no multiple of its alignment",
    );
    expect(broken({ p_align: 24n })[0]).toContain("is not a power of two");
    expect(broken({ p_memsz: 1n })[0]).toContain("more bytes in the file than in memory");
    expect(broken({ p_filesz: 1 << 30, p_memsz: 1n << 30n })[0]).toContain(
      "ends behind the file's end",
    );
    const overlapping = buildElf({
      segments: [{ p_type: PT.PT_LOAD, p_vaddr: 8n, p_offset: 8, p_filesz: 8, p_memsz: 8n }],
    });
    expect(problemsOf(overlapping.bytes)).toEqual([
      "Elf_Phdr.p_vaddr: load segments 0 and 3 overlap in memory",
    ]);
  });

  it("dumps 20,000 segments beside 20,000 sections", () => {
    const count = 20_000;
    const bytes = new Uint8Array(64 + count * (56 + 64));
    bytes.set(buildElf().bytes.subarray(0, 64));
    ElfEhdr.set(bytes, 0, LE64, {
      e_phoff: 64,
      e_phnum: count,
      e_shoff: 64 + count * 56,
      e_shnum: count,
      e_shentsize: 64,
    });
    expect(problemsOf(bytes)).toEqual([]);
  });
});

describe("the dynamic section", () => {
  it("without an end is read to its segment's end", () => {
    expect(problemsOf(buildElf({ nulls: 0 }).bytes)).toEqual([
      "Elf_Dyn.d_tag: none of the 5 dynamic entries is a DT_NULL",
    ]);
  });

  it("with tables that are nowhere gives a problem for each", () => {
    const far = 0x7fff_ffff_0000n;
    const tags = [DT.DT_STRTAB, DT.DT_SYMTAB, DT.DT_GNU_HASH, DT.DT_VERNEED, DT.DT_VERSYM];
    const texts = tags.map((tag) =>
      problemsOf(buildElf({ ...NEEDS, override: { [tag]: far } }).bytes).join("\n"),
    );
    expect(texts[0]).toContain("the dynamic string table is in no load segment");
    expect(texts[1]).toContain("the symbol table is in no load segment");
    expect(texts[2]).toContain("the hash table does not fit");
    expect(texts[3]).toContain("the version table is in no load segment");
    expect(texts[4]).toContain("the version symbol table is not inside a load segment");
    expect(problemsOf(buildElf({ override: { [DT.DT_STRSZ]: 1n << 62n } }).bytes)[0]).toContain(
      "ends behind its segment's",
    );
    expect(
      problemsOf(
        buildElf({
          dynamic: [
            [DT.DT_RELR, 64n],
            [DT.DT_RELRSZ, 1n << 60n],
          ],
        }).bytes,
      ),
    ).toEqual(["Elf_Dyn.DT_RELR: the RELR table is not inside a load segment"]);
  });

  it("with 20,000 needed libraries that share one endless name stays small", () => {
    const length = MIB;
    const needed = [`lib${"x".repeat(length)}`];
    const dynamic = Array.from({ length: 20_000 }, (_, index): [number, bigint] => [
      DT.DT_NEEDED,
      BigInt(1 + index),
    ]);
    const texts = problemsOf(buildElf({ needed, dynamic }).bytes);
    expect(texts.join("\n")).toContain("the names overlap and add up to far more than the table");
  });
});

describe("symbols", () => {
  it("has no use for a hash table with made-up counts", () => {
    const symbols = [{ name: "a" }, { name: "b", defined: true }];
    const gnu = buildElf({ symbols });
    const sysv = buildElf({ symbols, hash: "sysv" });
    const set = (built: BuiltElf, index: number, value: number): Uint8Array =>
      changed(built, (_, view) => view.setUint32(built.at.hash + index * 4, value, true));
    const reason = /hash table does not fit the bytes/;
    for (const bytes of [
      set(gnu, 0, 0xffffffff), // buckets beyond the file
      set(gnu, 2, 0xffffffff), // Bloom filter beyond the file
      set(gnu, 6, 0xffffffff), // a bucket that leads beyond the file
      set(sysv, 1, 0xffffffff),
    ]) {
      expect(problemsOf(bytes).join("\n")).toMatch(reason);
      const answer = readAll(bytes);
      // The string table begins behind the symbols, so the count is found all the same.
      expect(answer).toMatchObject({ symbolCount: 3 });
    }
  });

  it("does not follow a chain without an end out of the file", () => {
    const built = buildElf({ symbols: [{ name: "b", defined: true }] });
    const bytes = changed(built, (all) => {
      // Every chain word even: no last symbol.
      for (let at = built.at.hash + 28; at < all.length; at += 4) all[at] = (all[at] ?? 0) & 0xfe;
    });
    expect(problemsOf(bytes).length).toBeGreaterThan(0);
  });

  it("reports symbols whose names are outside the string table", () => {
    const built = buildElf({ symbols: [{ name: "a" }], hash: "sysv" });
    const bytes = changed(built, (_, view) =>
      view.setUint32(built.at.dynsym + 24, 0x7fffffff, true),
    );
    expect(problemsOf(bytes)).toEqual(["Elf_Sym.st_name: 1 symbols have no readable name"]);
  });
});

describe("version needs", () => {
  it("ends when records are announced that are not there", () => {
    const built = buildElf(NEEDS);
    const need = (fields: Parameters<typeof ElfVerneed.set>[3]): readonly string[] =>
      problemsOf(changed(built, (bytes) => ElfVerneed.set(bytes, built.at.verneed, LE64, fields)));
    expect(need({ vn_cnt: 0xffff })).toEqual([
      "Elf_Verneed.vn_cnt: only 1 of 65535 needed versions can be read",
    ]);
    expect(need({ vn_aux: 0x7fffffff })[0]).toContain("16 bytes are needed, 0 are left");
    expect(need({ vn_file: 0x7fffffff })[0]).toContain("outside the dynamic string table");
    expect(
      problemsOf(buildElf({ ...NEEDS, override: { [DT.DT_VERNEEDNUM]: 0xffff_ffffn } }).bytes),
    ).toEqual(["Elf_Verneed: 4294967295 records are announced, 1 can be read"]);
  });

  it("walks overlapping records one byte at a time only so far", () => {
    const built = buildElf({
      ...NEEDS,
      notes: [{ name: "x", type: 0, desc: new Uint8Array(2 * MIB) }],
    });
    const bytes = changed(built, (all) => {
      ElfVerneed.set(all, built.at.verneed, LE64, { vn_cnt: 0xffff, vn_next: 1 });
      ElfVernaux.set(all, built.at.verneed + 16, LE64, { vna_next: 1 });
      // Every word after it is 1 at any alignment: each step goes one byte on.
      all.fill(1, built.at.verneed + 32, built.at.notes);
      all.fill(1, built.at.notes, built.at.notes + 2 * MIB);
    });
    expect(problemsOf(bytes).length).toBeGreaterThan(0);
  });
});

describe("notes", () => {
  it("stops at a note that is longer than its segment", () => {
    const built = buildElf({ notes: [{ name: "GNU", type: 3, desc: new Uint8Array(20) }] });
    for (const field of [0, 4]) {
      const bytes = changed(built, (_, view) =>
        view.setUint32(built.at.notes + field, 0xffffffff, true),
      );
      expect(problemsOf(bytes)).toEqual(["Elf_Nhdr.n_descsz: the note is longer than its segment"]);
    }
  });

  it("walks a megabyte of empty notes", () => {
    const built = buildElf({ notes: [{ name: "", type: 0, desc: new Uint8Array(MIB) }] });
    const bytes = changed(built, (_, view) => view.setUint32(built.at.notes + 4, 0, true));
    expect(problemsOf(bytes)).toEqual([]);
  });

  it("stops at a property that is longer than its note", () => {
    const property = (size: number): Uint8Array => words([0xc0008002, size, 2, 0], LE64);
    const built = buildElf({ notes: [{ name: "GNU", type: 5, desc: property(0xfffffff0) }] });
    expect(problemsOf(built.bytes)).toEqual([
      "GNU property.pr_datasz: the property is longer than its note",
    ]);
    expect(
      problemsOf(buildElf({ notes: [{ name: "GNU", type: 5, desc: property(0) }] }).bytes),
    ).toEqual([]);
  });
});
