/**
 * Leaving out what no loader reads: debug data, symbol tables, comments.
 *
 * No address changes. Sections behind the last segment are packed again; those between segments
 * (patchelf leaves files like that) are cut out by whole pages, so that every segment keeps its
 * place modulo its alignment.
 */
import { encodeUtf8 } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { emptyRewrite, type Rewrite, rewriteOf, type Splice } from "../rewrite.ts";
import type { ByteRange } from "../source.ts";
import { ET, PT, SHF, SHN, SHT, STT } from "./constants.ts";
import { hasBytes, isAllocated } from "./edit-model.ts";
import type { ElfImage } from "./image.ts";
import { ElfEhdr, ElfPhdr, ElfShdr, ElfSym } from "./layout.ts";
import { type Section, sectionName, sectionRegion } from "./sections.ts";

/**
 * `debug`: DWARF and stabs. `unneeded`: also `.symtab`, which only debuggers and profilers use.
 * `all`: everything that is not loaded, but notes, build attributes and the link to a debug file.
 */
export type StripLevel = "debug" | "unneeded" | "all";

/**
 * Plans to leave out sections; an unchanged file when there is nothing to leave out.
 *
 * @throws RefusalError when sections and segments contradict each other, or when data lies behind
 *   them that would get lost.
 */
export function stripElf(image: ElfImage, level: StripLevel): Rewrite {
  const { source, ehdr } = image;
  const { list } = image.sections;
  const linked = ehdr.e_type === ET.ET_DYN || ehdr.e_type === ET.ET_EXEC;
  if (!linked || list.length === 0 || image.shstrndx === 0) return emptyRewrite(source.size);
  const dropped = droppedSections(image, level);
  if (dropped.size === 0) return emptyRewrite(source.size);
  checkSections(image);

  const kept = list.filter((section) => !dropped.has(section.index));
  const used = usedRanges(image, kept);
  const cuts = plannedCuts(image, used);
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
    e_phoff: moved(ehdr.e_phoff),
    e_shoff: shoff,
    e_shnum: many ? 0 : kept.length,
    e_shstrndx: shstrndx >= SHN.SHN_LORESERVE ? SHN.SHN_XINDEX : shstrndx,
  });
  splices.push({ ...splice(0, header.length, "ELF header"), bytes: header });
  const rewrite = rewriteOf(source, splices, [
    `${dropped.size} sections with ${sumOf(list, dropped)} bytes left out`,
  ]);
  return rewrite.size < source.size ? rewrite : emptyRewrite(source.size);
}

function splice(at: number, remove: number, what: string): Splice {
  return { at, remove, zeros: 0, bytes: NOTHING, what };
}

const NOTHING = new Uint8Array(0);

const DEBUG_NAMES = /^\.(z?debug(_|$)|stab|line$|gdb_index$|gnu\.debuglto_|gnu\.linkonce\.wi\.)/;

function droppedSections(image: ElfImage, level: StripLevel): ReadonlySet<number> {
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
    if (p_type !== PT.PT_NULL) end = Math.max(end, p_offset + p_filesz);
  }
  const rest = source.read(Math.min(end, source.size), Math.max(0, source.size - end));
  if (rest.some((byte) => byte !== 0)) {
    throw new RefusalError(
      "elf-trailing-data",
      `${rest.length} bytes behind the sections would get lost`,
    );
  }
}

/** End of everything that a segment or a loaded section takes from the file. */
function mappedEnd(image: ElfImage): number {
  const { ehdr, phnum, segments, sections, context } = image;
  let end = ehdr.e_phoff + phnum * ElfPhdr.sizeOf(context.variant);
  for (const { p_type, p_vaddr, p_offset, p_filesz } of segments) {
    if (p_type === PT.PT_LOAD || (p_type !== PT.PT_NULL && p_vaddr !== 0n)) {
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

/** What stays, ascending and joined. */
function usedRanges(image: ElfImage, kept: readonly Section[]): readonly ByteRange[] {
  const { ehdr, phnum, segments, context } = image;
  const ranges: ByteRange[] = [
    { start: 0, end: ElfEhdr.sizeOf(context.variant) },
    { start: ehdr.e_phoff, end: ehdr.e_phoff + phnum * ElfPhdr.sizeOf(context.variant) },
  ];
  for (const { p_type, p_offset, p_filesz } of segments) {
    if (p_type !== PT.PT_NULL && p_filesz > 0) {
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

/** Whole pages of the holes between segments. */
function plannedCuts(image: ElfImage, used: readonly ByteRange[]): readonly ByteRange[] {
  const { segments, ehdr } = image;
  let page = 4096;
  for (const { p_type, p_align } of segments) {
    if (p_type === PT.PT_LOAD && p_align > BigInt(page)) page = Number(p_align);
  }
  const cuts: ByteRange[] = [];
  for (const { start, end } of holes(image, used)) {
    const length = Math.floor((end - start) / page) * page;
    // Program headers that lie behind must not come near a segment whose last page is zeroed.
    if (length > 0 && ehdr.e_phoff < start) cuts.push({ start, end: start + length });
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

interface Names {
  /** The section that holds the names. */
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly offsets: ReadonlyMap<number, number>;
}

function nameTable(image: ElfImage, kept: readonly Section[]): Names {
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
      table.set(
        ElfShdr.encode(context, {
          ...fields,
          sh_size: many ? kept.length : 0,
          sh_link: far ? mapped(image.shstrndx) : 0,
        }),
        0,
      );
      continue;
    }
    const pointing =
      (fields.sh_flags & SHF.SHF_INFO_LINK) !== 0 ||
      fields.sh_type === SHT.SHT_REL ||
      fields.sh_type === SHT.SHT_RELA;
    const stay = symbols.get(index);
    const gone = stay === undefined ? 0 : fields.sh_size - lengthOf(stay);
    const row = ElfShdr.encode(context, {
      ...fields,
      sh_name: names.offsets.get(index) ?? 0,
      sh_offset: places.get(index) ?? moved(fields.sh_offset),
      sh_size: index === names.index ? names.bytes.length : fields.sh_size - gone,
      sh_link: mapped(fields.sh_link),
      // For a symbol table the count of local symbols: only such go.
      sh_info: pointing
        ? mapped(fields.sh_info)
        : fields.sh_info - gone / ElfSym.sizeOf(context.variant),
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

/** The parts of a symbol table that stay, by its section's index; others stay whole. */
type KeptSymbols = ReadonlyMap<number, readonly ByteRange[]>;

const SYMBOL_CHUNK = 1 << 15;

/** Leaves out the section symbols of sections that go, where nothing counts symbols. */
function keptSymbols(
  image: ElfImage,
  kept: readonly Section[],
  dropped: ReadonlySet<number>,
): KeptSymbols {
  const { source, context } = image;
  const stride = ElfSym.sizeOf(context.variant);
  const result = new Map<number, readonly ByteRange[]>();
  for (const table of kept) {
    if (table.sh_type !== SHT.SHT_SYMTAB) continue;
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

function lengthOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** New section indexes in the symbol tables that stay, where sections before others went. */
function symbolPatches(
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

function sumOf(list: readonly Section[], dropped: ReadonlySet<number>): number {
  let sum = 0;
  for (const section of list)
    if (dropped.has(section.index) && hasBytes(section)) sum += section.sh_size;
  return sum;
}
