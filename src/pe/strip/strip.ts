/**
 * Leaving out what Windows never reads: the COFF symbols and the DWARF sections of MinGW.
 *
 * Nothing moves in memory: only sections at the end of the image can be left out, which is where
 * GNU ld and lld put them. Everything else of the file stays as it was, time stamp included.
 */
import type { StripLevel } from "../../native-edit.ts";
import { FILE_FLAGS } from "../constants.ts";
import type { Draft, Row } from "../edit/draft.ts";
import { isDwarf } from "../facts/summary.ts";
import { type CoffTables, sectionName } from "../read/coff-symbols.ts";
import { isMapped } from "../read/header.ts";
import { hasFlag } from "../read/section.ts";
import { refuse } from "../refuse.ts";
import { type KeptNames, keptNames } from "./strings.ts";
import { detachSymbols } from "./symbols.ts";

/** @throws RefusalError when bytes that something may need would move; nothing was changed then. */
export function stripDraft(draft: Draft, level: StripLevel): void {
  const { image } = draft;
  const dropped = droppedRows(draft);
  const coff = level === "all" ? looseSymbols(draft) : null;
  if (dropped.length === 0 && coff === null) return;
  if (image.overlay.kind === "other") {
    const { start, end } = image.overlay;
    throw refuse("overlay", `${end - start} bytes after the last section would move`);
  }
  const names = keptNames(draft, dropped);
  dropSections(draft, dropped);
  if (coff === null) detachSymbols(draft);
  else dropSymbols(draft, coff, names);
}

/** DWARF sections that are the last ones in the table, in memory and in the file. */
function droppedRows({ image, rows, end, directories }: Draft): readonly Row[] {
  const dropped: Row[] = [];
  let limit = end;
  for (const row of [...rows].reverse()) {
    const { from, VirtualAddress, PointerToRawData, SizeOfRawData } = row;
    if (from === null || !isDwarf(sectionName(image.source, from, image.coff))) break;
    if (!hasFlag(row, "IMAGE_SCN_MEM_DISCARDABLE") || SizeOfRawData === 0) break;
    const last = rows.every(
      (other) => other.VirtualAddress <= VirtualAddress || dropped.includes(other),
    );
    const pointed = directories.some(
      ({ address }, index) =>
        isMapped(index) && address >= VirtualAddress && address < VirtualAddress + from.span,
    );
    if (!last || pointed || PointerToRawData + SizeOfRawData > limit) break;
    if (limit - PointerToRawData - SizeOfRawData >= image.header.windows.FileAlignment) break;
    limit = PointerToRawData;
    dropped.push(row);
  }
  return dropped;
}

function dropSections(draft: Draft, dropped: readonly Row[]): void {
  const first = dropped.at(-1);
  if (first === undefined) return;
  draft.cuts.push({ start: first.PointerToRawData, end: draft.end });
  draft.notes.push(
    `${dropped.length} sections with ${draft.end - first.PointerToRawData} bytes of debug information left out`,
  );
  draft.end = first.PointerToRawData;
  draft.rows = draft.rows.filter((row) => !dropped.includes(row));
  for (const row of dropped) {
    if (!hasFlag(row, "IMAGE_SCN_CNT_INITIALIZED_DATA")) continue;
    draft.optional.SizeOfInitializedData -= Math.min(
      draft.optional.SizeOfInitializedData,
      row.SizeOfRawData,
    );
  }
}

/** The COFF tables, when they lie in no section. */
function looseSymbols({ image }: Draft): CoffTables | null {
  const { coff, sections } = image;
  if (coff === null || coff.end <= coff.offset) return null;
  const inSection = sections.some(
    ({ PointerToRawData, SizeOfRawData }) =>
      SizeOfRawData > 0 &&
      coff.offset < PointerToRawData + SizeOfRawData &&
      PointerToRawData < coff.end,
  );
  return inSection || coff.offset < image.overlay.start ? null : coff;
}

function dropSymbols(draft: Draft, coff: CoffTables, { bytes: strings, fields }: KeptNames): void {
  const { file, cuts, writes, image } = draft;
  if (coff.symbolCount === 0 && strings.length >= coff.stringsSize) return;
  const kept = coff.offset + strings.length;
  const end = image.overlay.end;
  writes.put(coff.offset, strings, "string table");
  if (kept < end) cuts.push({ start: kept, end });
  file.PointerToSymbolTable = strings.length === 0 ? 0 : coff.offset;
  file.NumberOfSymbols = 0;
  for (const [row, name] of fields) row.Name = name;
  file.Characteristics |=
    FILE_FLAGS.IMAGE_FILE_LINE_NUMS_STRIPPED | FILE_FLAGS.IMAGE_FILE_LOCAL_SYMS_STRIPPED;
  draft.notes.push(`${coff.symbolCount} COFF symbols left out`);
}
