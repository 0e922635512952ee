/**
 * Room at the end of sections: bytes of the file that are mapped anyway and that nothing uses.
 *
 * A section's bytes fill up a multiple of FileAlignment, its VirtualSize says how many of them count.
 */
import { readInto } from "../../source.ts";
import { alignUp } from "../align.ts";
import type { SECTION_FLAGS } from "../constants.ts";
import { hasFlag } from "../read/section.ts";
import { type Draft, memoryOf, type Row } from "./draft.ts";
import type { Wish } from "./wish.ts";

/** Data that the loader keeps, and that is not code. */
const WANTED: readonly (keyof typeof SECTION_FLAGS)[] = [
  "IMAGE_SCN_CNT_INITIALIZED_DATA",
  "IMAGE_SCN_MEM_READ",
];
const UNWANTED: readonly (keyof typeof SECTION_FLAGS)[] = [
  "IMAGE_SCN_CNT_CODE",
  "IMAGE_SCN_CNT_UNINITIALIZED_DATA",
  "IMAGE_SCN_GPREL",
  "IMAGE_SCN_LNK_NRELOC_OVFL",
  "IMAGE_SCN_MEM_DISCARDABLE",
  "IMAGE_SCN_MEM_SHARED",
  "IMAGE_SCN_MEM_EXECUTE",
];

interface Spot {
  readonly row: Row;
  /** Bytes from the section's start. */
  next: number;
  readonly end: number;
}

/**
 * Puts every wish into padding, or none: `false`. Read-only sections come first, since a name in a
 * writable one can be overwritten by a stray write.
 */
export function placeInPadding(draft: Draft, wishes: readonly Wish[]): boolean {
  const spots = spotsOf(draft);
  const chosen: { wish: Wish; spot: Spot; at: number }[] = [];
  for (const wish of [...wishes].sort((a, b) => b.size - a.size)) {
    const spot = spots.find((each) => startIn(each, wish) + wish.size <= each.end);
    if (spot === undefined) return false;
    const at = startIn(spot, wish);
    chosen.push({ wish, spot, at });
    spot.next = at + wish.size;
  }
  const places = new Map(chosen.map(({ wish, spot, at }) => [wish, { spot, at }]));
  for (const wish of wishes) {
    const place = places.get(wish);
    if (place === undefined) continue;
    const { row } = place.spot;
    const bytes = wish.make(row.VirtualAddress + place.at);
    draft.writes.put(row.PointerToRawData + place.at, bytes, wish.what);
  }
  for (const { row, next } of spots) {
    if (next > row.VirtualSize) {
      draft.notes.push(`${next - row.VirtualSize} bytes of padding of \`${nameOf(row)}\` used`);
      row.VirtualSize = next;
    }
  }
  return true;
}

function startIn({ row, next }: Spot, { align }: Wish): number {
  return alignUp(row.VirtualAddress + next, align) - row.VirtualAddress;
}

function nameOf({ from }: Row): string {
  return from?.shortName ?? "";
}

function spotsOf(draft: Draft): readonly Spot[] {
  const spots: Spot[] = [];
  for (const row of draft.rows) {
    const { from, VirtualSize, SizeOfRawData } = row;
    // Where VirtualSize is 0 all bytes count, so there is no padding.
    if (from === null || VirtualSize === 0 || VirtualSize >= SizeOfRawData) continue;
    if (from.start !== row.PointerToRawData) continue;
    if (!WANTED.every((flag) => hasFlag(row, flag))) continue;
    if (UNWANTED.some((flag) => hasFlag(row, flag))) continue;
    const limit = Math.min(SizeOfRawData, nextAddress(draft, row) - row.VirtualAddress);
    const end =
      VirtualSize + zerosAt(draft, row.PointerToRawData + VirtualSize, limit - VirtualSize);
    if (end > VirtualSize) spots.push({ row, next: VirtualSize, end });
  }
  const writable = (spot: Spot): number => Number(hasFlag(spot.row, "IMAGE_SCN_MEM_WRITE"));
  return spots.sort((a, b) => writable(a) - writable(b));
}

/** RVA of what follows in memory; for the last section the end of its last page. */
function nextAddress({ rows, windows }: Draft, row: Row): number {
  let next = alignUp(row.VirtualAddress + memoryOf(row), windows.SectionAlignment);
  for (const { VirtualAddress } of rows) {
    if (VirtualAddress > row.VirtualAddress) next = Math.min(next, VirtualAddress);
  }
  return next;
}

/** Padding longer than this is no padding. */
const MAX_PADDING = 1 << 16;

function zerosAt({ image }: Draft, at: number, length: number): number {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, MAX_PADDING)));
  readInto(image.source, at, bytes);
  const used = bytes.findIndex((byte) => byte !== 0);
  return used < 0 ? bytes.length : used;
}
