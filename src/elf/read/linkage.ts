/**
 * How a file is linked at run time: the raw tables with their places, and every reference into
 * `.dynstr`. The rewriter plans over it, and its proof looks at it.
 *
 * It follows PT_LOAD and PT_DYNAMIC as the loader does; section headers only add limits.
 */

import type { Source } from "../../source.ts";
import { DT, DT_MIPS, EM, ET, PT, SHT } from "../constants.ts";
import type { Dyn } from "../layout.ts";
import { ElfDyn } from "../layout.ts";
import { dynamicValue, refuse } from "../refuse.ts";
import { extentOf, readEntries } from "./dynamic.ts";
import type { ElfHeader } from "./header.ts";
import type { ElfImage } from "./image.ts";
import { hasBytes, type Section, sectionName } from "./sections.ts";
import { type Mapped, mapAddress, type Segment } from "./segments.ts";
import { decodeName, nameEnd } from "./strings.ts";
import type { VersionNeeds } from "./version.ts";
import { readVersions, type VersionNeedRecord } from "./version-records.ts";

export interface Linkage {
  readonly source: Source;
  readonly header: ElfHeader;
  /** All program headers in table order. */
  readonly segments: readonly Segment[];
  /** PT_LOAD, ascending by address. */
  readonly loads: readonly Segment[];
  /** Empty without a section table. */
  readonly sections: readonly Section[];
  readonly sectionNames: readonly string[];
  readonly dynamic: DynamicTable;
  readonly strings: StringArea;
  readonly versionNeeds: readonly VersionNeedRecord[];
  /** The same as tools read them, up to the counts. */
  readonly needed: readonly VersionNeeds[];
  /** Offsets into the string table that the version tables use, vn_file left out. */
  readonly versionStrings: readonly number[];
  /** Bytes that the version tables cover, from their start; 0 without one. */
  readonly verneedSize: number;
  readonly verdefSize: number;
}

export interface DynamicTable {
  /** File offset and address of slot 0. */
  readonly offset: number;
  readonly vaddr: bigint;
  readonly segment: Segment;
  /** Entries that fit where it is, DT_NULL included unless that is `outside`. */
  readonly slots: number;
  /**
   * The DT_NULL that ends it is not its own: zeros that follow the entries in memory, which loaders
   * take for one.
   */
  readonly outside: boolean;
  readonly entrySize: number;
  /** Up to the first DT_NULL. */
  readonly entries: readonly Dyn[];
}

