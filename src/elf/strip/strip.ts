/**
 * Leaving out what no loader reads: debug data, symbol tables, comments.
 *
 * No address changes. Sections behind the last segment are packed again; those between segments
 * (patchelf leaves files like that) are cut out by whole pages, so that every segment keeps its
 * place modulo its alignment.
 */

import { RefusalError } from "../../errors.ts";
import type { StripLevel } from "../../native-edit.ts";
import {
  emptyRewrite,
  type Rewrite,
  rewriteOf,
  rewrittenSource,
  type Splice,
} from "../../rewrite.ts";
import type { ByteRange } from "../../source.ts";
import { ET, PT, SHF, SHN, SHT } from "../constants.ts";
import { ElfEhdr, ElfPhdr, ElfShdr, ElfSym } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { hasBytes, isAllocated, type Section, sectionName } from "../read/sections.ts";
import { alignmentBehind } from "../read/segments.ts";
import { verifyElfStrip } from "../verify/strip.ts";
import {
  droppedSections,
  type KeptSymbols,
  keptSymbols,
  lengthOf,
  type Names,
  nameTable,
  symbolPatches,
} from "./sections.ts";

/** A library or a program: what only a linker reads is not stripped. */
export function isLinked({ ehdr }: ElfImage): boolean {
  return ehdr.e_type === ET.ET_DYN || ehdr.e_type === ET.ET_EXEC;
}

/**
 * Plans to leave out sections; an unchanged file when there is nothing to leave out.
 *
 * @throws RefusalError when sections and segments contradict each other, or when data lies behind
 *   them that would get lost.
 */
export function stripElf(image: ElfImage, level: StripLevel): Rewrite {
  const { source } = image;
  const { list } = image.sections;
  if (!isLinked(image) || list.length === 0 || image.shstrndx === 0)
    return emptyRewrite(source.size);
  const dropped = droppedSections(image, level);
  const kept = list.filter((section) => !dropped.has(section.index));
  const used = usedRanges(image, kept);
  const cuts = plannedCuts(image, used);
  if (dropped.size === 0 && cuts.length === 0) return emptyRewrite(source.size);
  checkSections(image);

  const names = nameTable(image, kept);
  const symbols = keptSymbols(image, kept, dropped);
  const indexes = new Map(kept.map((section, now) => [section.index, now]));
  const splices: Splice[] = cuts.map(({ start, end }) => splice(start, end - start, "stripped"));
  for (const { start, end } of unusedBefore(image, used, cuts)) {
    splices.push({ ...splice(start, end - start, "stripped"), zeros: end - start });
  }

  const places = new Map<number, number>();
  const cutBefore = (offset: number): number => {
    let sum = 0;
    for (const { start, end } of cuts) if (start < offset) sum += end - start;
    return sum;
  };
  const moved = (offset: number): number => offset - cutBefore(offset);
  const tail = mappedEnd(image);
  // Behind the last segment: packed in file order.
  let from = tail;
  let to = moved(tail);
  const loose = kept.filter((section) => !isAllocated(section) && hasBytes(section));
  for (const section of [...loose].sort((a, b) => a.sh_offset - b.sh_offset)) {
    const { sh_offset, sh_size, sh_addralign, index } = section;
    if (index === names.index) continue;
    if (sh_offset < tail) {
      places.set(index, moved(sh_offset));
      continue;
    }
    const align = Math.max(1, Math.min(4096, Number(sh_addralign)));
    let pad = (align - (to % align)) % align;
    to += pad;
    places.set(index, to);
    for (const range of symbols.get(index) ?? [{ start: sh_offset, end: sh_offset + sh_size }]) {
      splices.push({ ...splice(from, range.start - from, "stripped"), zeros: pad });
      pad = 0;
      to += range.end - range.start;
      from = range.end;
    }
  }
  places.set(names.index, to);
  const { variant } = image.context;
  const word = variant === "elf64" ? 8 : 4;
  const shoff = Math.ceil((to + names.bytes.length) / word) * word;
  const table = headerTable(image, kept, { names, indexes, places, moved, symbols });
  const end = new Uint8Array(shoff - to + table.length);
  end.set(names.bytes);
  end.set(table, shoff - to);
  splices.push({ ...splice(from, source.size - from, "section headers"), bytes: end });

  splices.push(...programHeaderPatches(image, moved));
  splices.push(...symbolPatches(image, kept, indexes, symbols));
  const header = new Uint8Array(source.read(0, ElfEhdr.sizeOf(variant)));
  const shstrndx = indexes.get(image.shstrndx) ?? 0;
  const many = kept.length >= SHN.SHN_LORESERVE;
  ElfEhdr.set(header, 0, image.context, {
    e_phoff: moved(image.ehdr.e_phoff),
    e_shoff: shoff,
    e_shnum: many ? 0 : kept.length,
    e_shstrndx: shstrndx >= SHN.SHN_LORESERVE ? SHN.SHN_XINDEX : shstrndx,
  });
  splices.push({ ...splice(0, header.length, "ELF header"), bytes: header });
  const left =
    dropped.size === 0
      ? "what no section has was left out"
      : `${dropped.size} sections with ${sumOf(list, dropped)} bytes left out`;
  const rewrite = rewriteOf(source, splices, [left]);
  if (rewrite.size >= source.size) return emptyRewrite(source.size);
  const [fault] = verifyElfStrip(source, rewrittenSource(source, rewrite), rewrite);
  if (fault !== undefined) {
    throw new RefusalError("elf-verify", `the stripped file would be wrong: ${fault}`);
  }
  return rewrite;
}

