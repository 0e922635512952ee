/** Comparisons of an original with its result. */
import { bytesEqual } from "../../bytes.ts";
import { movedRange, type Rewrite } from "../../rewrite.ts";
import type { ByteRange, Source } from "../../source.ts";
import { SHN } from "../constants.ts";
import { type ElfContext, ElfSym, type Sym } from "../layout.ts";
import type { Section } from "../read/sections.ts";

export const SYMBOL_CHUNK = 1 << 15;

/** What a comparison of symbols needs of a file. */
export interface SectionsOf {
  readonly source: Source;
  readonly context: ElfContext;
  readonly sections: readonly Section[];
}

/** Only the index and the address of a section that moved may differ in a dynamic symbol. */
export function symbolFaults(
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

const CHUNK = 1 << 20;

/** What the rewrite copies as it is need not be read. */
export function sameBytes(
  a: Source,
  aAt: number,
  b: Source,
  bAt: number,
  length: number,
  rewrite: Rewrite,
): boolean {
  return movedRange(rewrite, aAt, length) === bAt || sameContent(a, aAt, b, bAt, length);
}

export function sameContent(
  a: Source,
  aAt: number,
  b: Source,
  bAt: number,
  length: number,
): boolean {
  for (let at = 0; at < length; at += CHUNK) {
    const part = Math.min(CHUNK, length - at);
    if (!bytesEqual(a.read(aAt + at, part), b.read(bAt + at, part))) return false;
  }
  return true;
}

/** The parts of a range that none of `holes` covers, ascending. */
export function partsWithout(range: ByteRange, holes: readonly ByteRange[]): readonly ByteRange[] {
  const parts: ByteRange[] = [];
  let at = range.start;
  for (const { start, end } of [...holes].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    if (start >= range.end) break;
    if (start > at) parts.push({ start: at, end: start });
    at = end;
  }
  if (at < range.end) parts.push({ start: at, end: range.end });
  return parts;
}
