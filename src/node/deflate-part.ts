/** Compresses a part of some content so that streams of parts can be put together: the body of a thread's job. */
import { memorySource } from "../source.ts";
import { BlockReader } from "../zip/deflate-blocks.ts";
import { libdeflate } from "./libdeflate.ts";

export interface DeflatePart {
  readonly bytes: Uint8Array;
  /** 0-12. */
  readonly level: number;
  /** No other part follows. */
  readonly last: boolean;
}

/** One that several threads may come to. */
export interface ClaimablePart extends DeflatePart {
  /** In shared memory. It is the part's for whoever counts it up from `turn`. */
  readonly claim: Int32Array;
  readonly turn: number;
}

/** @returns whether the part is the caller's to compress. */
export function claimPart({ claim, turn }: ClaimablePart): boolean {
  return Atomics.compareExchange(claim, 0, turn, turn + 1) === turn;
}

/** What an empty stored block holds behind its header. */
const EMPTY_BLOCK = [0, 0, 0xff, 0xff];
/** Bits of a block's header. */
const HEADER_BITS = 3;

/** @returns blocks that refer to nothing before them, and end at a byte. */
export function deflatePart({ bytes, level, last }: DeflatePart): Uint8Array {
  const stream = libdeflate().deflate(bytes, level);
  return last ? stream.slice() : openEnded(stream, bytes.length);
}

/**
 * The stream without an end: its last block is no longer marked as such, and an empty stored block
 * fills the last byte up, as a flush of zlib does.
 *
 * @param size bytes that it yields.
 */
function openEnded(stream: Uint8Array, size: number): Uint8Array {
  const reader = new BlockReader(memorySource(stream), size);
  do {
    if (!reader.next()) throw new TypeError("libdeflate made a stream that can't be read");
  } while (!reader.final);
  const { startBit, endBit } = reader;
  const header = Math.ceil((endBit + HEADER_BITS) / 8);
  const result = new Uint8Array(header + EMPTY_BLOCK.length);
  result.set(stream);
  const at = startBit >> 3;
  result[at] = (result[at] ?? 0) & ~(1 << (startBit & 7));
  result.set(EMPTY_BLOCK, header);
  return result;
}