function splice(at: number, remove: number, what: string): Splice {
  return { at, remove, zeros: 0, bytes: NOTHING, what };
}

const NOTHING = new Uint8Array(0);

function checkSections(image: ElfImage): void {
  const { source, sections, shnum, ehdr } = image;
  if (sections.list.length !== shnum || ehdr.e_shnum > shnum) {
    throw new RefusalError("elf-layout", "the section headers can't all be read");
  }
  let end = image.ehdr.e_shoff + shnum * ElfShdr.sizeOf(image.context.variant);
  for (const section of sections.list) {
    if (!hasBytes(section)) continue;
    const stop = section.sh_offset + section.sh_size;
    if (stop > source.size) {
      throw new RefusalError("elf-layout", `section ${section.index} ends behind the file`);
    }
    end = Math.max(end, stop);
  }
  for (const { p_type, p_offset, p_filesz } of image.segments) {
    if (!UNPLACED.has(p_type)) end = Math.max(end, p_offset + p_filesz);
  }
  for (let at = end; at < source.size; at += CHUNK) {
    const rest = source.read(at, Math.min(CHUNK, source.size - at));
    if (rest.every((byte) => byte === 0)) continue;
    throw new RefusalError(
      "elf-trailing-data",
      `${source.size - end} bytes behind the sections would get lost`,
    );
  }
  checkOverlaps(image);
}

const CHUNK = 1 << 20;

/** What is moved or written must not share bytes with another section, nor with what is mapped. */
function checkOverlaps(image: ElfImage): void {
  const { sections } = image;
  const tail = mappedEnd(image);
  const list = sections.list.filter(hasBytes);
  list.sort((a, b) => a.sh_offset - b.sh_offset || a.sh_size - b.sh_size);
  const nameOf = (section: Section): string => `\`${sectionName(sections, section)}\``;
  const isFree = (section: Section): boolean =>
    !isAllocated(section) ||
    section.sh_type === SHT.SHT_SYMTAB ||
    section.sh_type === SHT.SHT_DYNSYM;
  const headers = headerRanges(image);
  let last: Section | undefined;
  for (const section of list) {
    const { sh_offset, sh_size } = section;
    if (last !== undefined && sh_offset < last.sh_offset + last.sh_size) {
      if (isFree(section) || isFree(last)) {
        throw new RefusalError(
          "elf-layout",
          `sections ${nameOf(last)} and ${nameOf(section)} share bytes`,
        );
      }
    }
    if (last === undefined || sh_offset + sh_size > last.sh_offset + last.sh_size) last = section;
    if (
      isFree(section) &&
      headers.some((each) => sh_offset < each.end && sh_offset + sh_size > each.start)
    ) {
      throw new RefusalError(
        "elf-layout",
        `section ${nameOf(section)} shares bytes with the headers`,
      );
    }
    if (sh_offset < tail && sh_offset + sh_size > tail) {
      throw new RefusalError(
        "elf-layout",
        `what is mapped ends at ${tail}, inside of section ${nameOf(section)}`,
      );
    }
  }
}

/** Loaders go by the address alone, or not at all. */
const UNPLACED: ReadonlySet<number> = new Set([PT.PT_NULL, PT.PT_GNU_RELRO]);

/** End of everything that a segment or a loaded section takes from the file. */
function mappedEnd(image: ElfImage): number {
  const { ehdr, phnum, segments, sections, context } = image;
  let end = ehdr.e_phoff + phnum * ElfPhdr.sizeOf(context.variant);
  for (const { p_type, p_vaddr, p_offset, p_filesz } of segments) {
    const named = p_type === PT.PT_LOAD || (!UNPLACED.has(p_type) && p_vaddr !== 0n);
    if (named && p_filesz > 0 && p_offset + p_filesz <= image.size) {
      end = Math.max(end, p_offset + p_filesz);
    }
  }
  for (const section of sections.list) {
    if (isAllocated(section) && hasBytes(section)) {
      end = Math.max(end, section.sh_offset + section.sh_size);
    }
  }
  return end;
}

/** The ELF header and the program headers. */
function headerRanges({ ehdr, phnum, context }: ElfImage): ByteRange[] {
  return [
    { start: 0, end: ElfEhdr.sizeOf(context.variant) },
    { start: ehdr.e_phoff, end: ehdr.e_phoff + phnum * ElfPhdr.sizeOf(context.variant) },
  ];
}

