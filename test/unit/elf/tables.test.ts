import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as constants from "../../../src/elf/constants.ts";
import type { ElfContext } from "../../../src/elf/layout.ts";
import { flagNames, sectionTypeName, segmentTypeName, tagName } from "../../../src/elf/names.ts";
import { armCpuArch } from "../../../src/elf/read/arm-attributes.ts";
import { parseGnuHash, parseSysvHash } from "../../../src/elf/read/hash.ts";
import { collectProblems } from "../../../src/elf/read/problems.ts";
import { regionReader } from "../../../src/elf/read/region.ts";
import { countRelr } from "../../../src/elf/read/relr.ts";
import { mapAddress, type Segment } from "../../../src/elf/read/segments.ts";
import { decodeName, stringTable } from "../../../src/elf/read/strings.ts";
import { MissingRange, memorySource, windowSource } from "../../../src/source.ts";
import { vaddrToOffset } from "../../support/elf.ts";
import { concat, LE64, words } from "../../support/elf-builder.ts";

const BE64: ElfContext = { variant: "elf64", littleEndian: false };
const { DT, EM, PT, SHT } = constants;

describe("names", () => {
  it("tells processors apart, and prints what it doesn't know as hex", () => {
    expect(segmentTypeName(PT.PT_LOAD, EM.EM_X86_64)).toBe("PT_LOAD");
    expect(segmentTypeName(0x70000003, EM.EM_MIPS)).toBe("PT_MIPS_ABIFLAGS");
    expect(segmentTypeName(0x70000003, EM.EM_RISCV)).toBe("PT_RISCV_ATTRIBUTES");
    expect(segmentTypeName(0x70000003, EM.EM_X86_64)).toBe("PT_0x70000003");
    expect(sectionTypeName(0x70000003, EM.EM_ARM)).toBe("SHT_ARM_ATTRIBUTES");
    expect(sectionTypeName(SHT.SHT_GNU_verneed, EM.EM_ARM)).toBe("SHT_GNU_verneed");
    expect(tagName(0x70000001, EM.EM_PPC64)).toBe("DT_PPC64_OPD");
    expect(tagName(DT.DT_VERNEED, EM.EM_PPC64)).toBe("DT_VERNEED");
    expect(tagName(0x7000abcd, EM.EM_PPC64)).toBe("DT_0x7000abcd");
  });

  it("splits flags, the unknown rest last", () => {
    expect(flagNames(constants.DF, 0x18)).toEqual(["DF_BIND_NOW", "DF_STATIC_TLS"]);
    expect(flagNames(constants.DF, 0x100000001)).toEqual(["DF_ORIGIN", "0x100000000"]);
    expect(flagNames(constants.DF, 0)).toEqual([]);
  });

  it.skipIf(!existsSync("/usr/include/elf.h"))("agree with the system's elf.h", () => {
    const known = new Map<string, number>();
    for (const table of Object.values(constants)) {
      if (typeof table === "object")
        for (const [name, value] of Object.entries(table)) known.set(name, value);
    }
    let compared = 0;
    for (const line of readFileSync("/usr/include/elf.h", "utf8").split("\n")) {
      const [, name = "", plain, shift, base, offset] =
        /^#define\s+(\w+)\s+(?:(0x[0-9a-f]+|\d+)\b|\(1U? << (\d+)\)|\((\w+_LOPROC) \+ (\w+)\))/.exec(
          line,
        ) ?? [];
      const ours = known.get(name);
      if (ours === undefined) continue;
      const theirs = plain
        ? Number(plain)
        : shift
          ? 2 ** Number(shift)
          : base
            ? 0x70000000 + Number(offset)
            : Number.NaN;
      expect([name, ours]).toEqual([name, theirs]);
      compared++;
    }
    expect(compared).toBeGreaterThan(400);
  });
});

