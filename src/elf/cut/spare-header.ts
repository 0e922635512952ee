/** A program header that a file can do without, for one that it needs. */
import { PT } from "../constants.ts";
import { ElfPhdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { hasBytes } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";
import { kernelPage } from "./page.ts";

export interface SpareHeader {
  /** The header that goes. */
  readonly gone: Segment;
  /** The segment that takes over its bytes, and how long it is then. */
  readonly heir: {
    readonly segment: Segment;
    readonly filesz: number;
    readonly memsz: bigint;
  } | null;
}

/**
 * PT_NULL, or one of two load segments that could be one; `undefined` without either.
 *
 * @param busy a load segment that is being changed.
 */
export function spareHeader(image: ElfImage, busy: Segment): SpareHeader | undefined {
  const unused = image.segments.find(({ p_type }) => p_type === PT.PT_NULL);
  if (unused !== undefined) return { gone: unused, heir: null };
  for (const [index, segment] of image.loads.entries()) {
    const next = image.loads[index + 1];
    if (next === undefined || [segment.index, next.index].includes(busy.index)) continue;
    if (!areOne(image, segment, next)) continue;
    const inside = next.p_offset - segment.p_offset;
    const filesz = inside + next.p_filesz;
    return { gone: next, heir: { segment, filesz, memsz: BigInt(inside) + next.p_memsz } };
  }
  return undefined;
}

/**
 * Neighbours on consecutive pages with the same rights: programs that change a file several times
 * leave them. The bytes between them, which are in memory anyway, are zeros that nothing names.
 */
function areOne(image: ElfImage, left: Segment, right: Segment): boolean {
  const page = kernelPage(image.ehdr.e_machine);
  const end = left.p_offset + left.p_filesz;
  return (
    left.p_flags === right.p_flags &&
    left.p_align === right.p_align &&
    BigInt(left.p_filesz) === left.p_memsz &&
    right.p_vaddr - left.p_vaddr === BigInt(right.p_offset - left.p_offset) &&
    right.p_paddr - left.p_paddr === right.p_vaddr - left.p_vaddr &&
    right.p_vaddr === ceil(left.p_vaddr + left.p_memsz, BigInt(page)) &&
    right.p_offset >= end &&
    image.source.read(end, right.p_offset - end).every((byte) => byte === 0) &&
    !image.sections.list.some(
      (section) =>
        hasBytes(section) &&
        section.sh_offset < right.p_offset &&
        section.sh_offset + section.sh_size > end,
    )
  );
}

function ceil(value: bigint, unit: bigint): bigint {
  return ((value + unit - 1n) / unit) * unit;
}

/** True when the bytes behind the table are unused zeros. */
export function hasRoomBehind(image: ElfImage): boolean {
  const { ehdr, phnum, context, source, segments, sections } = image;
  const stride = ElfPhdr.sizeOf(context.variant);
  const start = ehdr.e_phoff + phnum * stride;
  const end = start + stride;
  if (end > source.size || source.read(start, stride).some((byte) => byte !== 0)) return false;
  // Without section headers nobody says what is unused.
  if (sections.list.length === 0) return false;
  const inTheWay = (at: number, size: number): boolean => size > 0 && at < end && at + size > start;
  return !(
    sections.list.some((each) => hasBytes(each) && inTheWay(each.sh_offset, each.sh_size)) ||
    segments.some((each) => each.p_type !== PT.PT_LOAD && inTheWay(each.p_offset, each.p_filesz))
  );
}
