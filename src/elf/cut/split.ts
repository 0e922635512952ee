/**
 * Taking bytes of a load segment out of the file without moving anything in memory.
 *
 * The segment is split in two around the hole, which stays reserved in memory and empty. Whole
 * multiples of the alignment of what follows leave the file, so every segment keeps its place modulo its
 * alignment.
 */
import { type Rewrite, rewriteOf, type Splice } from "../../rewrite.ts";
import { PN_XNUM, PT } from "../constants.ts";
import { ElfEhdr, ElfPhdr, ElfShdr, type Phdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { hasBytes, isAllocated } from "../read/sections.ts";
import { alignmentBehind, type Segment } from "../read/segments.ts";
import { refuse } from "../refuse.ts";
import type { FreedRange } from "./header-room.ts";
import { kernelPage } from "./page.ts";
import { spareHeader } from "./spare-header.ts";

export interface Split {
  /** What leaves the file: file offsets. */
  readonly start: number;
  readonly end: number;
  /** What follows the hole in the same segment; `null`: the segment ends before it. */
  readonly rest: { readonly offset: number } | null;
}

/** Where the file would be cut; `undefined` when the range is shorter than the alignment of what follows. */
export function splitOf(image: ElfImage, { load, start, end }: FreedRange): Split | undefined {
  const page = kernelPage(image.ehdr.e_machine);
  const loadEnd = load.p_offset + load.p_filesz;
  const ends = end === loadEnd;
  // What is left of the segment moves with those behind it.
  const own = ends ? 0 : Number(load.p_align);
  const align = Math.max(page, own, alignmentBehind(image, end));
  if (!Number.isSafeInteger(align)) return undefined;
  // The rest begins with a page, so that nothing of it is mapped twice.
  const stop = ends ? end : Math.floor((end - load.p_offset) / page) * page + load.p_offset;
  const begin = ends ? stop : pageStart(load, stop, page);
  const length = Math.floor((begin - start) / align) * align;
  if (length <= 0) return undefined;
  return { start: begin - length, end: begin, rest: ends ? null : { offset: begin } };
}

/** The last file offset up to `limit` that begins a page in memory. */
function pageStart({ p_offset, p_vaddr }: Segment, limit: number, page: number): number {
  const address = p_vaddr + BigInt(limit - p_offset);
  return limit - Number(address % BigInt(page));
}

/**
 * Plans the split. The program header table has room for one more, or one to spare.
 *
 * @throws RefusalError when something that the file needs is in the hole.
 */
export function planSplit(image: ElfImage, freed: FreedRange, split: Split): Rewrite {
  const { source, context, ehdr, phnum } = image;
  const { variant } = context;
  const cut = split.end - split.start;
  const moved = (offset: number): number => (offset >= split.end ? offset - cut : offset);
  checkHole(image, freed.start, split.end);
  const rows = headerRows(image, freed, split, moved);
  const stride = ElfPhdr.sizeOf(variant);
  if (rows.length >= PN_XNUM) throw refuse("no-room", "the file has too many program headers");
  const grown = rows.length > phnum;
  const table = new Uint8Array(rows.length * stride);
  for (const [index, row] of rows.entries()) table.set(row, index * stride);
  const splices: Splice[] = [
    { at: split.start, remove: cut, zeros: 0, bytes: NOTHING, what: "cut" },
    { at: ehdr.e_phoff, remove: table.length, zeros: 0, bytes: table, what: "program headers" },
  ];
  const header = new Uint8Array(source.read(0, ElfEhdr.sizeOf(variant)));
  ElfEhdr.set(header, 0, context, {
    e_shoff: moved(ehdr.e_shoff),
    ...(grown ? { e_phnum: rows.length } : {}),
  });
  splices.push({ at: 0, remove: header.length, zeros: 0, bytes: header, what: "ELF header" });
  splices.push(...sectionPatches(image, moved));
  return rewriteOf(source, splices, [`${cut} bytes cut out of the file`]);
}

const NOTHING = new Uint8Array(0);

function checkHole(image: ElfImage, start: number, end: number): void {
  const inHole = (at: number, size: number): boolean => size > 0 && at < end && at + size > start;
  for (const { p_type, p_offset, p_filesz } of image.segments) {
    if (p_type === PT.PT_LOAD || p_type === PT.PT_NULL) continue;
    if (inHole(p_offset, p_filesz)) throw refuse("cut", "a program header leads into the hole");
  }
  for (const section of image.sections.list) {
    if (hasBytes(section) && inHole(section.sh_offset, section.sh_size)) {
      throw refuse("cut", `section ${section.index} reaches into the hole`);
    }
  }
  const { ehdr, shnum, context } = image;
  if (inHole(ehdr.e_shoff, shnum * ElfShdr.sizeOf(context.variant))) {
    throw refuse("cut", "the section headers are in the hole");
  }
}

function headerRows(
  image: ElfImage,
  { load, start }: FreedRange,
  split: Split,
  moved: (offset: number) => number,
): readonly Uint8Array[] {
  const { source, context, segments } = image;
  const stride = ElfPhdr.sizeOf(context.variant);
  const spare = split.rest === null ? undefined : spareHeader(image, load);
  const rows: Uint8Array[] = [];
  const total = segments.length + (split.rest === null || spare !== undefined ? 0 : 1);
  for (const segment of segments) {
    if (segment.index === spare?.gone.index) continue;
    const row = new Uint8Array(source.read(segment.at, stride));
    const fields: Partial<{ -readonly [N in keyof Phdr]: Phdr[N] }> = {};
    if (segment.p_type !== PT.PT_NULL && moved(segment.p_offset) !== segment.p_offset) {
      fields.p_offset = moved(segment.p_offset);
    }
    if (segment.index === load.index) {
      fields.p_filesz = start - load.p_offset;
      fields.p_memsz = BigInt(start - load.p_offset);
    }
    if (spare?.heir?.segment.index === segment.index) {
      fields.p_filesz = spare.heir.filesz;
      fields.p_memsz = spare.heir.memsz;
    }
    if (segment.p_type === PT.PT_PHDR && segment.p_filesz < total * stride) {
      fields.p_filesz = total * stride;
      fields.p_memsz = BigInt(total * stride);
    }
    ElfPhdr.set(row, 0, context, fields);
    rows.push(row);
    if (segment.index === load.index && split.rest !== null) {
      const after = row.slice();
      const inside = split.rest.offset - load.p_offset;
      ElfPhdr.set(after, 0, context, {
        p_offset: moved(split.rest.offset),
        p_vaddr: load.p_vaddr + BigInt(inside),
        p_paddr: load.p_paddr + BigInt(inside),
        p_filesz: load.p_filesz - inside,
        p_memsz: load.p_memsz - BigInt(inside),
      });
      rows.push(after);
    }
  }
  return rows;
}

function sectionPatches(image: ElfImage, moved: (offset: number) => number): Splice[] {
  const { source, context, sections } = image;
  const stride = ElfShdr.sizeOf(context.variant);
  const splices: Splice[] = [];
  for (const section of sections.list) {
    const to = moved(section.sh_offset);
    // Without bytes it may lie anywhere, but in the order of the others.
    if (to === section.sh_offset || (section.index === 0 && !isAllocated(section))) continue;
    const bytes = new Uint8Array(source.read(section.at, stride));
    ElfShdr.set(bytes, 0, context, { sh_offset: to });
    splices.push({ at: section.at, remove: stride, zeros: 0, bytes, what: "section headers" });
  }
  return splices;
}