/** What stays, ascending and joined. */
function usedRanges(image: ElfImage, kept: readonly Section[]): readonly ByteRange[] {
  const { segments } = image;
  const ranges: ByteRange[] = headerRanges(image);
  for (const { p_type, p_offset, p_filesz } of segments) {
    if (!UNPLACED.has(p_type) && p_filesz > 0) {
      ranges.push({ start: p_offset, end: p_offset + p_filesz });
    }
  }
  for (const section of kept) {
    if (hasBytes(section) && section.index !== image.shstrndx) {
      ranges.push({ start: section.sh_offset, end: section.sh_offset + section.sh_size });
    }
  }
  ranges.sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

function holes(image: ElfImage, used: readonly ByteRange[]): ByteRange[] {
  const tail = mappedEnd(image);
  const found: ByteRange[] = [];
  for (const [index, { end }] of used.entries()) {
    const next = used[index + 1];
    if (next !== undefined && next.start <= tail) found.push({ start: end, end: next.start });
  }
  return found;
}

/** Whole pages of the holes between segments: those of the segments that move. */
function plannedCuts(image: ElfImage, used: readonly ByteRange[]): readonly ByteRange[] {
  const cuts: ByteRange[] = [];
  for (const { start, end } of holes(image, used)) {
    const page = alignmentBehind(image, end);
    const length = Math.floor((end - start) / page) * page;
    // Program headers that lie behind must not come near a segment whose last page is zeroed.
    if (length > 0 && image.ehdr.e_phoff < start) cuts.push({ start, end: start + length });
  }
  return cuts;
}

/** What is left of the holes: it becomes zeros. */
function unusedBefore(
  image: ElfImage,
  used: readonly ByteRange[],
  cuts: readonly ByteRange[],
): readonly ByteRange[] {
  return holes(image, used).flatMap(({ start, end }) => {
    const cut = cuts.find((each) => each.start === start);
    const from = cut === undefined ? start : cut.end;
    const bytes = image.source.read(from, end - from);
    return bytes.some((byte) => byte !== 0) ? [{ start: from, end }] : [];
  });
}

interface NewPlaces {
  readonly names: Names;
  readonly indexes: ReadonlyMap<number, number>;
  readonly places: ReadonlyMap<number, number>;
  readonly moved: (offset: number) => number;
  readonly symbols: KeptSymbols;
}

function headerTable(
  image: ElfImage,
  kept: readonly Section[],
  { names, indexes, places, moved, symbols }: NewPlaces,
): Uint8Array {
  const { context } = image;
  const stride = ElfShdr.sizeOf(context.variant);
  const table = new Uint8Array(kept.length * stride);
  const mapped = (index: number): number => indexes.get(index) ?? 0;
  for (const [now, section] of kept.entries()) {
    const { index, at: _, ...fields } = section;
    if (index === 0) {
      const many = kept.length >= SHN.SHN_LORESERVE;
      const far = mapped(image.shstrndx) >= SHN.SHN_LORESERVE;
      table.set(image.source.read(section.at, stride));
      ElfShdr.set(table, 0, context, {
        sh_size: many ? kept.length : 0,
        sh_link: far ? mapped(image.shstrndx) : 0,
      });
      continue;
    }
    const pointing =
      (fields.sh_flags & SHF.SHF_INFO_LINK) !== 0 ||
      fields.sh_type === SHT.SHT_REL ||
      fields.sh_type === SHT.SHT_RELA;
    const stay = symbols.get(index);
    const gone = stay === undefined ? 0 : fields.sh_size - lengthOf(stay);
    // Values that no editor understands stay as they are.
    const row = new Uint8Array(image.source.read(section.at, stride));
    const place = places.get(index) ?? moved(fields.sh_offset);
    const link = mapped(fields.sh_link);
    ElfShdr.set(row, 0, context, {
      sh_name: names.offsets.get(index) ?? 0,
      ...(place === fields.sh_offset ? {} : { sh_offset: place }),
      ...(index === names.index ? { sh_size: names.bytes.length } : {}),
      ...(gone === 0 ? {} : { sh_size: fields.sh_size - gone }),
      ...(link === fields.sh_link ? {} : { sh_link: link }),
      ...(pointing ? { sh_info: mapped(fields.sh_info) } : {}),
      // Of a symbol table the count of local symbols: only such go.
      ...(gone === 0 ? {} : { sh_info: fields.sh_info - gone / ElfSym.sizeOf(context.variant) }),
    });
    table.set(row, now * stride);
  }
  return table;
}

function programHeaderPatches(image: ElfImage, moved: (offset: number) => number): Splice[] {
  const { segments, context, source } = image;
  const stride = ElfPhdr.sizeOf(context.variant);
  const splices: Splice[] = [];
  for (const { at, p_type, p_offset } of segments) {
    if (p_type === PT.PT_NULL || moved(p_offset) === p_offset) continue;
    const bytes = new Uint8Array(source.read(at, stride));
    ElfPhdr.set(bytes, 0, context, { p_offset: moved(p_offset) });
    splices.push({ at, remove: stride, zeros: 0, bytes, what: "program headers" });
  }
  return splices;
}

function sumOf(list: readonly Section[], dropped: ReadonlySet<number>): number {
  let sum = 0;
  for (const section of list)
    if (dropped.has(section.index) && hasBytes(section)) sum += section.sh_size;
  return sum;
}
