/** Which sections stripping leaves out, and the names and symbols of those that stay. */

import { encodeUtf8 } from "../../bytes.ts";
import type { StripLevel } from "../../native-edit.ts";
import type { Splice } from "../../rewrite.ts";
import type { ByteRange } from "../../source.ts";
import { PT, SHF, SHN, SHT, STT } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { isAllocated, type Section, sectionName, sectionRegion } from "../read/sections.ts";

const DEBUG_NAMES = /^\.(z?debug(_|$)|stab|line$|gdb_index$|gnu\.debuglto_|gnu\.linkonce\.wi\.)/;

/** Indexes of the sections to leave out. */
export function droppedSections(image: ElfImage, level: StripLevel): ReadonlySet<number> {
  const { list } = image.sections;
  const dropped = new Set<number>();
  for (const section of list) {
    const { index, sh_type } = section;
    if (index === 0 || index === image.shstrndx || isAllocated(section)) continue;
    const name = sectionName(image.sections, section);
    const debug = DEBUG_NAMES.test(name) && sh_type !== SHT.SHT_SYMTAB;
    const symbols = sh_type === SHT.SHT_SYMTAB || sh_type === SHT.SHT_SYMTAB_SHNDX;
    if (
      debug ||
      (level !== "debug" && symbols) ||
      (level === "all" && !staysAlways(name, section))
    ) {
      if (!inSegment(image, section)) dropped.add(index);
    }
  }
  // What only describes a dropped section goes with it: string tables and relocations.
  for (const { index, sh_type, sh_link, sh_info, sh_flags } of list) {
    const own =
      (sh_type === SHT.SHT_RELA || sh_type === SHT.SHT_REL) && (sh_flags & SHF.SHF_ALLOC) === 0;
    if (own && (dropped.has(sh_link) || dropped.has(sh_info))) dropped.add(index);
  }
  for (const { index } of [...list].filter((section) => dropped.has(section.index))) {
    const strings = list[list[index]?.sh_link ?? 0];
    if (strings === undefined || strings.sh_type !== SHT.SHT_STRTAB || isAllocated(strings))
      continue;
    const needed = list.some(
      (other) => !dropped.has(other.index) && other.sh_link === strings.index,
    );
    if (!needed && strings.index !== image.shstrndx && strings.index !== 0) {
      dropped.add(strings.index);
    }
  }
  return dropped;
}

/** Kept even by `all`: tools read a machine's attributes, notes are small and asked for. */
function staysAlways(name: string, { sh_type }: Section): boolean {
  if (name.startsWith(".gnu.build.attributes")) return false;
  return (
    sh_type === SHT.SHT_NOTE ||
    sh_type === SHT.SHT_GNU_ATTRIBUTES ||
    (sh_type >= 0x7000_0000 && sh_type < 0x8000_0000) ||
    name === ".gnu_debuglink"
  );
}

/** Unmapped sections that a program header describes, as RISC-V does with its attributes. */
function inSegment(image: ElfImage, { sh_offset, sh_size }: Section): boolean {
  return image.segments.some(
    ({ p_type, p_offset, p_filesz }) =>
      p_type !== PT.PT_NULL && sh_offset < p_offset + p_filesz && sh_offset + sh_size > p_offset,
  );
}

export interface Names {
  /** The section that holds the names. */
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly offsets: ReadonlyMap<number, number>;
}

/** The section name table without the names of what goes. */
export function nameTable(image: ElfImage, kept: readonly Section[]): Names {
  const offsets = new Map<number, number>();
  const holder = image.sections.list[image.shstrndx];
  const shared = kept.some(({ index, sh_link }) => index !== 0 && sh_link === image.shstrndx);
  if (holder !== undefined && shared) {
    // One table for symbols and sections: it stays as it is.
    const { offset, size } = sectionRegion(holder, image.source.size);
    for (const { index, sh_name } of kept) offsets.set(index, sh_name);
    return { index: image.shstrndx, bytes: image.source.read(offset, size), offsets };
  }
  const places = new Map<string, number>([["", 0]]);
  const parts: Uint8Array[] = [new Uint8Array(1)];
  let at = 1;
  for (const section of kept) {
    const name = sectionName(image.sections, section);
    let place = places.get(name);
    if (place === undefined) {
      place = at;
      const bytes = encodeUtf8(`${name}\0`);
      parts.push(bytes);
      places.set(name, at);
      at += bytes.length;
    }
    offsets.set(section.index, place);
  }
  const bytes = new Uint8Array(at);
  let to = 0;
  for (const part of parts) {
    bytes.set(part, to);
    to += part.length;
  }
  return { index: image.shstrndx, bytes, offsets };
}

