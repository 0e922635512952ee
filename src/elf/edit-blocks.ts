/**
 * Which parts of a load segment can be moved, and where there is room.
 *
 * The loader finds its tables through the dynamic section, and notes and the interpreter through
 * program headers. Nothing else refers to them, so they can move when that one reference is
 * changed with them. Code and data are never moved.
 */
import type { Source } from "../source.ts";
import { DT, DT_MIPS, EM, PF, PT, PT_MIPS, SHT, STT } from "./constants.ts";
import { dynamicValue, type EditModel, hasBytes, isAllocated } from "./edit-model.ts";
import { parseGnuHash, parseSysvHash } from "./hash.ts";
import { ElfEhdr, ElfPhdr, ElfSym } from "./layout.ts";
import { type Section, sectionRegion } from "./sections.ts";
import { mapAddress, type Segment } from "./segments.ts";
import { decodeName, nameEnd } from "./strings.ts";

/** A part of a load segment, in file offsets of the original. */
export interface Item {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly align: number;
  /** The references to it are known, so it can be put elsewhere. */
  readonly movable: boolean;
}

/** Room before an item, or behind the last one. */
export interface Gap {
  /** Bytes between the two items. */
  readonly size: number;
  /** How many of them are known to be unused zeros. */
  readonly free: number;
}

/** A load segment as items and gaps: `gaps[i]` lies before `items[i]`, the last one behind all. */
export interface Lane {
  readonly load: Segment;
  readonly items: readonly Item[];
  readonly gaps: readonly Gap[];
  /** The segment with the highest addresses: it can be made longer. */
  readonly last: boolean;
}

export interface Layout {
  readonly lanes: readonly Lane[];
  /** Where the bytes begin that no segment maps: symbols, debug data, section headers. */
  readonly tail: number;
  /** Bytes at the end of the file that nothing accounts for. */
  readonly overlay: boolean;
}

/** Names of items that have a meaning of their own. */
export const HEADERS = "program headers";
export const NOTE = "note";

/** Count of dynamic symbols, `undefined` when nothing tells it. */
export function dynamicSymbolCount(model: EditModel): number | undefined {
  const { source, header, dynamic, loads, sections } = model;
  const { context } = header;
  const { e_machine } = header.ehdr;
  const mapped = { loads, size: source.size };
  const region = (tag: number): { offset: number; size: number } | undefined => {
    const address = dynamicValue(dynamic.entries, tag);
    return address === undefined ? undefined : mapAddress(mapped, address);
  };
  const counts: number[] = [];
  const symtab = dynamicValue(dynamic.entries, DT.DT_SYMTAB);
  const section = sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_DYNSYM && sh_addr === symtab,
  );
  if (section !== undefined) {
    counts.push(Math.ceil(section.sh_size / ElfSym.sizeOf(context.variant)));
  }
  const sysv = region(DT.DT_HASH);
  if (sysv !== undefined) {
    const hash = parseSysvHash(source, sysv, context, e_machine);
    if (hash !== undefined) counts.push(hash.nchain);
  }
  const gnu = region(DT.DT_GNU_HASH);
  if (gnu !== undefined) {
    const hash = parseGnuHash(source, gnu, context);
    if (hash !== undefined && hash.count > 0) counts.push(hash.count);
  }
  if (e_machine === EM.EM_MIPS) {
    const count = dynamicValue(dynamic.entries, DT_MIPS.DT_MIPS_SYMTABNO);
    if (count !== undefined) counts.push(Number(count));
  }
  return counts.length === 0 ? undefined : Math.max(...counts);
}

/** Where the dynamic symbols lie in the file; `undefined` when their count is unknown. */
export function dynamicSymbols(
  model: EditModel,
): { readonly offset: number; readonly size: number } | undefined {
  const { source, header, dynamic, loads } = model;
  const count = dynamicSymbolCount(model);
  const address = dynamicValue(dynamic.entries, DT.DT_SYMTAB);
  if (count === undefined || address === undefined) return undefined;
  const region = mapAddress({ loads, size: source.size }, address);
  const size = count * ElfSym.sizeOf(header.context.variant);
  return region === undefined || size > region.size ? undefined : { offset: region.offset, size };
}

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

interface Range {
  name: string;
  start: number;
  end: number;
  align: number;
}

