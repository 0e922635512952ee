/**
 * Cutting out of a file what is left of a section whose content was packed to its front.
 *
 * First the pointers into it and its length are changed, then what nothing needs any more leaves the
 * file. Where that can't be, it stays as zeros, which at least nobody has to download.
 */
import { RefusalError } from "../../errors.ts";
import type { NativeEdit } from "../../native-edit.ts";
import {
  composeRewrites,
  emptyRewrite,
  isUnchanged,
  type Rewrite,
  rewriteOf,
  rewrittenSource,
  type Splice,
} from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import { SHT } from "../constants.ts";
import { ElfShdr } from "../layout.ts";
import { type ElfImage, parseElf } from "../read/image.ts";
import { hasBytes, isAllocated, type Section, sectionName } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";
import { refuse } from "../refuse.ts";
import { verifyElfCut } from "../verify/cut.ts";
import { planHeaderRoom } from "./header-room.ts";
import { type AddressPointer, pointersInto } from "./pointers.ts";
import { planSplit, splitOf } from "./split.ts";

export type CutEdit = Extract<NativeEdit, { readonly kind: "cut" }>;

export interface CutPlan {
  readonly rewrite: Rewrite;
  /** Why bytes stayed in the file as zeros. */
  readonly warnings: readonly string[];
}

/** @throws RefusalError (`elf-cut`) when not everything that leads into the section can be changed. */
export function planCut(image: ElfImage, edit: CutEdit): CutPlan {
  const { section, load } = findSection(image, edit);
  const end = section.sh_offset + section.sh_size;
  const pointers = pointersInto(image, {
    start: section.sh_addr,
    end: section.sh_addr + BigInt(section.sh_size),
  });
  const packed = planPacked(image, section, edit, pointers);
  const changed = [
    { start: section.sh_offset, end },
    ...pointers.flatMap(({ fields }) => fields.map((at) => ({ start: at, end: at + 8 }))),
  ];
  prove(image, packed, changed);
  const start = section.sh_offset + edit.size;
  try {
    return { rewrite: shorten(image, packed, section, load, { start, end }), warnings: [] };
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    const warning = `${end - start} bytes of \`${edit.region}\` stay in the file as zeros: ${error.message}`;
    return { rewrite: packed, warnings: [warning] };
  }
}

function findSection(
  image: ElfImage,
  { region, size }: CutEdit,
): { readonly section: Section; readonly load: Segment } {
  const named = image.sections.list.filter(
    (section) => sectionName(image.sections, section) === region,
  );
  const [section] = named;
  if (section === undefined || named.length > 1) {
    throw refuse("cut", `there is not one section \`${region}\``);
  }
  const { sh_offset, sh_size, sh_addr, sh_type } = section;
  const load = image.loads.find(
    ({ p_offset, p_filesz, p_vaddr }) =>
      sh_offset >= p_offset &&
      sh_offset + sh_size <= p_offset + p_filesz &&
      sh_addr - p_vaddr === BigInt(sh_offset - p_offset),
  );
  if (load === undefined || sh_type !== SHT.SHT_PROGBITS || !isAllocated(section)) {
    throw refuse("cut", `section \`${region}\` is not mapped as a whole`);
  }
  if (size > sh_size) throw refuse("cut", `section \`${region}\` has only ${sh_size} bytes`);
  return { section, load };
}

