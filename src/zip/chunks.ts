/** Reads ahead in a source, so that thousands of small records cost few reads. */
import type { Source } from "../source.ts";

export interface ChunkReader {
  readonly size: number;
  /**
   * `length` bytes from `offset`, or `undefined` when the source ends before. The view is valid
   * until the next call.
   *
   * @param ahead how many bytes to fetch when these are not at hand.
   */
  read(offset: number, length: number, ahead?: number): Uint8Array | undefined;
  /** The 32-bit little-endian number at `offset`, or `undefined`. */
  u32(offset: number): number | undefined;
}

/** Bytes that are fetched at once where records lie close together. */
export const CHUNK = 65_536;

export function chunkReader(source: Source): ChunkReader {
  let start = 0;
  let held = new Uint8Array(0);
  const read = (offset: number, length: number, ahead = CHUNK): Uint8Array | undefined => {
    if (!(offset >= 0 && offset + length <= source.size)) return undefined;
    if (offset < start || offset + length > start + held.length) {
      const wanted = Math.min(source.size - offset, Math.max(length, ahead));
      held = source.read(offset, wanted) as Uint8Array<ArrayBuffer>;
      start = offset;
    }
    return held.subarray(offset - start, offset - start + length);
  };
  return {
    size: source.size,
    read,
    u32(offset) {
      const bytes = read(offset, 4);
      if (bytes === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
    },
  };
}
