/**
 * Filler at the end of load segments. patchelf moves a table that grows to a segment of its own and
 * overwrites what it leaves with one letter; programs that change a file several times leave several.
 */
import { RefusalError } from "../../errors.ts";
import { emptyRewrite, type Rewrite, rewriteOf, type Splice } from "../../rewrite.ts";
import type { ByteRange, Source } from "../../source.ts";
import { PT } from "../constants.ts";
import { pointersInto } from "../cut/pointers.ts";
import { ElfEhdr, ElfPhdr, ElfShdr, type Phdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { hasBytes, isAllocated } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";

/** `X` of patchelf, `Z` since 0.18. */
const LETTERS: ReadonlySet<number> = new Set([0x58, 0x5a]);
/** Bytes: less is not looked at, for what leaves a file are pages. */
const LEAST = 1024;
/** Zeros that may stand before and behind the letters, where a table was aligned. */
const MOST_ZEROS = 16;
const CHUNK = 1 << 20;
/** What kernels map at least. */
const PAGE = 4096;

/**
 * Load segments begin behind their filler and end before it; one that holds nothing else is none any
 * more. No byte leaves the file, and nothing but filler is unmapped.
 */
export function trimFiller(image: ElfImage): Rewrite {
  const { source, context } = image;
  const stride = ElfPhdr.sizeOf(context.variant);
  const splices: Splice[] = [];
  for (const load of image.loads) {
    const fields = trimmed(image, load);
    if (fields === undefined) continue;
    const bytes = new Uint8Array(source.read(load.at, stride));
    ElfPhdr.set(bytes, 0, context, fields);
    splices.push({ at: load.at, remove: stride, zeros: 0, bytes, what: "program headers" });
  }
  return splices.length === 0 ? emptyRewrite(source.size) : rewriteOf(source, splices);
}

/** What its program header says then; `undefined`: what it says now. */
function trimmed(image: ElfImage, load: Segment): Partial<Phdr> | undefined {
  const { p_offset, p_filesz, p_memsz, p_vaddr, p_paddr, p_align } = load;
  if (p_memsz !== BigInt(p_filesz)) return undefined;
  const end = p_offset + p_filesz;
  const used = usedRange(image, load);
  const isDead = (from: number, to: number): boolean =>
    isFiller(image.source, from, to) && !isReached(image, load, from, to);
  if (used === undefined) {
    return isDead(p_offset, end)
      ? { p_type: PT.PT_NULL, p_offset: 0, p_filesz: 0, p_memsz: 0n, p_vaddr: 0n, p_paddr: 0n }
      : undefined;
  }
  const page = Math.max(PAGE, Number(p_align));
  const pages = Math.floor((used.start - p_offset) / page) * page;
  const ahead = pages > 0 && isDead(p_offset, used.start) ? pages : 0;
  const size = (isDead(used.end, end) ? used.end : end) - p_offset - ahead;
  if (size === p_filesz) return undefined;
  return {
    p_offset: p_offset + ahead,
    p_vaddr: p_vaddr + BigInt(ahead),
    p_paddr: p_paddr + BigInt(ahead),
    p_filesz: size,
    p_memsz: BigInt(size),
  };
}

/** File offsets between which sections, other segments and headers have something in the segment. */
function usedRange(image: ElfImage, load: Segment): ByteRange | undefined {
  const { ehdr, context, phnum, shnum, sections, segments } = image;
  const first = load.p_offset;
  const last = first + load.p_filesz;
  let [start, end] = [last, first];
  const use = (from: number, size: number): void => {
    if (size === 0 || from >= last || from + size <= first) return;
    start = Math.max(first, Math.min(start, from));
    end = Math.min(last, Math.max(end, from + size));
  };
  use(0, ElfEhdr.sizeOf(context.variant));
  use(ehdr.e_phoff, phnum * ElfPhdr.sizeOf(context.variant));
  use(ehdr.e_shoff, shnum * ElfShdr.sizeOf(context.variant));
  for (const section of sections.list) {
    if (hasBytes(section)) use(section.sh_offset, section.sh_size);
    // Without bytes it still is somewhere in memory.
    else if (isAllocated(section) && section.sh_addr >= load.p_vaddr) {
      use(first + Number(section.sh_addr - load.p_vaddr), section.sh_size);
    }
  }
  for (const { p_type, p_offset, p_filesz, index } of segments) {
    // What is protected after relocation ends with a page.
    if (index === load.index || p_type === PT.PT_NULL || p_type === PT.PT_GNU_RELRO) continue;
    use(p_offset, p_filesz);
  }
  return start < end ? { start, end } : undefined;
}

function isFiller(source: Source, start: number, end: number): boolean {
  if (end - start < LEAST) return false;
  const [first] = source.read(start + MOST_ZEROS, 1);
  if (first === undefined || !LETTERS.has(first)) return false;
  for (let at = start; at < end; at += CHUNK) {
    const bytes = source.read(at, Math.min(CHUNK, end - at));
    for (const [index, byte] of bytes.entries()) {
      if (byte === first) continue;
      const place = at + index;
      const isEdge = place < start + MOST_ZEROS || place >= end - MOST_ZEROS;
      if (byte !== 0 || !isEdge) return false;
    }
  }
  return true;
}

/** True unless it is known that no symbol, no relocation and no table of the loader leads there. */
function isReached(image: ElfImage, load: Segment, from: number, to: number): boolean {
  const addressOf = (offset: number): bigint => load.p_vaddr + BigInt(offset - load.p_offset);
  try {
    return pointersInto(image, { start: addressOf(from), end: addressOf(to) }).length > 0;
  } catch (error) {
    if (error instanceof RefusalError) return true;
    throw error;
  }
}