function movableRanges(model: EditModel): Range[] {
  const { source, header, dynamic, loads, sections, segments } = model;
  const { context } = header;
  const { e_machine } = header.ehdr;
  const mapped = { loads, size: source.size };
  const value = (tag: number): bigint | undefined => dynamicValue(dynamic.entries, tag);
  const word = context.variant === "elf64" ? 8 : 4;
  const ranges: Range[] = [];
  const add = (name: string, tag: number, size: number | undefined, align = word): void => {
    const address = value(tag);
    if (address === undefined || size === undefined || size <= 0) return;
    const region = mapAddress(mapped, address);
    if (region === undefined || size > region.size) return;
    ranges.push({ name, start: region.offset, end: region.offset + size, align });
  };
  const sized = (tag: number): number | undefined => {
    const size = value(tag);
    return size === undefined ? undefined : Number(size);
  };
  const sectionSize = (tag: number, type: number): number | undefined =>
    sections.find(({ sh_type, sh_addr }) => sh_type === type && sh_addr === value(tag))?.sh_size;

  const count = dynamicSymbolCount(model);
  add(".dynstr", DT.DT_STRTAB, model.strings.size, 1);
  add(".dynsym", DT.DT_SYMTAB, dynamicSymbols(model)?.size);
  add(".hash", DT.DT_HASH, sectionSize(DT.DT_HASH, SHT.SHT_HASH));
  add(".gnu.hash", DT.DT_GNU_HASH, sectionSize(DT.DT_GNU_HASH, SHT.SHT_GNU_HASH));
  add(".gnu.version", DT.DT_VERSYM, count === undefined ? undefined : 2 * count, 2);
  add(".gnu.version_r", DT.DT_VERNEED, model.verneedSize);
  add(".gnu.version_d", DT.DT_VERDEF, model.verdefSize);
  add("relocations", DT.DT_RELA, sized(DT.DT_RELASZ));
  add("relocations", DT.DT_REL, sized(DT.DT_RELSZ));
  add("relocations", DT.DT_JMPREL, sized(DT.DT_PLTRELSZ));
  add("relocations", DT.DT_RELR, sized(DT.DT_RELRSZ));
  add("relocations", DT.DT_ANDROID_REL, sized(DT.DT_ANDROID_RELSZ));
  add("relocations", DT.DT_ANDROID_RELA, sized(DT.DT_ANDROID_RELASZ));
  add("relocations", DT.DT_ANDROID_RELR, sized(DT.DT_ANDROID_RELRSZ));
  for (const segment of segments) {
    if (!movableSegment(segment, e_machine)) continue;
    const { p_offset, p_filesz, p_align, p_type } = segment;
    const name = p_type === PT.PT_INTERP ? ".interp" : NOTE;
    ranges.push({
      name,
      start: p_offset,
      end: p_offset + p_filesz,
      align: Math.max(1, Number(p_align)),
    });
  }
  return mergeRanges(ranges);
}

