/**
 * Proof after a rewrite: the result is parsed again and compared with the original.
 *
 * What loaders, kernels and `strip` rely on is checked here, whatever the plan meant to do.
 */
import { bytesEqual } from "../bytes.ts";
import { FormatError, RefusalError } from "../errors.ts";
import { isUnchanged, matchesRewrite, movedRange, type Rewrite } from "../rewrite.ts";
import type { ByteRange, Source } from "../source.ts";
import { DT, PF, PT, SHN, SHT } from "./constants.ts";
import { dynamicSymbols } from "./edit-blocks.ts";
import {
  dynamicValue,
  type EditModel,
  hasBytes,
  isAllocated,
  readEditModel,
  STRING_TAGS,
} from "./edit-model.ts";
import type { ElfExpectation, ElfRewrite } from "./edit-types.ts";
import { type ElfImage, parseElf } from "./image.ts";
import { type ElfContext, ElfEhdr, ElfPhdr, ElfSym, type Sym } from "./layout.ts";
import type { Section } from "./sections.ts";
import { mapAddress, type Segment } from "./segments.ts";

export interface VerifyOptions {
  /**
   * Also compare every byte of `after` with what was planned: for a result that was written and
   * read back. Default false: a source made by `rewrittenSource` is the plan.
   */
  readonly content?: boolean;
}

/**
 * Empty when the result is sound.
 *
 * @param before the file that the rewrite was planned for.
 * @param after the result: a file, or `rewrittenSource(before, rewrite)`.
 */
export function verifyElfRewrite(
  before: Source,
  after: Source,
  rewrite: ElfRewrite,
  { content = false }: VerifyOptions = {},
): string[] {
  if (isUnchanged(rewrite)) return sameFile(before, after, content);
  try {
    const old = parseElf(before);
    const now = parseElf(after);
    const known = layoutFaults(old);
    const faults = layoutFaults(now).filter((fault) => !known.includes(fault));
    const oldModel = readEditModel(old);
    const model = readEditModel(now);
    faults.push(...stringFaults(model), ...expectationFaults(model, rewrite.expect));
    faults.push(...sameTables(oldModel, model, rewrite), ...sameMemory(oldModel, model, rewrite));
    if (after.size !== rewrite.size) {
      faults.push(`the result has ${after.size} bytes instead of ${rewrite.size}`);
    } else if (content && !matchesRewrite(before, after, rewrite)) {
      faults.push("bytes differ that were not to be changed");
    }
    return faults;
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusalError) return [error.message];
    throw error;
  }
}

function sameFile(before: Source, after: Source, content: boolean): string[] {
  const same =
    before.size === after.size && (!content || sameContent(before, 0, after, 0, before.size));
  return same ? [] : ["bytes differ that were not to be changed"];
}

/** The same for a file whose sections were left out: nothing that is loaded may differ. */
export function verifyElfStrip(before: Source, after: Source, rewrite: Rewrite): string[] {
  try {
    const old = parseElf(before);
    const now = parseElf(after);
    const known = layoutFaults(old);
    const faults = layoutFaults(now).filter((fault) => !known.includes(fault));
    if (old.loads.length !== now.loads.length) return [...faults, "a load segment is missing"];
    const symbols = old.sections.list.find(({ sh_type }) => sh_type === SHT.SHT_DYNSYM);
    for (const [index, load] of old.loads.entries()) {
      const other = now.loads[index];
      if (other === undefined || !sameSegment(load, other)) {
        faults.push(`load segment ${load.index} changed its place in memory`);
        continue;
      }
      for (const { start, end } of around(old, load, symbols)) {
        const at = other.p_offset + start - load.p_offset;
        if (!sameBytes(before, start, after, at, end - start, rewrite)) {
          faults.push(`the bytes of load segment ${load.index} changed`);
        }
      }
      const { sh_offset, sh_size } = symbols ?? { sh_offset: -1, sh_size: 0 };
      if (sh_offset >= load.p_offset && sh_offset < load.p_offset + load.p_filesz) {
        const place = { offset: sh_offset, size: sh_size };
        const at = other.p_offset + sh_offset - load.p_offset;
        faults.push(...symbolFaults(listOf(old), listOf(now), place, at));
      }
    }
    return faults;
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusalError) return [error.message];
    throw error;
  }
}

