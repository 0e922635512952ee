/**
 * Which parts of a load segment can be moved, and where there is room.
 *
 * The loader finds its tables through the dynamic section, and notes and the interpreter through
 * program headers. Nothing else refers to them, so they can move when that one reference is
 * changed with them. Code and data are never moved.
 */

import type { ByteRange, Source } from "../../source.ts";
import { PF, PT } from "../constants.ts";
import { ElfEhdr, ElfPhdr, ElfShdr } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";
import { hasBytes, isAllocated, isInLoad } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";
import { pinnedSections } from "./symbols.ts";
import { alignmentOf, movableRanges, movableSegment, type Range } from "./tables.ts";

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
export interface SegmentMap {
  readonly load: Segment;
  readonly items: readonly Item[];
  readonly gaps: readonly Gap[];
  /** The segment with the highest addresses: it can be made longer. */
  readonly last: boolean;
}

export interface RoomMap {
  readonly lanes: readonly SegmentMap[];
  /** Where the bytes begin that no segment maps: symbols, debug data, section headers. */
  readonly tail: number;
  /** Are there bytes at the end of the file that nothing accounts for? */
  overlay(): boolean;
}

/** Name of the item that holds the program header table. */
export const HEADERS = "program headers";

export function readLayout(model: Linkage): RoomMap {
  const { source, segments, loads, sections, header } = model;
  const { e_phoff } = header.ehdr;
  const { context, phnum } = header;
  const tableEnd = e_phoff + phnum * ElfPhdr.sizeOf(context.variant);
  const movable = movableRanges(model);
  const pinned = pinnedSections(model, movable);
  const fixed: Range[] = [
    { name: "ELF header", start: 0, end: ElfEhdr.sizeOf(context.variant), align: 1 },
    { name: HEADERS, start: e_phoff, end: tableEnd, align: 8 },
    ...unmapped(model),
    ...terminatorOf(model),
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
    block.align = Math.max(block.align, alignmentOf(sh_addralign));
    if (sh_offset < block.start || end > block.end || pinned.has(index)) blocks.set(block, false);
  }
  for (const segment of segments) {
    if (UNPLACED.has(segment.p_type) || segment.p_filesz === 0) continue;
    const { p_offset, p_filesz, p_type } = segment;
    const end = p_offset + p_filesz;
    const block = holder(p_offset, end);
    const own = movableSegment(model, segment);
    if (block === undefined) {
      const name = `program header ${p_type.toString(16)}`;
      fixed.push({ name, start: p_offset, end, align: 1 });
    } else if (!own) blocks.set(block, false);
  }

  const used = fileRanges(model);
  const known = sections.every(
    (section) => !isAllocated(section) || !hasBytes(section) || isInLoad(loads, section),
  );
  const lanes = loads.map((load, index): SegmentMap => {
    const inside = [
      ...fixed.map((range) => ({ ...range, movable: false })),
      ...movable.map((range) => ({ ...range, movable: blocks.get(range) ?? false })),
    ].filter(({ start, end }) => start < load.p_offset + load.p_filesz && end > load.p_offset);
    const last = index === loads.length - 1;
    // Without sections that can be believed nobody says that bytes between two tables are unused.
    const named = sections.length > 0 && known;
    return buildLane(source, load, inside, {
      named,
      last,
      limit: last ? 0 : roomBehind(source, load, loads[index + 1], used),
    });
  });
  return { lanes, ...tailOf(model, tableEnd, used) };
}

/** Loaders know program headers other than PT_LOAD by their addresses: where those lie, a load ends later. */
function tailOf(
  { source, loads, sections }: Linkage,
  tableEnd: number,
  used: readonly ByteRange[],
): Pick<RoomMap, "tail" | "overlay"> {
  let tail = tableEnd;
  for (const { p_offset, p_filesz } of loads) {
    if (p_filesz > 0) tail = Math.max(tail, p_offset + p_filesz);
  }
  for (const section of sections) {
    if (isAllocated(section) && hasBytes(section)) {
      tail = Math.max(tail, section.sh_offset + section.sh_size);
    }
  }
  let end = tail;
  for (const range of used) end = Math.max(end, Math.min(range.end, source.size));
  const rest = source.size - end;
  return { tail, overlay: () => rest > MAX_PADDING || !isZero(source, end, source.size) };
}

/** Zeros of something else that end the dynamic section: they stay where they are. */
function terminatorOf({ dynamic, source }: Linkage): readonly Range[] {
  if (!dynamic.outside) return [];
  const start = dynamic.offset + dynamic.slots * dynamic.entrySize;
  const end = Math.min(start + dynamic.entrySize, source.size);
  return [{ name: "end of the dynamic section", start, end, align: 1 }];
}

/** No tool leaves so many zeros at the end (bytes). */
const MAX_PADDING = 1 << 24;

/** The section headers and the sections without an address, which some tools leave among the others. */
function unmapped({ sections, header, loads }: Linkage): Range[] {
  const ranges: Range[] = [];
  const add = (name: string, start: number, size: number): void => {
    const end = start + size;
    const inside = loads.some(
      ({ p_offset, p_filesz }) => start < p_offset + p_filesz && end > p_offset,
    );
    if (size > 0 && inside) ranges.push({ name, start, end, align: 1 });
  };
  const { ehdr, context } = header;
  add("section headers", ehdr.e_shoff, sections.length * ElfShdr.sizeOf(context.variant));
  for (const section of sections) {
    if (isAllocated(section) || !hasBytes(section)) continue;
    add("unmapped section", section.sh_offset, section.sh_size);
  }
  return ranges;
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
  source: Source,
  load: Segment,
  inside: (Range & { movable: boolean })[],
  {
    named,
    last,
    limit,
  }: { readonly named: boolean; readonly last: boolean; readonly limit: number },
): SegmentMap {
  if (load.p_filesz === 0) return { load, items: [], gaps: [{ size: 0, free: 0 }], last };
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
    if (zero && (named || size < 16)) gaps.push({ size, free: named ? size : 0 });
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
  const unknown = !named && at < loadEnd;
  if (unknown || !isZero(source, at, loadEnd) || loadEnd - at > MAX_GAP) {
    if (at < loadEnd) {
      gaps.push({ size: 0, free: 0 });
      fill("other bytes", at, loadEnd);
      at = loadEnd;
    }
  }
  const size = Math.max(loadEnd, limit) - at;
  gaps.push({ size, free: size });
  return { load, items, gaps, last };
}

/** File offset up to which a segment can grow into zeros that nothing uses. */
function roomBehind(
  source: Source,
  load: Segment,
  next: Segment | undefined,
  used: readonly ByteRange[],
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
function fileRanges(model: Linkage): ByteRange[] {
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
