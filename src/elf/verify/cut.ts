/** Proof that a cut changed nothing in memory but the region itself and the pointers into it. */
import { FormatError, RefusalError } from "../../errors.ts";
import type { Rewrite } from "../../rewrite.ts";
import type { ByteRange, Source } from "../../source.ts";
import { ElfEhdr, ElfPhdr, ElfShdr } from "../layout.ts";
import { type ElfImage, parseElf } from "../read/image.ts";
import { hasBytes } from "../read/sections.ts";
import { mapAddress, type Segment } from "../read/segments.ts";
import { layoutFaults } from "./layout.ts";
import { partsWithout, sameBytes } from "./same.ts";

export interface CutExpectation {
  /** File offsets in the original whose bytes may differ or be gone. */
  readonly changed: readonly ByteRange[];
}

/** Empty when the result is sound and maps every other byte to the address that it had. */
export function verifyElfCut(
  before: Source,
  after: Source,
  rewrite: Rewrite,
  { changed }: CutExpectation,
): string[] {
  try {
    const old = parseElf(before);
    const now = parseElf(after);
    const known = layoutFaults(old);
    const faults = layoutFaults(now).filter((fault) => !known.includes(fault));
    if (after.size !== rewrite.size) faults.push(`the result has ${after.size} bytes`);
    for (const load of old.loads) {
      const free = [...changed, ...headers(old), ...headers(now)];
      for (const { start, end } of partsWithout({ start: load.p_offset, end: endOf(load) }, free)) {
        if (!sameMemory(old, now, load, { start, end }, rewrite)) {
          faults.push(`bytes of load segment ${load.index} changed or are no longer mapped`);
          break;
        }
      }
    }
    const flags = (image: ElfImage): string =>
      [...new Set(image.loads.map(({ p_flags, p_align }) => `${p_flags} ${p_align}`))].join();
    if (flags(old) !== flags(now)) faults.push("a load segment has other rights or alignment");
    if (old.dynamic?.entries.length !== now.dynamic?.entries.length) {
      faults.push("the dynamic section changed");
    }
    return faults;
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusalError) return [error.message];
    throw error;
  }
}

function endOf({ p_offset, p_filesz }: Segment): number {
  return p_offset + p_filesz;
}

/** The range may be mapped in pieces, where a segment was split. */
function sameMemory(
  old: ElfImage,
  now: ElfImage,
  load: Segment,
  range: ByteRange,
  rewrite: Rewrite,
): boolean {
  for (let at = range.start; at < range.end; ) {
    const address = load.p_vaddr + BigInt(at - load.p_offset);
    const owner = now.loads.find(
      ({ p_vaddr, p_filesz }) => address >= p_vaddr && address < p_vaddr + BigInt(p_filesz),
    );
    const place = owner === undefined ? undefined : mapAddress(now, address);
    if (owner === undefined || place === undefined || owner.p_flags !== load.p_flags) return false;
    const length = Math.min(range.end - at, endOf(owner) - place.offset);
    if (length <= 0) return false;
    if (!sameBytes(old.source, at, now.source, place.offset, length, rewrite)) return false;
    at += length;
  }
  return true;
}

function headers(image: ElfImage): ByteRange[] {
  const { ehdr, phnum, context } = image;
  const table = phnum * ElfPhdr.sizeOf(context.variant);
  return [
    { start: 0, end: ElfEhdr.sizeOf(context.variant) },
    { start: ehdr.e_phoff, end: ehdr.e_phoff + table },
    ...sectionHeaders(image),
  ];
}

/** Patchelf puts them where they are mapped, though nothing reads them there: not what shares bytes with data. */
function sectionHeaders({ ehdr, shnum, context, sections }: ElfImage): ByteRange[] {
  const start = ehdr.e_shoff;
  const end = start + shnum * ElfShdr.sizeOf(context.variant);
  const shares = sections.list.some(
    (section) =>
      hasBytes(section) && section.sh_offset < end && section.sh_offset + section.sh_size > start,
  );
  return shares ? [] : [{ start, end }];
}