function listOf({ source, context, sections }: ElfImage): SectionsOf {
  return { source, context, sections: sections.list };
}

function sameSegment(a: Segment, b: Segment): boolean {
  return (
    a.p_vaddr === b.p_vaddr &&
    a.p_filesz === b.p_filesz &&
    a.p_memsz === b.p_memsz &&
    a.p_flags === b.p_flags &&
    a.p_align === b.p_align
  );
}

/** The segment's bytes without the headers, which may change, and without the dynamic symbols. */
function around(
  { ehdr, phnum, context }: ElfImage,
  { p_offset, p_filesz }: Segment,
  symbols: Section | undefined,
): readonly ByteRange[] {
  const skipped: ByteRange[] = [
    { start: 0, end: ElfEhdr.sizeOf(context.variant) },
    { start: ehdr.e_phoff, end: ehdr.e_phoff + phnum * ElfPhdr.sizeOf(context.variant) },
  ];
  if (symbols !== undefined) {
    const { sh_offset, sh_size } = symbols;
    skipped.push({ start: sh_offset, end: sh_offset + sh_size });
  }
  let parts: readonly ByteRange[] = [{ start: p_offset, end: p_offset + p_filesz }];
  for (const { start, end } of skipped) {
    parts = parts.flatMap((part) => [
      { start: part.start, end: Math.min(part.end, Math.max(part.start, start)) },
      { start: Math.max(part.start, Math.min(part.end, end)), end: part.end },
    ]);
  }
  return parts.filter(({ start, end }) => start < end);
}

/** What a kernel or loader would reject, and what `strip` would break. */
export function layoutFaults(image: ElfImage): string[] {
  const faults: string[] = [];
  const { segments, size } = image;
  const loads = segments.filter(({ p_type }) => p_type === PT.PT_LOAD);
  let previous: Segment | undefined;
  for (const load of loads) {
    const { index, p_vaddr, p_offset, p_filesz, p_memsz, p_align } = load;
    if (p_offset + p_filesz > size) faults.push(`load segment ${index} ends behind the file`);
    if (BigInt(p_filesz) > p_memsz) faults.push(`load segment ${index} is larger in the file`);
    if (p_align > 1n && (p_vaddr - BigInt(p_offset)) % p_align !== 0n) {
      faults.push(`address and offset of load segment ${index} don't fit its alignment`);
    }
    if (previous !== undefined && p_vaddr < previous.p_vaddr + previous.p_memsz) {
      faults.push(`load segment ${index} overlaps the one before or is out of order`);
    }
    if (previous !== undefined && p_offset < previous.p_offset + previous.p_filesz) {
      faults.push(`load segment ${index} shares bytes with the one before`);
    }
    previous = load;
  }
  for (const { p_type, p_vaddr, p_offset, p_filesz, p_memsz } of segments) {
    const name = COVERED.get(p_type);
    if (name === undefined || p_memsz === 0n) continue;
    const inside = loads.some(
      (load) =>
        p_vaddr >= load.p_vaddr &&
        p_vaddr + p_memsz <= load.p_vaddr + load.p_memsz &&
        (p_filesz === 0 || p_vaddr - load.p_vaddr === BigInt(p_offset - load.p_offset)),
    );
    if (!inside) faults.push(`${name} is not inside a load segment`);
  }
  if (image.dynamic !== null && image.dynamic.segment !== null) {
    const { p_vaddr, p_flags } = image.dynamic.segment;
    const holder = loads.find(
      (load) => p_vaddr >= load.p_vaddr && p_vaddr < load.p_vaddr + load.p_memsz,
    );
    // MIPS and RISC-V with -z rodynamic have it read-only, and say so.
    if ((p_flags & PF.PF_W) !== 0 && holder !== undefined && (holder.p_flags & PF.PF_W) === 0) {
      faults.push("the dynamic section can't be written where it lies");
    }
  }
  faults.push(...sectionFaults(image, loads));
  return faults;
}