describe("the bridge between addresses and offsets", () => {
  const load = (p_vaddr: bigint, p_offset: number, p_filesz: number): Segment => ({
    index: 0,
    at: 0,
    p_type: PT.PT_LOAD,
    p_flags: 4,
    p_offset,
    p_vaddr,
    p_paddr: 0n,
    p_filesz,
    p_memsz: BigInt(p_filesz),
    p_align: 1n,
  });

  it("maps inside the bytes that the file has", () => {
    const image = {
      loads: [load(0x1000n, 0x200, 0x100), load(0x2000n, 0x300, 0x100)],
      size: 0x380,
    };
    expect(vaddrToOffset(image, 0xfffn)).toBeUndefined();
    expect(vaddrToOffset(image, 0x1000n)).toBe(0x200);
    expect(vaddrToOffset(image, 0x10ffn)).toBe(0x2ff);
    expect(vaddrToOffset(image, 0x1100n)).toBeUndefined();
    expect(mapAddress(image, 0x2010n)).toEqual({ offset: 0x310, size: 0x70 });
    expect(vaddrToOffset(image, 0x2080n)).toBeUndefined();
    expect(vaddrToOffset(image, -1n)).toBeUndefined();
  });

  it("reaches the rest of the pages that are mapped, unless it is zeroed for .bss", () => {
    const first = load(0x3ff100n, 0x100, 0x850);
    const image = { loads: [first, load(0x400896n, 0x1896, 0x20)], size: 0x3000 };
    expect(vaddrToOffset(image, 0x3ff960n)).toBe(0x960);
    expect(vaddrToOffset(image, 0x3ff000n)).toBe(0);
    expect(vaddrToOffset(image, 0x3fefffn)).toBeUndefined();
    expect(vaddrToOffset(image, 0x400000n)).toBe(0x1000);
    expect(mapAddress(image, 0x3ff940n)).toEqual({ offset: 0x940, size: 0x6c0 });
    const zeroed = { loads: [{ ...first, p_memsz: 0x900n }], size: 0x3000 };
    expect(vaddrToOffset(zeroed, 0x3ff960n)).toBeUndefined();
  });

  it("lets the last of overlapping segments win, as mapping does", () => {
    const image = { loads: [load(0n, 0, 0x1000), load(0x800n, 0x2000, 0x100)], size: 0x3000 };
    expect(vaddrToOffset(image, 0x7ffn)).toBe(0x7ff);
    expect(vaddrToOffset(image, 0x800n)).toBe(0x2000);
    expect(vaddrToOffset(image, 0x900n)).toBe(0x900);
  });
});

describe("hash tables", () => {
  const sysv = (bytes: Uint8Array, context: ElfContext, machine: number): unknown =>
    parseSysvHash(memorySource(bytes), { offset: 0, size: bytes.length }, context, machine);

  it("has words of eight bytes on s390x and alpha, but not from every linker", () => {
    const wide = words([0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], BE64);
    expect(sysv(wide, BE64, EM.EM_S390)).toEqual({ nbucket: 1, nchain: 3, word: 8 });
    const narrow = words([1, 3, 0, 0, 0, 0], BE64);
    expect(sysv(narrow, BE64, EM.EM_S390)).toEqual({ nbucket: 1, nchain: 3, word: 4 });
    expect(sysv(narrow, BE64, EM.EM_PPC64)).toEqual({ nbucket: 1, nchain: 3, word: 4 });
    expect(
      sysv(words([1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0], LE64), LE64, EM.EM_ALPHA),
    ).toMatchObject({
      nchain: 3,
      word: 8,
    });
    expect(sysv(new Uint8Array(4), BE64, EM.EM_S390)).toBeUndefined();
  });

  it("counts up to the end of the highest chain", () => {
    const bytes = words([3, 5, 1, 0, 0, 0, 5, 0, 7, 2, 1, 2, 4, 3], LE64);
    const region = { offset: 0, size: bytes.length };
    expect(parseGnuHash(memorySource(bytes), region, LE64)).toMatchObject({
      symoffset: 5,
      count: 10,
    });
    // One word less: the chain runs out.
    const short = { offset: 0, size: bytes.length - 4 };
    expect(parseGnuHash(memorySource(bytes), short, LE64)).toBeUndefined();
  });
});

