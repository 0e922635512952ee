/** LZ4 blocks, as fat binaries hold them: no frame, no checksum. */
import { FormatError } from "../errors.ts";

/** Shortest match. */
export const MIN_MATCH = 4;
/** Farthest match (bytes). */
export const MAX_DISTANCE = 0xffff;
/** At the end so many bytes are literals. */
export const LAST_LITERALS = 5;
/** And no match begins nearer to the end. */
export const MATCH_LIMIT = 12;

/**
 * Decodes a block that must give exactly `size` bytes.
 *
 * @param size is what memory is taken for: the caller bounds it.
 * @param out room for as many bytes; default: a new array.
 * @throws FormatError when the block is damaged or gives more or less.
 */
export function decodeLz4(
  block: Uint8Array,
  size: number,
  out: Uint8Array = new Uint8Array(size),
): Uint8Array {
  let from = 0;
  let to = 0;
  while (from < block.length) {
    const token = block[from++] ?? 0;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= block.length) throw damaged("a length is cut off", from);
        more = block[from++] ?? 0;
        literals += more;
      }
    }
    if (literals > block.length - from) throw damaged("literals are cut off", from);
    if (literals > size - to) throw damaged(`the block gives more than ${size} bytes`, from);
    if (literals < 32) {
      for (let index = 0; index < literals; index++) out[to + index] = block[from + index] ?? 0;
    } else out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has no match.
    if (from === block.length) break;
    if (block.length - from < 2) throw damaged("an offset is cut off", from);
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    if (distance === 0 || distance > to) throw damaged("an offset leads before the data", from - 2);
    let length = token & 15;
    if (length === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= block.length) throw damaged("a length is cut off", from);
        more = block[from++] ?? 0;
        length += more;
      }
    }
    length += MIN_MATCH;
    if (length > size - to) throw damaged(`the block gives more than ${size} bytes`, from);
    if (distance >= length && length >= 32)
      out.copyWithin(to, to - distance, to - distance + length);
    else {
      for (let index = 0; index < length; index++) {
        out[to + index] = out[to + index - distance] ?? 0;
      }
    }
    to += length;
  }
  if (to !== size) throw damaged(`the block gives ${to} bytes, not ${size}`, from);
  return out;
}

function damaged(problem: string, offset: number): FormatError {
  return new FormatError(problem, { format: "lz4", record: "block", offset });
}