const COVERED: ReadonlyMap<number, string> = new Map([
  [PT.PT_DYNAMIC, "PT_DYNAMIC"],
  [PT.PT_PHDR, "PT_PHDR"],
  [PT.PT_INTERP, "PT_INTERP"],
  [PT.PT_GNU_EH_FRAME, "PT_GNU_EH_FRAME"],
  [PT.PT_GNU_PROPERTY, "PT_GNU_PROPERTY"],
]);

function sectionFaults(image: ElfImage, loads: readonly Segment[]): string[] {
  const faults: string[] = [];
  const { list } = image.sections;
  const inFile = list.filter((section) => hasBytes(section) && section.sh_size > 0);
  for (const section of inFile) {
    const { index, sh_offset, sh_size, sh_addr } = section;
    if (sh_offset + sh_size > image.size) faults.push(`section ${index} ends behind the file`);
    if (!isAllocated(section)) continue;
    const inside = loads.some(
      ({ p_offset, p_filesz, p_vaddr }) =>
        sh_offset >= p_offset &&
        sh_offset + sh_size <= p_offset + p_filesz &&
        sh_addr - p_vaddr === BigInt(sh_offset - p_offset),
    );
    if (!inside) faults.push(`section ${index} is not where its load segment maps it`);
  }
  const sorted = [...inFile].sort((a, b) => a.sh_offset - b.sh_offset || a.sh_size - b.sh_size);
  for (let at = 1; at < sorted.length; at++) {
    const left = sorted[at - 1];
    const right = sorted[at];
    if (left === undefined || right === undefined) continue;
    if (left.sh_offset + left.sh_size > right.sh_offset) {
      faults.push(`sections ${left.index} and ${right.index} overlap`);
    }
  }
  const headers = { start: image.ehdr.e_phoff, end: image.ehdr.e_phoff + image.phnum * 56 };
  if (image.bits === 32) headers.end = image.ehdr.e_phoff + image.phnum * 32;
  for (const { index, sh_offset, sh_size } of inFile) {
    if (sh_offset < headers.end && sh_offset + sh_size > headers.start) {
      faults.push(`section ${index} overlaps the program headers`);
    }
  }
  return faults;
}

function stringFaults(model: EditModel): string[] {
  const faults: string[] = [];
  const { strings, dynamic, versionNeeds, versionStrings } = model;
  const size = Number(dynamicValue(dynamic.entries, DT.DT_STRSZ) ?? 0n);
  const check = (what: string, at: number): void => {
    if (at >= size) faults.push(`${what} lies outside the string table`);
  };
  for (const { d_tag, d_val } of dynamic.entries) {
    if (STRING_TAGS.has(d_tag)) check(`the name of dynamic entry ${d_tag}`, Number(d_val));
  }
  for (const { vn_file } of versionNeeds) check("a file name of a version need", vn_file);
  for (const at of versionStrings) check("a version's name", at);
  const bad = symbolOutside(model, size);
  if (bad !== undefined) {
    faults.push(`the name of dynamic symbol ${bad} lies outside the string table`);
  }
  if (strings.size > 0 && strings.read(strings.size - 1, 1)[0] !== 0) {
    faults.push("the string table does not end with a NUL");
  }
  const section = model.sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_STRTAB && sh_addr === strings.vaddr,
  );
  if (model.sections.length > 0 && section === undefined) {
    faults.push("no section holds the string table");
  } else if (section !== undefined && section.sh_size < size) {
    faults.push("the string table's section ends before DT_STRSZ says");
  }
  return faults;
}

const SYMBOL_CHUNK = 1 << 15;

/** Index of the first dynamic symbol whose name is not in the table. */
function symbolOutside(model: EditModel, size: number): number | undefined {
  const { source, header } = model;
  const symbols = dynamicSymbols(model);
  if (symbols === undefined) return undefined;
  const stride = ElfSym.sizeOf(header.context.variant);
  const count = Math.floor(symbols.size / stride);
  for (let first = 0; first < count; first += SYMBOL_CHUNK) {
    const part = Math.min(SYMBOL_CHUNK, count - first);
    const bytes = source.read(symbols.offset + first * stride, part * stride);
    const name = ElfSym.column(bytes, header.context, "st_name");
    for (let index = 0; index < part; index++) if (name(index) >= size) return first + index;
  }
  return undefined;
}