describe("strings", () => {
  const table = (bytes: Uint8Array): ReturnType<typeof stringTable> =>
    stringTable(memorySource(bytes), { offset: 0, size: bytes.length }, collectProblems());
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it("reads names of every length, tails of others, and UTF-8", () => {
    const long = "x".repeat(5000);
    const strings = table(bytes(`\0libz.so\0lib\u00e9.so\0${long}\0`));
    expect(strings.text(0)).toBe("");
    expect(strings.text(1)).toBe("libz.so");
    expect(strings.text(4)).toBe("z.so");
    expect(strings.text(9)).toBe("lib\u00e9.so");
    expect(strings.text(18)).toBe(long);
    expect(strings.text(18 + 4990)).toBe("x".repeat(10));
  });

  it("returns nothing outside, and a name that is cut as far as it goes", () => {
    const problems = collectProblems();
    const strings = stringTable(memorySource(bytes("\0abc")), { offset: 0, size: 4 }, problems);
    expect(strings.text(4)).toBeUndefined();
    expect(strings.text(-1)).toBeUndefined();
    expect(strings.text(Number.NaN)).toBeUndefined();
    expect(strings.text(1)).toBe("abc");
    expect(problems.list.map((each) => each.message)).toEqual([
      "the string table does not end with a NUL",
    ]);
    expect(decodeName(new Uint8Array([0x61, 0xff, 0x62]), 0, 3)).toBe("a\ufffdb");
  });
});

describe("small readers", () => {
  it("lets a missing range through, so that it can be fetched", () => {
    const problems = collectProblems();
    const read = regionReader(windowSource(1000, []), { offset: 0, size: 1000 });
    expect(() => problems.attempt(() => read(0, 16))).toThrow(MissingRange);
    expect(problems.list).toEqual([]);
  });

  it("reads a region in blocks, and less than asked at its end", () => {
    const bytes = new Uint8Array(50_000).map((_, index) => index % 251);
    let reads = 0;
    const source = memorySource(bytes);
    const read = regionReader(
      {
        size: source.size,
        read(offset, length) {
          reads++;
          return source.read(offset, length);
        },
      },
      { offset: 100, size: 40_000 },
    );
    for (let at = 0; at < 39_990; at += 16)
      expect(read(at, 16)).toEqual(bytes.subarray(100 + at, 116 + at));
    expect(reads).toBe(3);
    expect(read(39_990, 16).length).toBe(10);
    expect(read(50_000, 16).length).toBe(0);
  });

  it("counts RELR relocations: addresses and the bits after them", () => {
    const address = [0x1000, 0];
    const bitmap = [0b1011, 0x80000000];
    const bytes = words([...address, ...bitmap, ...address], LE64);
    // 1 for each address, and the bitmap's bits without its mark.
    expect(countRelr(memorySource(bytes), { offset: 0, size: bytes.length }, LE64)).toBe(5);
    expect(countRelr(memorySource(bytes), { offset: 0, size: 12 }, LE64)).toBe(1);
  });

  it("reads Tag_CPU_arch behind other attributes", () => {
    const arm: ElfContext = { variant: "elf32", littleEndian: true };
    const attributes = concat([
      new Uint8Array([5, ...new TextEncoder().encode("6"), 0]), // Tag_CPU_name
      new Uint8Array([6, 6]), // Tag_CPU_arch: v6
      new Uint8Array([10, 1]),
    ]);
    const section = (body: Uint8Array): Uint8Array => {
      const sub = concat([new Uint8Array([1]), words([5 + body.length], arm), body]);
      const vendor = new TextEncoder().encode("aeabi\0");
      return concat([
        new Uint8Array([0x41]),
        words([4 + vendor.length + sub.length], arm),
        vendor,
        sub,
      ]);
    };
    const whole = section(attributes);
    expect(armCpuArch(whole, arm)).toBe(6);
    expect(armCpuArch(section(new Uint8Array([10, 1])), arm)).toBeUndefined();
    for (let length = 0; length < whole.length; length++) {
      expect(armCpuArch(whole.subarray(0, length), arm)).toBeUndefined();
    }
  });
});
