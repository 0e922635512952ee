/** A string table: NUL-terminated names, found by offset. gABI chapter 4. */
import { decodeName, MAX_NAME, nameEnd } from "../../bytes.ts";
import type { Source } from "../../source.ts";
import { lazy, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";

/** A table larger than this (bytes) is read in part. */
const MAX_TABLE = 1 << 28;
/** Of a larger table (bytes) a few names are read alone: those of C++ libraries have 100 MB. */
const SMALL_TABLE = 1 << 20;
/** Bytes that most names fit in. */
const NAME_ROOM = 256;

export { decodeName, nameEnd };

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
  let whole: Uint8Array | undefined;
  const checkEnd = lazy(() => {
    if (size < region.size) {
      problems.add(`only ${size} of ${region.size} bytes of names are read`, at(region.offset));
    } else if (size > 0 && source.read(region.offset + size - 1, 1)[0] !== 0) {
      problems.add("the string table does not end with a NUL", at(region.offset + size - 1));
    }
    return true;
  });
  const bytes = (): Uint8Array => {
    whole ??= source.read(region.offset, size);
    checkEnd();
    return whole;
  };
  /** Where the name at `position` is, and where it ends there. */
  const find = (
    position: number,
  ): { readonly table: Uint8Array; readonly start: number; readonly end: number } => {
    if (whole !== undefined || size <= SMALL_TABLE) {
      const table = bytes();
      return { table, start: position, end: nameEnd(table, position) };
    }
    checkEnd();
    for (let room = NAME_ROOM; ; room *= 16) {
      const table = source.read(region.offset + position, Math.min(room, size - position));
      const end = nameEnd(table, 0);
      // A name that fills what may be read of it ends there.
      const isAll = table.length < room || room > MAX_NAME;
      if (end < table.length || isAll) return { table, start: 0, end };
    }
  };
  return {
    offset: region.offset,
    size,
    bytes,
    text(position) {
      if (exhausted || !(position >= 0 && position < size)) return undefined;
      const { table, start, end } = find(position);
      budget -= end - start + 1;
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
      return decodeName(table, start, end);
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