/** Program headers that are the only reference to what they name. */
export function movableSegment({ p_type, p_filesz, p_vaddr }: Segment, machine: number): boolean {
  if (p_filesz === 0 || p_vaddr === 0n) return false;
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

export function readLayout(model: EditModel): Layout {
  const { source, segments, loads, sections, header } = model;
  const { e_phoff } = header.ehdr;
  const { context, phnum } = header;
  const tableEnd = e_phoff + phnum * ElfPhdr.sizeOf(context.variant);
  const movable = movableRanges(model);
  const pinned = pinnedSections(model, movable);
  const fixed: Range[] = [
    { name: "ELF header", start: 0, end: ElfEhdr.sizeOf(context.variant), align: 1 },
    { name: HEADERS, start: e_phoff, end: tableEnd, align: 8 },
  ];
  const blocks = new Map(movable.map((range) => [range, true]));
  const holder = (start: number, end: number): Range | undefined =>
    movable.find((range) => start < range.end && end > range.start);
  for (const section of sections) {
    if (!isAllocated(section) || !hasBytes(section)) continue;
    const { sh_offset, sh_size, sh_addralign, index } = section;
    const end = sh_offset + sh_size;
    const block = holder(sh_offset, end);
    if (block === undefined) {
      const name = model.sectionNames[index] ?? "";
      fixed.push({ name, start: sh_offset, end, align: 1 });
      continue;
    }
    block.align = Math.max(block.align, Number(sh_addralign));
    if (sh_offset < block.start || end > block.end || pinned.has(index)) blocks.set(block, false);
  }
  for (const segment of segments) {
    if (UNPLACED.has(segment.p_type) || segment.p_filesz === 0) continue;
    const { p_offset, p_filesz, p_type } = segment;
    const end = p_offset + p_filesz;
    const block = holder(p_offset, end);
    const own = movableSegment(segment, header.ehdr.e_machine);
    if (block === undefined) {
      const name = `program header ${p_type.toString(16)}`;
      fixed.push({ name, start: p_offset, end, align: 1 });
    } else if (!own) blocks.set(block, false);
  }

  const used = fileRanges(model);
  const lanes = loads.map((load, index): Lane => {
    const inside = [
      ...fixed.map((range) => ({ ...range, movable: false })),
      ...movable.map((range) => ({ ...range, movable: blocks.get(range) ?? false })),
    ].filter(({ start, end }) => start < load.p_offset + load.p_filesz && end > load.p_offset);
    return buildLane(model, load, loads[index + 1], inside, used, index === loads.length - 1);
  });
  const tail = Math.max(
    ...segments
      .filter(({ p_vaddr, p_type }) => p_type === PT.PT_LOAD || p_vaddr !== 0n)
      .map(({ p_offset, p_filesz }) => p_offset + p_filesz),
    tableEnd,
    ...sections
      .filter((section) => isAllocated(section) && hasBytes(section))
      .map(({ sh_offset, sh_size }) => sh_offset + sh_size),
  );
  const known = Math.max(tail, ...used.map(({ end }) => end));
  return { lanes, tail, overlay: !isZero(source, known, source.size) };
}

/** Types that name no bytes of their own, or bytes that other items stand for. */
const UNPLACED: ReadonlySet<number> = new Set([
  PT.PT_NULL,
  PT.PT_LOAD,
  PT.PT_PHDR,
  PT.PT_GNU_STACK,
  PT.PT_GNU_RELRO,
]);

/** Inner gaps longer than this are not taken for padding. */
const MAX_GAP = 1 << 16;

function buildLane(
  model: EditModel,
  load: Segment,
  next: Segment | undefined,
  inside: (Range & { movable: boolean })[],
  used: readonly { readonly start: number; readonly end: number }[],
  last: boolean,
): Lane {
  const { source } = model;
  const withSections = model.sections.length > 0;
  const loadEnd = load.p_offset + load.p_filesz;
  inside.sort((a, b) => a.start - b.start || b.end - a.end);
  const items: Item[] = [];
  const gaps: Gap[] = [];
  let at = load.p_offset;
  const fill = (name: string, start: number, end: number): void => {
    items.push({ name, start, end, align: 1, movable: false });
  };
  const gapTo = (start: number): void => {
    const size = start - at;
    const zero = size <= MAX_GAP && isZero(source, at, start);
    // Without sections nobody says that bytes between two tables are unused.
    if (zero && (withSections || size < 16)) gaps.push({ size, free: withSections ? size : 0 });
    else {
      gaps.push({ size: 0, free: 0 });
      fill("other bytes", at, start);
      gaps.push({ size: 0, free: 0 });
    }
  };
  for (const range of inside) {
    const start = Math.max(range.start, at);
    const end = Math.min(range.end, loadEnd);
    if (range.start < at) {
      // Overlapping an earlier one: both stay where they are.
      const before = items.at(-1);
      if (before === undefined) {
        gaps.push({ size: 0, free: 0 });
        fill(range.name, at, end);
        at = end;
        continue;
      }
      items[items.length - 1] = { ...before, end: Math.max(before.end, end), movable: false };
      at = Math.max(at, end);
      continue;
    }
    gapTo(start);
    const whole = range.end <= loadEnd;
    const { name, align, movable } = range;
    items.push({ name, start, end, align, movable: movable && whole });
    at = end;
  }
  const unknown = !withSections && at < loadEnd;
  if (unknown || !isZero(source, at, loadEnd) || loadEnd - at > MAX_GAP) {
    if (at < loadEnd) {
      gaps.push({ size: 0, free: 0 });
      fill("other bytes", at, loadEnd);
      at = loadEnd;
    }
  }
  const limit = last ? loadEnd : roomBehind(source, load, next, used);
  const size = limit - at;
  gaps.push({ size, free: size });
  return { load, items, gaps, last };
}

/** File offset up to which a segment can grow into zeros that nothing uses. */
function roomBehind(
  source: Source,
  load: Segment,
  next: Segment | undefined,
  used: readonly { readonly start: number; readonly end: number }[],
): number {
  const end = load.p_offset + load.p_filesz;
  if (BigInt(load.p_filesz) !== load.p_memsz || (load.p_flags & PF.PF_R) === 0) return end;
  if (next === undefined) return end;
  // The next segment is mapped from its page's start on.
  const page = next.p_align > 0x1000n ? next.p_align : 0x1000n;
  const memory = Number((next.p_vaddr / page) * page - (load.p_vaddr + load.p_memsz));
  let file = source.size - end;
  for (const range of used) {
    if (range.start >= end) file = Math.min(file, range.start - end);
    else if (range.end > end) return end;
  }
  const room = Math.min(memory, file, MAX_ROOM);
  if (room <= 0) return end;
  return end + zerosFrom(source, end, room);
}

/** Reads at most this much to see whether a gap is empty. */
const MAX_ROOM = 1 << 20;

/** Everything in the file that something refers to. */
function fileRanges(model: EditModel): { readonly start: number; readonly end: number }[] {
  const { header, segments, sections } = model;
  const { ehdr, context, phnum, shnum } = header;
  const ranges = [{ start: 0, end: ElfEhdr.sizeOf(context.variant) }];
  const add = (start: number, size: number): void => {
    if (size > 0) ranges.push({ start, end: start + size });
  };
  add(ehdr.e_phoff, phnum * ElfPhdr.sizeOf(context.variant));
  if (ehdr.e_shoff > 0) add(ehdr.e_shoff, shnum * ehdr.e_shentsize);
  for (const { p_type, p_offset, p_filesz } of segments) {
    if (p_type !== PT.PT_NULL && p_type !== PT.PT_GNU_RELRO) add(p_offset, p_filesz);
  }
  for (const section of sections) if (hasBytes(section)) add(section.sh_offset, section.sh_size);
  return ranges;
}

/**
 * Sections with a symbol of their own inside a range that might move: code may use its address.
 * (Section symbols are only names; they move along.)
 */
function pinnedSections(model: EditModel, ranges: readonly Range[]): ReadonlySet<number> {
  const candidates = new Map<number, Section>();
  for (const section of model.sections) {
    if (!isAllocated(section) || !hasBytes(section)) continue;
    const { sh_offset, sh_size, index } = section;
    if (ranges.some(({ start, end }) => sh_offset < end && sh_offset + sh_size > start)) {
      candidates.set(index, section);
    }
  }
  const pinned = new Set<number>();
  if (candidates.size === 0) return pinned;
  forEachSymbol(model, new Set(candidates.keys()), (shndx, type, value, { name }) => {
    const section = candidates.get(shndx);
    if (section === undefined || type === STT.STT_SECTION || type === STT.STT_FILE) return;
    if (value < section.sh_addr || value >= section.sh_addr + BigInt(section.sh_size)) return;
    if (!UNUSED_SYMBOLS.has(name())) pinned.add(shndx);
  });
  return pinned;
}

/** Names that no code uses: glibc's start files put `__abi_tag` on `.note.ABI-tag`. */
const UNUSED_SYMBOLS: ReadonlySet<string> = new Set(["__abi_tag"]);

const SYMBOL_CHUNK = 1 << 15;

export interface SymbolPlace {
  /** File offset of the symbol. */
  readonly at: number;
  readonly name: () => string;
}

/** Visits the symbols of `.symtab` and `.dynsym` that belong to one of `sections`. */
export function forEachSymbol(
  model: EditModel,
  owners: ReadonlySet<number>,
  visit: (shndx: number, type: number, value: bigint, place: SymbolPlace) => void,
): void {
  const { source, header, sections } = model;
  const { context } = header;
  const stride = ElfSym.sizeOf(context.variant);
  for (const section of sections) {
    if (section.sh_type !== SHT.SHT_SYMTAB && section.sh_type !== SHT.SHT_DYNSYM) continue;
    const region = sectionRegion(section, source.size);
    const total = Math.floor(region.size / stride);
    const strings = sections[section.sh_link];
    const nameAt = (at: number): string => {
      const names = strings === undefined ? undefined : sectionRegion(strings, source.size);
      if (names === undefined || at >= names.size) return "";
      const bytes = source.read(names.offset + at, Math.min(64, names.size - at));
      return decodeName(bytes, 0, nameEnd(bytes, 0));
    };
    for (let first = 0; first < total; first += SYMBOL_CHUNK) {
      const count = Math.min(SYMBOL_CHUNK, total - first);
      const start = region.offset + first * stride;
      const bytes = source.read(start, count * stride);
      const shndx = ElfSym.column(bytes, context, "st_shndx");
      const info = ElfSym.column(bytes, context, "st_info");
      const value = ElfSym.column(bytes, context, "st_value");
      const name = ElfSym.column(bytes, context, "st_name");
      for (let index = 0; index < count; index++) {
        const owner = shndx(index);
        if (!owners.has(owner)) continue;
        const at = start + index * stride;
        visit(owner, info(index) & 0xf, value(index), { at, name: () => nameAt(name(index)) });
      }
    }
  }
}

function isZero(source: Source, start: number, end: number): boolean {
  return zerosFrom(source, start, end - start) >= end - start;
}

/** How many of the `length` bytes from `start` are zero before the first that is not. */
function zerosFrom(source: Source, start: number, length: number): number {
  for (let at = 0; at < length; at += CHUNK) {
    const bytes = source.read(start + at, Math.min(CHUNK, length - at));
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return at + found;
  }
  return Math.max(0, length);
}

const CHUNK = 1 << 16;