/** The parts of a symbol table that stay, by its section's index; others stay whole. */
export type KeptSymbols = ReadonlyMap<number, readonly ByteRange[]>;

const SYMBOL_CHUNK = 1 << 15;

/** Leaves out the section symbols of sections that go, where nothing counts symbols. */
export function keptSymbols(
  image: ElfImage,
  kept: readonly Section[],
  dropped: ReadonlySet<number>,
): KeptSymbols {
  const { source, context } = image;
  const stride = ElfSym.sizeOf(context.variant);
  const result = new Map<number, readonly ByteRange[]>();
  for (const table of kept) {
    if (table.sh_type !== SHT.SHT_SYMTAB || table.index === image.shstrndx) continue;
    if (kept.some(({ sh_link, index }) => sh_link === table.index && index !== 0)) continue;
    const { offset, size } = sectionRegion(table, source.size);
    // Section symbols are local, and local symbols come first.
    const locals = Math.min(table.sh_info, Math.floor(size / stride));
    const ranges: { start: number; end: number }[] = [{ start: offset, end: offset }];
    for (let first = 0; first < locals; first += SYMBOL_CHUNK) {
      const count = Math.min(SYMBOL_CHUNK, locals - first);
      const bytes = source.read(offset + first * stride, count * stride);
      const shndx = ElfSym.column(bytes, context, "st_shndx");
      const info = ElfSym.column(bytes, context, "st_info");
      for (let index = 0; index < count; index++) {
        const start = offset + (first + index) * stride;
        if ((info(index) & 0xf) === STT.STT_SECTION && dropped.has(shndx(index))) continue;
        const last = ranges.at(-1);
        if (last?.end === start) last.end = start + stride;
        else ranges.push({ start, end: start + stride });
      }
    }
    const rest = offset + locals * stride;
    const last = ranges.at(-1);
    if (last?.end === rest) last.end = offset + size;
    else ranges.push({ start: rest, end: offset + size });
    if (lengthOf(ranges) < table.sh_size) result.set(table.index, ranges);
  }
  return result;
}

export function lengthOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** New section indexes in the symbol tables that stay, where sections before others went. */
export function symbolPatches(
  image: ElfImage,
  kept: readonly Section[],
  indexes: ReadonlyMap<number, number>,
  symbols: KeptSymbols,
): Splice[] {
  const { source, context } = image;
  if ([...indexes].every(([before, now]) => before === now)) return [];
  const stride = ElfSym.sizeOf(context.variant);
  const field = ElfSym.offsetOf(context.variant, "st_shndx");
  const splices: Splice[] = [];
  for (const section of kept) {
    if (section.sh_type !== SHT.SHT_SYMTAB && section.sh_type !== SHT.SHT_DYNSYM) continue;
    if (section.index === image.shstrndx) continue;
    const { offset, size } = sectionRegion(section, source.size);
    const whole = [{ start: offset, end: offset + Math.floor(size / stride) * stride }];
    for (const { start, end } of symbols.get(section.index) ?? whole) {
      for (let at = start; at < end; at += SYMBOL_CHUNK * stride) {
        const length = Math.min(SYMBOL_CHUNK * stride, end - at);
        const bytes = new Uint8Array(source.read(at, length));
        const view = new DataView(bytes.buffer);
        for (let place = field; place < bytes.length; place += stride) {
          const index = view.getUint16(place, context.littleEndian);
          if (index === SHN.SHN_UNDEF || index >= SHN.SHN_LORESERVE) continue;
          // A symbol of a section that is gone: a value without a place.
          view.setUint16(place, indexes.get(index) ?? SHN.SHN_ABS, context.littleEndian);
        }
        splices.push({ at, remove: bytes.length, zeros: 0, bytes, what: "symbols" });
      }
    }
  }
  return splices;
}
