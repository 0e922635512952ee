/** The COFF symbol and string tables: in images only debuggers read them, and long section names need the strings. */
import type { Source } from "../../source.ts";
import { COFF_SYMBOL_SIZE } from "../constants.ts";
import { decodeName } from "../names.ts";
import type { PeHeader } from "./header.ts";
import { type Section, untilNul } from "./section.ts";

export interface CoffTables {
  /** File offset of the symbol table. */
  readonly offset: number;
  readonly symbolCount: number;
  /** File offset of the string table. */
  readonly stringsAt: number;
  /** Bytes of the string table, its own length field included. */
  readonly stringsSize: number;
  /** File offset after both. */
  readonly end: number;
}

/** `null`: the file has none, or they do not lie in it. */
export function coffTables(source: Source, { file }: PeHeader): CoffTables | null {
  const { PointerToSymbolTable: offset, NumberOfSymbols: symbolCount } = file;
  if (offset === 0) return null;
  const stringsAt = offset + symbolCount * COFF_SYMBOL_SIZE;
  if (stringsAt > source.size) return null;
  let stringsSize = 0;
  if (stringsAt + 4 <= source.size) {
    const bytes = source.read(stringsAt, 4);
    const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    if (size >= 4 && stringsAt + size <= source.size) stringsSize = size;
  }
  return { offset, symbolCount, stringsAt, stringsSize, end: stringsAt + stringsSize };
}

/** Bytes; sections are named by their producer, not by their user. */
const MAX_SECTION_NAME = 256;

/** The section's name: `/4` is an offset in the string table, where linkers keep what has over eight letters. */
export function sectionName(
  source: Source,
  { shortName }: Section,
  tables: CoffTables | null,
): string {
  if (tables === null || !/^\/[0-9]{1,7}$/.test(shortName)) return shortName;
  const at = Number(shortName.slice(1));
  if (at < 4 || at >= tables.stringsSize) return shortName;
  const length = Math.min(MAX_SECTION_NAME, tables.stringsSize - at);
  return decodeName(untilNul(source.read(tables.stringsAt + at, length)));
}
