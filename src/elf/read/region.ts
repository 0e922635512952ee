/** Small records in a part of the file whose used length isn't known before they are read. */
import type { Source } from "../../source.ts";

const BLOCK = 16 << 10;

export interface Region {
  /** File offset of the first byte. */
  readonly offset: number;
  /** Bytes that the file has from there. */
  readonly size: number;
}

/**
 * A reader of short runs inside `region`; it fetches blocks of 16 KiB, so that a chain of records
 * costs few reads however large the region is.
 *
 * Returns fewer than `length` bytes at the region's end, so the caller's struct read reports it.
 */
export function regionReader(
  source: Source,
  region: Region,
): (at: number, length: number) => Uint8Array {
  let start = 0;
  let block: Uint8Array = new Uint8Array();
  return (at, length) => {
    const end = Math.min(at + length, region.size);
    if (at >= end) return new Uint8Array();
    if (at < start || end > start + block.length) {
      start = at;
      block = source.read(
        region.offset + at,
        Math.min(Math.max(BLOCK, end - at), region.size - at),
      );
    }
    return block.subarray(at - start, end - start);
  };
}
