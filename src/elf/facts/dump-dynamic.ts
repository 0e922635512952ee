/** The dynamic section in words: what each value of `readelf -d` means. */
import { DT, DT_AARCH64, DT_MIPS, DT_RISCV, EM, RHF } from "../constants.ts";
import { dynamicFlag1Names, dynamicFlagNames, flagNames, tagName } from "../names.ts";
import type { DynamicEntry } from "../read/dynamic.ts";
import { type ElfImage, nameOfEntry } from "../read/image.ts";
import { hex } from "../read/problems.ts";

export interface DynamicDump {
  /** File offset. */
  readonly offset: number;
  readonly entries: readonly {
    /** `DT_NEEDED`, `DT_0x7000abcd`. */
    readonly tag: string;
    /** d_val as hex. */
    readonly raw: string;
    /** A name, a size or count, the names of flags, or an address as hex. */
    readonly value: string | number | readonly string[] | null;
  }[];
}

const NAMES: ReadonlySet<number> = new Set([
  DT.DT_NEEDED,
  DT.DT_SONAME,
  DT.DT_RPATH,
  DT.DT_RUNPATH,
  DT.DT_AUXILIARY,
  DT.DT_FILTER,
  DT.DT_USED,
  DT.DT_CONFIG,
  DT.DT_DEPAUDIT,
  DT.DT_AUDIT,
]);

/** Sizes in bytes, and counts. */
const NUMBERS: ReadonlySet<number> = new Set([
  DT.DT_PLTRELSZ,
  DT.DT_RELASZ,
  DT.DT_RELAENT,
  DT.DT_STRSZ,
  DT.DT_SYMENT,
  DT.DT_RELSZ,
  DT.DT_RELENT,
  DT.DT_INIT_ARRAYSZ,
  DT.DT_FINI_ARRAYSZ,
  DT.DT_PREINIT_ARRAYSZ,
  DT.DT_RELRSZ,
  DT.DT_RELRENT,
  DT.DT_ANDROID_RELSZ,
  DT.DT_ANDROID_RELASZ,
  DT.DT_ANDROID_RELRSZ,
  DT.DT_ANDROID_RELRENT,
  DT.DT_GNU_CONFLICTSZ,
  DT.DT_GNU_LIBLISTSZ,
  DT.DT_PLTPADSZ,
  DT.DT_MOVEENT,
  DT.DT_MOVESZ,
  DT.DT_SYMINSZ,
  DT.DT_SYMINENT,
  DT.DT_RELACOUNT,
  DT.DT_RELCOUNT,
  DT.DT_VERDEFNUM,
  DT.DT_VERNEEDNUM,
]);

/** The same numbers mean other things on other processors. */
const MIPS_NUMBERS: ReadonlySet<number> = new Set([
  DT_MIPS.DT_MIPS_RLD_VERSION,
  DT_MIPS.DT_MIPS_LOCAL_GOTNO,
  DT_MIPS.DT_MIPS_CONFLICTNO,
  DT_MIPS.DT_MIPS_LIBLISTNO,
  DT_MIPS.DT_MIPS_SYMTABNO,
  DT_MIPS.DT_MIPS_UNREFEXTNO,
  DT_MIPS.DT_MIPS_HIPAGENO,
]);

/** Present or not: the value means nothing. */
const MARKS: ReadonlySet<string> = new Set([
  "DT_SYMBOLIC",
  "DT_TEXTREL",
  "DT_BIND_NOW",
  ...Object.keys(DT_AARCH64),
  ...Object.keys(DT_RISCV),
]);

export function dumpDynamic(image: ElfImage): DynamicDump | null {
  const { dynamic } = image;
  if (dynamic === null) return null;
  const { e_machine } = image.ehdr;
  return {
    offset: dynamic.offset,
    entries: dynamic.entries.map((entry) => ({
      tag: tagName(entry.d_tag, e_machine),
      raw: hex(entry.d_val),
      value: meaningOf(image, entry),
    })),
  };
}

function meaningOf(
  image: ElfImage,
  entry: DynamicEntry,
): string | number | readonly string[] | null {
  const { d_tag, d_val } = entry;
  const { e_machine } = image.ehdr;
  const name = tagName(d_tag, e_machine);
  if (NAMES.has(d_tag)) return nameOfEntry(image, entry);
  if (NUMBERS.has(d_tag)) return Number(d_val);
  if (e_machine === EM.EM_MIPS) {
    if (MIPS_NUMBERS.has(d_tag)) return Number(d_val);
    if (d_tag === DT_MIPS.DT_MIPS_FLAGS) return flagNames(RHF, Number(d_val));
  }
  if (MARKS.has(name)) return null;
  switch (d_tag) {
    case DT.DT_FLAGS:
      return dynamicFlagNames(Number(d_val));
    case DT.DT_FLAGS_1:
      return dynamicFlag1Names(Number(d_val));
    case DT.DT_PLTREL:
      return tagName(Number(d_val), e_machine);
  }
  return hex(d_val);
}
