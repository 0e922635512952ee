/** A string table: NUL-terminated names, found by offset. gABI chapter 4. */
import { decodeName, nameEnd } from "../../bytes.ts";
import type { Source } from "../../source.ts";
import { lazy, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";

/** A table larger than this (bytes) is read in part. */
const MAX_TABLE = 1 << 28;

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