function expectationFaults(model: EditModel, expect: ElfExpectation): string[] {
  const { dynamic, strings } = model;
  const names = (tag: number): string[] =>
    dynamic.entries
      .filter(({ d_tag }) => d_tag === tag)
      .map(({ d_val }) => strings.text(Number(d_val)));
  const found: ElfExpectation = {
    soname: names(DT.DT_SONAME)[0] ?? null,
    needed: names(DT.DT_NEEDED),
    rpath: names(DT.DT_RPATH)[0] ?? null,
    runpath: names(DT.DT_RUNPATH)[0] ?? null,
    versionFiles: model.versionNeeds.map(({ file }) => file),
  };
  const faults: string[] = [];
  for (const [field, wanted] of Object.entries(expect)) {
    const value: unknown = Object.entries(found).find(([name]) => name === field)?.[1];
    if (JSON.stringify(value) !== JSON.stringify(wanted)) {
      faults.push(`${field} is ${JSON.stringify(value)} instead of ${JSON.stringify(wanted)}`);
    }
  }
  return faults;
}

/** Tables whose bytes no edit of this module changes, wherever they lie; with their sizes' tags. */
const TABLES: readonly (readonly [name: string, at: number, size: number])[] = [
  ["relocations", DT.DT_RELA, DT.DT_RELASZ],
  ["relocations", DT.DT_REL, DT.DT_RELSZ],
  ["PLT relocations", DT.DT_JMPREL, DT.DT_PLTRELSZ],
  ["relative relocations", DT.DT_RELR, DT.DT_RELRSZ],
  ["Android relocations", DT.DT_ANDROID_REL, DT.DT_ANDROID_RELSZ],
  ["Android relocations", DT.DT_ANDROID_RELA, DT.DT_ANDROID_RELASZ],
  ["Android relocations", DT.DT_ANDROID_RELR, DT.DT_ANDROID_RELRSZ],
];

function sameTables(old: EditModel, now: EditModel, rewrite: Rewrite): string[] {
  const faults: string[] = [];
  const compare = (
    what: string,
    a: { readonly offset: number; readonly size: number } | undefined,
    b: { readonly offset: number; readonly size: number } | undefined,
  ): void => {
    const same =
      a === undefined || b === undefined
        ? a === b
        : a.size === b.size &&
          sameBytes(old.source, a.offset, now.source, b.offset, a.size, rewrite);
    if (!same) faults.push(`the ${what} changed`);
  };
  for (const [name, at, size] of TABLES) {
    compare(name, tableOf(old, at, size), tableOf(now, at, size));
  }
  const symbols = dynamicSymbols(old);
  const symbolsNow = dynamicSymbols(now);
  if (symbols?.size !== symbolsNow?.size) faults.push("the count of dynamic symbols changed");
  else if (symbols !== undefined && symbolsNow !== undefined) {
    const { offset, size } = symbols;
    if (!sameBytes(old.source, offset, now.source, symbolsNow.offset, size, rewrite)) {
      faults.push(...symbolFaults(sectionsOf(old), sectionsOf(now), symbols, symbolsNow.offset));
    }
  }
  const count =
    symbols === undefined ? 0 : symbols.size / ElfSym.sizeOf(old.header.context.variant);
  compare(
    "symbol versions",
    plain(old, DT.DT_VERSYM, 2 * count),
    plain(now, DT.DT_VERSYM, 2 * count),
  );
  for (const [name, tag] of [
    ["hash table", DT.DT_HASH],
    ["GNU hash table", DT.DT_GNU_HASH],
  ] as const) {
    compare(name, plain(old, tag, HASH_HEAD), plain(now, tag, HASH_HEAD));
  }
  return faults;
}

const HASH_HEAD = 16;

interface SectionsOf {
  readonly source: Source;
  readonly context: ElfContext;
  readonly sections: readonly Section[];
}

function sectionsOf({ source, header, sections }: EditModel): SectionsOf {
  return { source, context: header.context, sections };
}

