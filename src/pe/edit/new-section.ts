/** Room in a section of our own, or at the end of the last one. */
import { concatBytes } from "../../bytes.ts";
import { alignUp } from "../align.ts";
import { MAX_SECTIONS, PAGE, SECTION_FLAGS } from "../constants.ts";
import { hasFlag } from "../read/section.ts";
import { refuse } from "../refuse.ts";
import { nameField } from "../strip/strings.ts";
import { type Draft, lastRow, memoryOf, type Row } from "./draft.ts";
import { makeHeaderRoom } from "./header-room.ts";
import type { Wish } from "./wish.ts";

/** Eight bytes. */
const OWN_SECTION = "wheelkit";
/** Bytes of zeros that the last section may need in the file before it can be extended. */
const MAX_ZEROS = 1 << 20;

/** @throws RefusalError when the file has no place for them. */
export function placeInSection(draft: Draft, wishes: readonly Wish[]): void {
  if (draft.windows.SectionAlignment < PAGE) {
    throw refuse("alignment", "the file is mapped as one run, so no section can be added");
  }
  const last = lastRow(draft);
  if (last === undefined) throw refuse("layout", "the file has no sections");
  const count = draft.rows.length + 1;
  if (count <= MAX_SECTIONS && makeHeaderRoom(draft, count)) addSection(draft, last, wishes);
  else extendLast(draft, last, wishes);
}

/**
 * After the last section; COFF symbols after it move, and are found by a pointer. What else may be
 * there is found by its offset or from the end of the file, nobody knows: it keeps its offset.
 */
function insertionPoint(draft: Draft): number {
  const { overlay } = draft.image;
  if (overlay.kind !== "other") return draft.end;
  draft.warnings.push(
    `${overlay.end - overlay.start} bytes after the last section stay in their place, before a new section: a program that looks for them from the end of the file may not find them`,
  );
  // Where a signature is taken off, its padding goes too.
  const starts = draft.cuts.map(({ start }) => start).filter((start) => start >= draft.end);
  draft.end = Math.min(overlay.end, ...starts);
  return draft.end;
}

function addSection(draft: Draft, last: Row, wishes: readonly Wish[]): void {
  const { windows, optional } = draft;
  const end = insertionPoint(draft);
  const VirtualAddress = alignUp(last.VirtualAddress + memoryOf(last), windows.SectionAlignment);
  const bytes = packed(wishes, VirtualAddress);
  const PointerToRawData = alignUp(end, windows.FileAlignment);
  const SizeOfRawData = alignUp(bytes.length, windows.FileAlignment);
  draft.rows.push({
    from: null,
    Name: nameField(OWN_SECTION),
    VirtualSize: bytes.length,
    VirtualAddress,
    SizeOfRawData,
    PointerToRawData,
    PointerToRelocations: 0,
    PointerToLinenumbers: 0,
    NumberOfRelocations: 0,
    NumberOfLinenumbers: 0,
    Characteristics:
      SECTION_FLAGS.IMAGE_SCN_CNT_INITIALIZED_DATA | SECTION_FLAGS.IMAGE_SCN_MEM_READ,
  });
  optional.SizeOfInitializedData = sum32(optional.SizeOfInitializedData, SizeOfRawData);
  const filled = concatBytes([bytes, new Uint8Array(SizeOfRawData - bytes.length)]);
  draft.inserted = { zeros: PointerToRawData - end, bytes: filled };
  draft.notes.push(`section ${OWN_SECTION} with ${bytes.length} bytes added`);
}

function extendLast(draft: Draft, last: Row, wishes: readonly Wish[]): void {
  const { windows, optional, end } = draft;
  const name = last.from?.shortName ?? "";
  const rawEnd = last.PointerToRawData + last.SizeOfRawData;
  const memory = memoryOf(last);
  const { overlay } = draft.image;
  if (overlay.kind === "other") {
    throw refuse(
      "overlay",
      `there is no room for a section header, and ${overlay.end - overlay.start} bytes after the last section are in its way`,
      "use names that are no longer than the old ones",
    );
  }
  if (!hasFlag(last, "IMAGE_SCN_MEM_READ") || (last.SizeOfRawData > 0 && rawEnd !== end)) {
    throw refuse("headers", `there is no room for a section header, and \`${name}\` can't grow`);
  }
  const start =
    last.SizeOfRawData > 0 ? last.PointerToRawData : alignUp(end, windows.FileAlignment);
  const inside = alignUp(Math.max(memory, last.SizeOfRawData), 4);
  const zeros = start + inside - end;
  if (zeros > MAX_ZEROS) {
    throw refuse("headers", `there is no room for a section header, and \`${name}\` is too large`);
  }
  const bytes = packed(wishes, last.VirtualAddress + inside);
  const size = alignUp(inside + bytes.length, windows.FileAlignment);
  draft.inserted = {
    zeros,
    bytes: concatBytes([bytes, new Uint8Array(size - inside - bytes.length)]),
  };
  optional.SizeOfInitializedData = sum32(optional.SizeOfInitializedData, size - last.SizeOfRawData);
  last.PointerToRawData = start;
  last.SizeOfRawData = size;
  last.VirtualSize = inside + bytes.length;
  last.Characteristics = keptFlags(last.Characteristics);
  draft.notes.push(`section \`${name}\` extended by ${bytes.length} bytes`);
}

/** No loader reads this sum, so a damaged one stays damaged. */
function sum32(a: number, b: number): number {
  return (a + b) >>> 0;
}

/** The loader may throw away what is discardable once it has relocated the image. */
function keptFlags(flags: number): number {
  const gone =
    SECTION_FLAGS.IMAGE_SCN_MEM_DISCARDABLE | SECTION_FLAGS.IMAGE_SCN_CNT_UNINITIALIZED_DATA;
  return ((flags & ~gone) | SECTION_FLAGS.IMAGE_SCN_CNT_INITIALIZED_DATA) >>> 0;
}

function packed(wishes: readonly Wish[], rva: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = rva;
  for (const wish of wishes) {
    const start = alignUp(at, wish.align);
    parts.push(new Uint8Array(start - at), wish.make(start));
    at = start + wish.size;
  }
  return concatBytes(parts);
}