/** A string table, in the file or planned. */
export interface StringBytes {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

export interface StringArea extends StringBytes {
  /** Of the table in the file. */
  readonly offset: number;
  readonly vaddr: bigint;
  /** @throws RefusalError when `at` is outside the table. */
  text(at: number): string;
}

/** A larger string table than any real one (libtensorflow_cc: 150 MB) is refused. */
const MAX_STRINGS = 1 << 30;
const MAX_SLOTS = 1 << 16;
/** Longer names than any path (bytes). */
const MAX_NAME = 1 << 18;

/**
 * @throws RefusalError when the file has nothing that can be edited or its layout can't be trusted.
 * @throws FormatError when it is no ELF file.
 */
export function readLinkage(image: ElfImage): Linkage {
  const { source, context, segments } = image;
  const { ehdr } = image;
  if (ehdr.e_type !== ET.ET_DYN && ehdr.e_type !== ET.ET_EXEC) {
    throw refuse("not-dynamic", "only shared libraries and programs can be edited");
  }
  const loads = segments.filter(({ p_type }) => p_type === PT.PT_LOAD);
  checkLoads(loads, source.size, context.variant === "elf32" ? 1n << 32n : 1n << 64n);
  const sections = usableSections(image);
  const sectionNames = sections.map((section) => sectionName(image.sections, section));

  const segment = segments.find(({ p_type }) => p_type === PT.PT_DYNAMIC);
  if (segment === undefined || segment.p_filesz === 0) {
    throw refuse("not-dynamic", "the file has no dynamic section, so nothing names a library");
  }
  const mapped = { loads, size: source.size };
  const dynamic = readDynamic(source, image, segment, mapped, sections);
  const strings = readStrings(source, mapped, dynamic.entries, sections);

  const versions = readVersions(source, context, dynamic.entries, mapped, strings);
  return {
    source,
    header: image,
    segments,
    loads,
    sections,
    sectionNames,
    dynamic,
    strings,
    versionNeeds: versions.needs,
    needed: image.versionNeeds,
    versionStrings: versions.strings,
    verneedSize: versions.verneedSize,
    verdefSize: versions.verdefSize,
  };
}

/** The section table; a file whose table can't be kept right is refused. */
function usableSections(image: ElfImage): readonly Section[] {
  const { sections, source, shnum, ehdr } = image;
  if (sections.list.length !== shnum || (ehdr.e_shoff > 0 && ehdr.e_shnum > shnum)) {
    throw refuse("layout", "the section headers can't all be read");
  }
  for (const section of sections.list) {
    if (hasBytes(section) && section.sh_offset + section.sh_size > source.size) {
      throw refuse("layout", `section ${section.index} reaches after the end of the file`);
    }
  }
  return sections.list;
}

function checkLoads(loads: readonly Segment[], size: number, addresses: bigint): void {
  if (loads.length === 0) throw refuse("layout", "the file has no load segment");
  let end = 0n;
  let fileEnd = 0;
  for (const load of loads) {
    const { index, p_vaddr, p_memsz, p_filesz, p_offset, p_align } = load;
    // Memory without bytes may have any offset: a file cut behind its last byte ends before it.
    if (p_filesz > 0 && p_offset + p_filesz > size) {
      throw refuse("layout", `load segment ${index} reaches after the end of the file`);
    }
    if (BigInt(p_filesz) > p_memsz) {
      throw refuse("layout", `load segment ${index} has more bytes in the file than in memory`);
    }
    if (p_vaddr + p_memsz > addresses) {
      throw refuse("layout", `load segment ${index} leaves the address space`);
    }
    if (!Number.isSafeInteger(p_offset)) {
      throw refuse("layout", `the offset of load segment ${index} is too large for any file`);
    }
    if (p_vaddr < end) throw refuse("layout", `load segment ${index} overlaps the one before`);
    if (p_filesz > 0 && p_offset < fileEnd) {
      throw refuse("layout", `load segment ${index} shares bytes of the file with the one before`);
    }
    if (p_align > 1n && (p_vaddr - BigInt(p_offset)) % p_align !== 0n) {
      throw refuse("layout", `address and offset of load segment ${index} don't fit its alignment`);
    }
    end = p_vaddr + p_memsz;
    if (p_filesz > 0) fileEnd = p_offset + p_filesz;
  }
}

function readDynamic(
  source: Source,
  header: ElfHeader,
  segment: Segment,
  mapped: Mapped,
  sections: readonly Section[],
): DynamicTable {
  const { context } = header;
  const { p_offset, p_vaddr, p_filesz } = segment;
  const entrySize = ElfDyn.sizeOf(context.variant);
  const counted = Math.floor(p_filesz / entrySize);
  if (counted > MAX_SLOTS || p_offset + p_filesz > source.size) {
    throw refuse("layout", "PT_DYNAMIC is not inside the file");
  }
  const place = mapAddress(mapped, p_vaddr);
  if (place?.offset !== p_offset) {
    throw refuse("layout", "PT_DYNAMIC's address and offset name different bytes");
  }
  const { rows, terminated } = readEntries(source, context, extentOf(mapped, segment, place));
  if (!terminated) throw refuse("layout", "the dynamic section has no DT_NULL");
  if (!rows.every(({ d_tag }) => Number.isSafeInteger(d_tag))) {
    throw refuse("layout", "the dynamic section has a tag that is too large for any");
  }
  const section = sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_DYNAMIC && sh_addr === p_vaddr,
  );
  const own = section === undefined ? counted : Math.floor(section.sh_size / entrySize);
  const table = { offset: p_offset, vaddr: p_vaddr, segment, entrySize, entries: rows };
  const least = rows.length + 1;
  if (Math.max(counted, own) < least) return { ...table, slots: rows.length, outside: true };
  // Loaders stop at the first DT_NULL, whatever p_filesz says: only zeros behind it are spare slots.
  const slots = Math.max(counted, least);
  const bytes = source.read(p_offset, slots * entrySize);
  const spare = bytes.subarray(rows.length * entrySize).findIndex((byte) => byte !== 0);
  const usable = spare < 0 ? slots : rows.length + Math.max(1, Math.floor(spare / entrySize));
  return { ...table, slots: Math.min(usable, Math.max(own, least)), outside: false };
}

