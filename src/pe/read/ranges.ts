/** Which parts of a file a parse will ask for, known from its beginning alone. */
import { FormatError } from "../../errors.ts";
import { collectProblems } from "../../problems.ts";
import { type ByteRange, memorySource } from "../../source.ts";
import { COFF_SYMBOL_SIZE, DIRECTORY } from "../constants.ts";
import { type PeHeader, parseHeader } from "./header.ts";
import { parseSections, type Section } from "./section.ts";

/** Bytes of all ranges together. */
const TOTAL_CAP = 92 << 20;
/** Bytes of the section with the resources: version and manifest are small, icons are not looked at. */
const RESOURCE_CAP = 1 << 20;
/** Bytes of the COFF string table: names of sections come first. */
const STRINGS_CAP = 1 << 16;

/** The tables whose names lie anywhere in the section of the table. */
const WANTED: readonly number[] = [
  DIRECTORY.IMAGE_DIRECTORY_ENTRY_EXPORT,
  DIRECTORY.IMAGE_DIRECTORY_ENTRY_IMPORT,
  DIRECTORY.IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT,
  DIRECTORY.IMAGE_DIRECTORY_ENTRY_DEBUG,
  DIRECTORY.IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG,
];

/** Byte ranges that a parse and a summary will want, clipped to the file, sorted; a hint. */
export function likelyRanges(head: Uint8Array, size: number): readonly ByteRange[] {
  const read = headersIn(head);
  if (read === undefined) return [];
  const { header, sections } = read;
  const chosen = new Map<Section, number>();
  const choose = (index: number, cap: number): void => {
    const address = header.directories[index]?.address ?? 0;
    const section =
      address === 0
        ? undefined
        : sections.find(
            ({ VirtualAddress, span }) =>
              address >= VirtualAddress && address < VirtualAddress + span,
          );
    if (section === undefined) return;
    chosen.set(section, Math.max(chosen.get(section) ?? 0, Math.min(cap, section.SizeOfRawData)));
  };
  for (const index of WANTED) choose(index, TOTAL_CAP);
  choose(DIRECTORY.IMAGE_DIRECTORY_ENTRY_RESOURCE, RESOURCE_CAP);
  const ranges: ByteRange[] = [];
  const { PointerToSymbolTable: symbols, NumberOfSymbols } = header.file;
  const strings = symbols + NumberOfSymbols * COFF_SYMBOL_SIZE;
  if (symbols > 0 && strings < size) {
    ranges.push({ start: strings, end: Math.min(size, strings + STRINGS_CAP) });
  }
  let left = TOTAL_CAP;
  for (const [{ PointerToRawData: start }, wanted] of chosen) {
    const end = Math.min(size, start + Math.min(wanted, left));
    if (start >= end) continue;
    ranges.push({ start, end });
    left -= end - start;
  }
  return ranges.sort((a, b) => a.start - b.start || a.end - b.end);
}

function headersIn(
  head: Uint8Array,
): { readonly header: PeHeader; readonly sections: readonly Section[] } | undefined {
  try {
    const source = memorySource(head);
    const header = parseHeader(source);
    return { header, sections: parseSections(source, header, collectProblems()) };
  } catch (error) {
    // The parse will say what is wrong.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
