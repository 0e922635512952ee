/** A string table: NUL-terminated names, found by offset. gABI chapter 4. */
import { decodeUtf8Lossy } from "../../bytes.ts";
import type { Source } from "../../source.ts";
import { lazy, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";

/** Longest name that is read, in bytes; C++ templates reach some 100,000. */
const MAX_NAME = 1 << 18;
/** A table larger than this (bytes) is read in part. */
const MAX_TABLE = 1 << 28;

export interface StringTable extends Region {
  /** All bytes of the table. */
  bytes(): Uint8Array;
  /**
   * The name at `at`, bytes that are no UTF-8 replaced; `undefined` when `at` is outside. A name that
   * the table's end cuts is returned as far as it goes. Names that overlap so much that they add up
   * to far more than the table are a problem, and `undefined` from then on.
   */
  text(at: number): string | undefined;
}

export function stringTable(source: Source, region: Region, problems: Problems): StringTable {
  const size = Math.min(region.size, MAX_TABLE);
  // Names may share tails, and a few are asked for twice; thousands of overlapping names are an attack.
  let budget = Math.min(16 * size, 4 * size + (1 << 26)) + (1 << 20);
  let exhausted = false;
  const bytes = lazy(() => {
    const table = source.read(region.offset, size);
    if (size < region.size) {
      problems.add(`only ${size} of ${region.size} bytes of names are read`, at(region.offset));
    } else if (size > 0 && table[size - 1] !== 0) {
      problems.add("the string table does not end with a NUL", at(region.offset + size - 1));
    }
    return table;
  });
  return {
    offset: region.offset,
    size,
    bytes,
    text(position) {
      if (exhausted || !(position >= 0 && position < size)) return undefined;
      const table = bytes();
      const end = nameEnd(table, position);
      budget -= end - position + 1;
      if (budget < 0) {
        if (!exhausted) {
          problems.add(
            "the names overlap and add up to far more than the table",
            at(region.offset),
          );
        }
        exhausted = true;
        return undefined;
      }
      return decodeName(table, position, end);
    },
  };
}

function at(offset: number): { readonly record: string; readonly offset: number } {
  return { record: "string table", offset };
}

export function emptyStringTable(): StringTable {
  const none = new Uint8Array();
  return { offset: 0, size: 0, bytes: () => none, text: () => undefined };
}

/** Position of the NUL that ends the name at `position`, or the table's end. */
export function nameEnd(table: Uint8Array, position: number): number {
  const limit = Math.min(table.length, position + MAX_NAME);
  // Most names are short; a native search costs more to start than they take.
  const near = Math.min(limit, position + 48);
  for (let index = position; index < near; index++) if (table[index] === 0) return index;
  const found = table.subarray(near, limit).indexOf(0);
  return found < 0 ? limit : near + found;
}

/** Text of the bytes; nearly all names are ASCII, which needs no decoder. */
export function decodeName(table: Uint8Array, start: number, end: number): string {
  if (end - start > 512) return decodeUtf8Lossy(table.subarray(start, end));
  for (let index = start; index < end; index++) {
    if ((table[index] ?? 0) >= 0x80) return decodeUtf8Lossy(table.subarray(start, end));
  }
  return Reflect.apply(String.fromCharCode, undefined, table.subarray(start, end));
}