function readStrings(
  source: Source,
  mapped: { readonly loads: readonly Segment[]; readonly size: number },
  entries: readonly Dyn[],
  sections: readonly Section[],
): StringArea {
  const vaddr = dynamicValue(entries, DT.DT_STRTAB);
  const size = Number(dynamicValue(entries, DT.DT_STRSZ) ?? 0n);
  if (vaddr === undefined) throw refuse("layout", "the dynamic section has no DT_STRTAB");
  const region = mapAddress(mapped, vaddr);
  if (region === undefined || size === 0 || size > region.size || size > MAX_STRINGS) {
    throw refuse("layout", "DT_STRTAB and DT_STRSZ don't name bytes of one load segment");
  }
  // The section may be longer than DT_STRSZ says: its padding belongs to the table.
  const section = sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_STRTAB && sh_addr === vaddr,
  );
  const padded = section?.sh_size ?? 0;
  const whole = padded > size && padded <= region.size && padded - size < 64 ? padded : size;
  const { offset } = region;
  return {
    offset,
    vaddr,
    size: whole,
    read: (at, length) => source.read(offset + at, length),
    text(at) {
      if (at >= whole) throw refuse("layout", `a name at ${at} lies outside the string table`);
      for (let length = 256; ; length *= 16) {
        const bytes = source.read(offset + at, Math.min(length, whole - at));
        const end = nameEnd(bytes, 0);
        if (end < bytes.length || at + bytes.length === whole || length > MAX_NAME) {
          return decodeName(bytes, 0, end);
        }
      }
    },
  };
}

/**
 * Tags whose value is known to be no offset into the string table: a number, an address or flags.
 * The value of any other tag keeps the string alive that it might name.
 */
export function isPlainTag(tag: number, machine: number): boolean {
  if (PLAIN_TAGS.has(tag)) return true;
  if (tag < 0x7000_0000 || tag >= 0x7fff_fffd) return false;
  if (machine !== EM.EM_MIPS) return true;
  return tag !== DT_MIPS.DT_MIPS_IVERSION;
}

/** Tags whose value is an offset into the string table. */
export const STRING_TAGS: ReadonlySet<number> = new Set([
  DT.DT_NEEDED,
  DT.DT_SONAME,
  DT.DT_RPATH,
  DT.DT_RUNPATH,
  DT.DT_AUXILIARY,
  DT.DT_FILTER,
  DT.DT_CONFIG,
  DT.DT_DEPAUDIT,
  DT.DT_AUDIT,
]);

const PLAIN_TAGS: ReadonlySet<number> = new Set(
  Object.values(DT).filter((tag) => !STRING_TAGS.has(tag) && tag !== DT.DT_USED),
);

/** Tables that hold offsets into `.dynstr` of their own: with one of them, no string is known dead. */
export const TABLES_WITH_NAMES: readonly number[] = [
  DT.DT_GNU_LIBLIST,
  DT_MIPS.DT_MIPS_LIBLIST,
  DT.DT_SYMINFO,
];
