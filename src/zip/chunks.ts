/** Reads ahead in a source, so that thousands of small records cost few reads. */
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import { centralHeaderAt, localHeaderAt } from "./headers.ts";
import type { CentralHeader, LocalHeader } from "./layout.ts";

export interface ChunkReader {
  readonly size: number;
  /**
   * Makes `length` bytes from `offset` available; false when the source ends before.
   *
   * @param ahead how many bytes to fetch when these are not at hand.
   */
  hold(offset: number, length: number, ahead?: number): boolean;
  /**
   * `length` bytes from `offset`, or `undefined` when the source ends before. A view, good until the
   * next call that may fetch others.
   */
  read(offset: number, length: number, ahead?: number): Uint8Array | undefined;
  /** The 32-bit little-endian number at `offset`, or `undefined`. */
  u32(offset: number): number | undefined;
  /** The header at `offset`, which must be held. */
  local(offset: number): LocalHeader;
  central(offset: number): CentralHeader;
  /** `length` held bytes; good until the next call that may fetch others. */
  view(offset: number, length: number): Uint8Array;
  /** A copy of `length` held bytes. */
  copy(offset: number, length: number): Uint8Array;
  /** True when the held bytes from `offset` are this ASCII text. */
  equals(offset: number, text: string): boolean;
}

/** Bytes that are fetched at once where records lie close together. */
export const CHUNK = 65_536;
/** Reads of up to this many bytes share one buffer. */
const OWN = 256 << 10;
/** Copies of up to this many bytes lie side by side in buffers of the other size. */
const SHARED = 4 << 10;
const SHELF = 64 << 10;

export function chunkReader(source: Source & Pick<FileSource, "readInto">): ChunkReader {
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);
  let fields = new DataView(held.buffer);
  // Thousands of buffers would be more work for the collector of garbage than what is read of them.
  let own: Uint8Array | undefined;
  let shelf = new Uint8Array(0);
  let shelfUsed = 0;
  const fetch = (offset: number, length: number): Uint8Array => {
    if (source.readInto === undefined || length > OWN) return source.read(offset, length);
    own ??= new Uint8Array(OWN);
    const target = own.subarray(0, length);
    source.readInto(offset, target);
    return target;
  };
  const hold = (offset: number, length: number, ahead = CHUNK): boolean => {
    if (!(offset >= 0 && offset + length <= source.size)) return false;
    if (offset < start || offset + length > start + held.length) {
      held = fetch(offset, Math.min(source.size - offset, Math.max(length, ahead)));
      start = offset;
      fields = new DataView(held.buffer, held.byteOffset, held.byteLength);
    }
    return true;
  };
  return {
    size: source.size,
    hold,
    read(offset, length, ahead) {
      if (!hold(offset, length, ahead)) return undefined;
      return held.subarray(offset - start, offset - start + length);
    },
    u32(offset) {
      if (!hold(offset, 4)) return undefined;
      const at = offset - start;
      const low = (held[at] ?? 0) | ((held[at + 1] ?? 0) << 8);
      return (low | ((held[at + 2] ?? 0) << 16) | ((held[at + 3] ?? 0) << 24)) >>> 0;
    },
    local: (offset) => localHeaderAt(fields, offset - start),
    central: (offset) => centralHeaderAt(fields, offset - start),
    view: (offset, length) => held.subarray(offset - start, offset - start + length),
    copy(offset, length) {
      if (length > SHARED) return held.slice(offset - start, offset - start + length);
      if (shelfUsed + length > shelf.length) {
        shelf = new Uint8Array(SHELF);
        shelfUsed = 0;
      }
      const copied = shelf.subarray(shelfUsed, shelfUsed + length);
      shelfUsed += length;
      copied.set(held.subarray(offset - start, offset - start + length));
      return copied;
    },
    equals(offset, text) {
      const from = offset - start;
      for (let index = 0; index < text.length; index++) {
        if (held[from + index] !== text.charCodeAt(index)) return false;
      }
      return true;
    },
  };
}