/** The pointers, the length of the section, and zeros behind its content. */
function planPacked(
  image: ElfImage,
  section: Section,
  { region, size, moved }: CutEdit,
  pointers: readonly AddressPointer[],
): Rewrite {
  const { source, context } = image;
  const targets = new Map(moved.map(({ from, to }) => [from, to]));
  const splices: Splice[] = [];
  for (const { target, fields } of pointers) {
    const to = targets.get(Number(target - section.sh_addr));
    if (to === undefined) {
      throw refuse("cut", `a pointer leads into \`${region}\` to where nothing is known to begin`);
    }
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, section.sh_addr + BigInt(to), true);
    for (const at of fields) splices.push({ at, remove: 8, zeros: 0, bytes, what: "pointer" });
  }
  const rest = section.sh_size - size;
  if (rest > 0) {
    const at = section.sh_offset + size;
    splices.push({ at, remove: rest, zeros: rest, bytes: new Uint8Array(0), what: region });
    const row = new Uint8Array(source.read(section.at, ElfShdr.sizeOf(context.variant)));
    ElfShdr.set(row, 0, context, { sh_size: size });
    splices.push({ at: section.at, remove: row.length, zeros: 0, bytes: row, what: "sh_size" });
  }
  return splices.length === 0 ? emptyRewrite(source.size) : rewriteOf(source, splices);
}

/** @throws RefusalError when the bytes can't leave the file. */
function shorten(
  image: ElfImage,
  packed: Rewrite,
  section: Section,
  { index }: Segment,
  { start, end }: { readonly start: number; readonly end: number },
): Rewrite {
  const first = reread(image, packed);
  const load = first.segments[index];
  // What follows in the segment decides whether it is split or just ends earlier.
  if (load === undefined) throw refuse("layout", "a load segment is missing");
  const behind = usedBehind(first, section, load);
  if (behind < end) throw refuse("layout", "something shares bytes with the section");
  const loadEnd = load.p_offset + load.p_filesz;
  const isLast = behind >= loadEnd && isZero(first.source, end, loadEnd);
  const freed = { load, start, end: isLast ? loadEnd : end };
  const early = splitOf(first, freed);
  if (early === undefined) throw refuse("cut", "they are less than the alignment of a segment");
  const room = early.rest === null ? undefined : planHeaderRoom(first, freed);
  const second =
    room === undefined || isUnchanged(room) ? first : parseElf(rewrittenSource(first.source, room));
  // Tables that made room lie in the freed range now.
  const used = lastUsedIn(second, start, freed.end);
  const left = { ...freed, load: second.segments[index] ?? load, start: Math.max(start, used) };
  const split = splitOf(second, left);
  if (split === undefined) throw refuse("cut", "they are less than the alignment of a segment");
  const cut = planSplit(second, left, split);
  prove(second, cut, [{ start: left.start, end: split.end }]);
  const before = room === undefined ? packed : composeRewrites(packed, room);
  return composeRewrites(before, cut);
}

function reread(image: ElfImage, rewrite: Rewrite): ElfImage {
  return isUnchanged(rewrite) ? image : parseElf(rewrittenSource(image.source, rewrite));
}

/** File offset of the first section behind this one, or of the end of its segment. */
function usedBehind(image: ElfImage, { sh_offset, index }: Section, load: Segment): number {
  let first = load.p_offset + load.p_filesz;
  for (const section of image.sections.list) {
    if (section.index === index || !hasBytes(section) || section.sh_offset <= sh_offset) continue;
    first = Math.min(first, section.sh_offset);
  }
  return first;
}

function isZero(source: Source, start: number, end: number): boolean {
  for (let at = start; at < end; at += CHUNK) {
    if (source.read(at, Math.min(CHUNK, end - at)).some((byte) => byte !== 0)) return false;
  }
  return true;
}

const CHUNK = 1 << 16;

/** File offset of the end of the last section that lies in the range. */
function lastUsedIn(image: ElfImage, start: number, end: number): number {
  let last = start;
  for (const { sh_type, sh_offset, sh_size } of image.sections.list) {
    if (sh_type === SHT.SHT_NOBITS || sh_offset < start || sh_offset >= end) continue;
    last = Math.max(last, sh_offset + sh_size);
  }
  return last;
}

function prove(
  image: ElfImage,
  rewrite: Rewrite,
  changed: readonly { readonly start: number; readonly end: number }[],
): void {
  if (isUnchanged(rewrite)) return;
  const after = rewrittenSource(image.source, rewrite);
  const [fault] = verifyElfCut(image.source, after, rewrite, { changed });
  if (fault !== undefined) throw refuse("verify", `the file would be wrong: ${fault}`);
}