/** Only the index and the address of a section that moved may differ in a dynamic symbol. */
function symbolFaults(
  old: SectionsOf,
  now: SectionsOf,
  { offset, size }: { readonly offset: number; readonly size: number },
  offsetNow: number,
): string[] {
  const { context } = old;
  const stride = ElfSym.sizeOf(context.variant);
  const chunk = SYMBOL_CHUNK * stride;
  for (let first = 0; first < size; first += chunk) {
    const length = Math.min(chunk, size - first);
    const before = old.source.read(offset + first, length);
    const after = now.source.read(offsetNow + first, length);
    for (let at = 0; at + stride <= length; at += stride) {
      if (bytesEqual(before.subarray(at, at + stride), after.subarray(at, at + stride))) continue;
      const a = ElfSym.read(before, at, context);
      const b = ElfSym.read(after, at, context);
      if (!sameSymbol(old, now, a, b)) return [`dynamic symbol ${(first + at) / stride} changed`];
    }
  }
  return [];
}

function sameSymbol(old: SectionsOf, now: SectionsOf, a: Sym, b: Sym): boolean {
  const section = old.sections[a.st_shndx];
  const moved = now.sections[b.st_shndx];
  return (
    section !== undefined &&
    moved !== undefined &&
    a.st_shndx !== SHN.SHN_UNDEF &&
    a.st_name === b.st_name &&
    a.st_info === b.st_info &&
    a.st_other === b.st_other &&
    a.st_size === b.st_size &&
    section.sh_type === moved.sh_type &&
    section.sh_size === moved.sh_size &&
    a.st_value - section.sh_addr === b.st_value - moved.sh_addr
  );
}

function plain(
  model: EditModel,
  tag: number,
  size: number,
): { readonly offset: number; readonly size: number } | undefined {
  const address = dynamicValue(model.dynamic.entries, tag);
  if (address === undefined) return undefined;
  const region = mapAddress({ loads: model.loads, size: model.source.size }, address);
  if (region === undefined) return undefined;
  return { offset: region.offset, size: Math.min(size, region.size) };
}

function tableOf(
  model: EditModel,
  at: number,
  sizeTag: number,
): { readonly offset: number; readonly size: number } | undefined {
  const size = dynamicValue(model.dynamic.entries, sizeTag);
  return size === undefined || size === 0n ? undefined : plain(model, at, Number(size));
}

/**
 * Writable and executable bytes are where they were, except the dynamic section and what stands
 * for it: code never moves and no variable changes its initial value.
 */
function sameMemory(old: EditModel, now: EditModel, rewrite: Rewrite): string[] {
  const faults: string[] = [];
  const mapped = { loads: now.loads, size: now.source.size };
  for (const section of old.sections) {
    if (!isAllocated(section) || !hasBytes(section) || !KEPT.has(section.sh_type)) continue;
    const { sh_addr, sh_offset, sh_size, index } = section;
    const name = old.sectionNames[index] ?? "";
    if (name.startsWith(".got") || name === ".interp") continue;
    const region = mapAddress(mapped, sh_addr);
    if (region === undefined || region.size < sh_size) {
      faults.push(`section ${index} (${name}) is no longer mapped`);
    } else if (!sameBytes(old.source, sh_offset, now.source, region.offset, sh_size, rewrite)) {
      faults.push(`the bytes of section ${index} (${name}) changed`);
    }
  }
  return faults;
}

const KEPT: ReadonlySet<number> = new Set([
  SHT.SHT_PROGBITS,
  SHT.SHT_INIT_ARRAY,
  SHT.SHT_FINI_ARRAY,
  SHT.SHT_PREINIT_ARRAY,
]);

const CHUNK = 1 << 20;

/** What the rewrite copies as it is need not be read. */
function sameBytes(
  a: Source,
  aAt: number,
  b: Source,
  bAt: number,
  length: number,
  rewrite: Rewrite,
): boolean {
  return movedRange(rewrite, aAt, length) === bAt || sameContent(a, aAt, b, bAt, length);
}

function sameContent(a: Source, aAt: number, b: Source, bAt: number, length: number): boolean {
  for (let at = 0; at < length; at += CHUNK) {
    const part = Math.min(CHUNK, length - at);
    if (!bytesEqual(a.read(aAt + at, part), b.read(bAt + at, part))) return false;
  }
  return true;
}
