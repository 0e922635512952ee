/** Proof that stripping changed nothing that is loaded. */
import { FormatError, RefusalError } from "../../errors.ts";
import { isUnchanged, type Rewrite } from "../../rewrite.ts";
import type { ByteRange, Source } from "../../source.ts";
import { SHT } from "../constants.ts";
import { ElfEhdr, ElfPhdr } from "../layout.ts";
import { type ElfImage, parseElf } from "../read/image.ts";
import type { Section } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";
import { layoutFaults } from "./layout.ts";
import { partsWithout, type SectionsOf, sameBytes, symbolFaults } from "./same.ts";

/** Empty when the result is sound and loads the same bytes at the same addresses. */
export function verifyElfStrip(before: Source, after: Source, rewrite: Rewrite): string[] {
  if (isUnchanged(rewrite)) {
    return before.size === after.size ? [] : ["bytes differ that were not to be changed"];
  }
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
  return partsWithout({ start: p_offset, end: p_offset + p_filesz }, skipped);
}
