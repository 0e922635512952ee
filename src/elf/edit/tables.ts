/** The tables of the loader and the notes: where they lie, and what may move. */

import { DT, EM, PT, PT_MIPS, SHT } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import { dynamicSymbols } from "../read/dynamic-symbols.ts";
import type { Linkage } from "../read/linkage.ts";
import { isInLoad } from "../read/sections.ts";
import { mapAddress, type Segment } from "../read/segments.ts";
import { dynamicValue } from "../refuse.ts";

/** Name of what a PT_NOTE or PT_GNU_PROPERTY covers. */
export const NOTE = "note";

/** Tags that hold the address of a table which may move. */
export const TABLE_TAGS: ReadonlySet<number> = new Set([
  DT.DT_STRTAB,
  DT.DT_SYMTAB,
  DT.DT_HASH,
  DT.DT_GNU_HASH,
  DT.DT_VERSYM,
  DT.DT_VERNEED,
  DT.DT_VERDEF,
  DT.DT_RELA,
  DT.DT_REL,
  DT.DT_JMPREL,
  DT.DT_RELR,
  DT.DT_ANDROID_REL,
  DT.DT_ANDROID_RELA,
  DT.DT_ANDROID_RELR,
]);

/** What a table's alignment may ask for: pages, not more. A value that is no power of two is none. */
export function alignmentOf(value: bigint): number {
  return value > 0n && value <= 4096n && (value & (value - 1n)) === 0n ? Number(value) : 1;
}

/** Bytes of the file that move as one. */
export interface Range {
  name: string;
  start: number;
  end: number;
  align: number;
}

/** A table of the loader; `tag` is the dynamic entry with its address. */
export interface TableRange extends Range {
  readonly tag: number;
}

/** The tables that dynamic entries name and whose sizes are known. */
export function tableRanges(model: Linkage): TableRange[] {
  const { source, header, dynamic, loads, sections } = model;
  const { context } = header;
  const mapped = { loads, size: source.size };
  const value = (tag: number): bigint | undefined => dynamicValue(dynamic.entries, tag);
  const word = context.variant === "elf64" ? 8 : 4;
  const ranges: TableRange[] = [];
  const add = (name: string, tag: number, size: number | undefined, align = word): void => {
    const address = value(tag);
    if (address === undefined || size === undefined || size <= 0) return;
    const region = mapAddress(mapped, address);
    if (region === undefined || size > region.size) return;
    ranges.push({ name, tag, start: region.offset, end: region.offset + size, align });
  };
  const sized = (tag: number): number | undefined => {
    const size = value(tag);
    return size === undefined ? undefined : Number(size);
  };
  const sectionSize = (tag: number, type: number): number | undefined =>
    sections.find(({ sh_type, sh_addr }) => sh_type === type && sh_addr === value(tag))?.sh_size;

  const symbols = dynamicSymbols(model);
  const count = symbols === undefined ? undefined : symbols.size / ElfSym.sizeOf(context.variant);
  add(".dynstr", DT.DT_STRTAB, model.strings.size, 1);
  add(".dynsym", DT.DT_SYMTAB, symbols?.size);
  add(".hash", DT.DT_HASH, sectionSize(DT.DT_HASH, SHT.SHT_HASH));
  add(".gnu.hash", DT.DT_GNU_HASH, sectionSize(DT.DT_GNU_HASH, SHT.SHT_GNU_HASH));
  add(".gnu.version", DT.DT_VERSYM, count === undefined ? undefined : 2 * count, 2);
  add(".gnu.version_r", DT.DT_VERNEED, model.verneedSize);
  add(".gnu.version_d", DT.DT_VERDEF, model.verdefSize);
  for (const [tag, size] of RELOCATIONS) add("relocations", tag, sized(size));
  return ranges;
}

/** Tags of relocation tables, with those of their sizes. */
const RELOCATIONS: readonly (readonly [tag: number, size: number])[] = [
  [DT.DT_RELA, DT.DT_RELASZ],
  [DT.DT_REL, DT.DT_RELSZ],
  [DT.DT_JMPREL, DT.DT_PLTRELSZ],
  [DT.DT_RELR, DT.DT_RELRSZ],
  [DT.DT_ANDROID_REL, DT.DT_ANDROID_RELSZ],
  [DT.DT_ANDROID_RELA, DT.DT_ANDROID_RELASZ],
  [DT.DT_ANDROID_RELR, DT.DT_ANDROID_RELRSZ],
];

/** Everything to which all references are known, ascending, without overlap. */
export function movableRanges(model: Linkage): Range[] {
  const ranges: Range[] = tableRanges(model);
  for (const segment of model.segments) {
    if (!movableSegment(model, segment)) continue;
    const { p_offset, p_filesz, p_align, p_type } = segment;
    const name = p_type === PT.PT_INTERP ? ".interp" : NOTE;
    ranges.push({
      name,
      start: p_offset,
      end: p_offset + p_filesz,
      align: alignmentOf(p_align),
    });
  }
  return mergeRanges(ranges);
}

/** Program headers that are the only reference to what they name. */
export function movableSegment({ loads, header }: Linkage, segment: Segment): boolean {
  const { p_type, p_filesz, p_vaddr, p_offset } = segment;
  const machine = header.ehdr.e_machine;
  if (p_filesz === 0 || p_vaddr === 0n) return false;
  const place = { sh_offset: p_offset, sh_size: p_filesz, sh_addr: p_vaddr };
  if (!isInLoad(loads, place)) return false;
  switch (p_type) {
    case PT.PT_NOTE:
    case PT.PT_INTERP:
    case PT.PT_GNU_PROPERTY:
      return true;
    case PT_MIPS.PT_MIPS_REGINFO:
    case PT_MIPS.PT_MIPS_ABIFLAGS:
      return machine === EM.EM_MIPS;
  }
  return false;
}

/** Overlapping tables move together: DT_RELA may cover DT_JMPREL, one PT_NOTE several notes. */
function mergeRanges(ranges: Range[]): Range[] {
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Range[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && range.start < last.end) {
      last.end = Math.max(last.end, range.end);
      last.align = Math.max(last.align, range.align);
    } else merged.push({ ...range });
  }
  return merged;
}
