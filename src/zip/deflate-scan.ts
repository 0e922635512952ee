/**
 * Where the blocks of a deflate stream begin, and which of them a rewrite of the output leaves as
 * they are.
 *
 * The first is found in one pass that needs to know nothing of the rewrite, so it can run while the
 * member is unpacked and the rewrite planned. The second looks at the blocks near the changes only.
 */
import type { Rewrite, Splice } from "../rewrite.ts";
import type { Source } from "../source.ts";
import type { Zone } from "./deflate-blocks.ts";
import { BlockReader } from "./deflate-blocks.ts";
import { WINDOW } from "./deflate-tables.ts";

/** Beginnings of some of a stream's blocks. Plain data, so that another thread can make it. */
export interface BlockIndex {
  /** Offset of each block in the stream, in bits, ascending; the first is 0. */
  readonly bits: readonly number[];
  /** Offset in bytes of its output. */
  readonly outs: readonly number[];
  /** Where the stream ends, in bits. */
  readonly endBit: number;
  /** Bytes of output. */
  readonly size: number;
}

/** Blocks that a rewrite changes, all in a row. */
export interface DirtyRun {
  readonly startBit: number;
  readonly endBit: number;
  readonly outStart: number;
  readonly outEnd: number;
}

/** Output between the blocks of an index, in bytes, where blocks are not larger. */
const STEP = 256 << 10;
/**
 * Blocks at most, and compressed bytes for each one more: whoever writes smaller ones writes them to
 * cost time.
 */
const MOST_BLOCKS = 1 << 14;
const BYTES_PER_BLOCK = 512;
/** Compressed bytes between two pauses. */
const PAUSE = 1 << 20;
/** Fewer unchanged bits than these between changed blocks are not worth their seams. */
const LEAST_KEPT_BITS = 4096 * 8;

/**
 * Reads all block boundaries of a stream, with a pause every now and then for the caller's sake.
 *
 * @param source the stream, and nothing behind it.
 * @param size bytes that it yields.
 * @returns `undefined` when the stream is broken, is not what was said, or has too many blocks.
 */
export function* indexBlocks(
  source: Source,
  size: number,
): Generator<void, BlockIndex | undefined> {
  const reader = new BlockReader(source, size);
  const bits: number[] = [];
  const outs: number[] = [];
  let wanted = 0;
  let pause = PAUSE * 8;
  let left = MOST_BLOCKS + source.size / BYTES_PER_BLOCK;
  do {
    if (left-- <= 0) return undefined;
    if (reader.outEnd >= wanted) {
      bits.push(reader.endBit);
      outs.push(reader.outEnd);
      wanted = reader.outEnd + STEP;
    }
    if (!reader.next()) return undefined;
    if (reader.endBit >= pause) {
      pause = reader.endBit + PAUSE * 8;
      yield;
    }
  } while (!reader.final);
  const { endBit } = reader;
  if (reader.outEnd !== size || Math.ceil(endBit / 8) !== source.size) return undefined;
  return { bits, outs, endBit, size };
}

/**
 * The blocks that can't stay: those that yield a byte that changes or moves apart from its
 * neighbours, and those with a match that reads one.
 *
 * @param source the stream that `index` was made of; `rewrite` is of its output.
 * @returns `undefined` when the two don't fit together.
 */
export function findDirtyRuns(
  source: Source,
  index: BlockIndex,
  rewrite: Rewrite,
): readonly DirtyRun[] | undefined {
  const { splices } = rewrite;
  if (rewrite.sourceSize !== index.size) return undefined;
  const reader = new BlockReader(source, index.size);
  const runs: DirtyRun[] = [];
  let low = 0;
  for (let next = splices[low]; next !== undefined; next = splices[low]) {
    seekTo(reader, index, next.at);
    const start = reader.outEnd;
    if (!reader.next(zonesBefore(splices, low, start))) return undefined;
    const { outEnd, final } = reader;
    if (reader.touched || isRewritten(splices, low, start, outEnd, final)) addRun(runs, reader);
    if (final) break;
    // A block may still refer to the 32 KiB before it.
    for (let splice = next; splice.at + splice.remove + WINDOW <= outEnd; ) {
      const after = splices[++low];
      if (after === undefined) break;
      splice = after;
    }
  }
  return runs;
}

/** Goes to the last known block that begins at or before `out`, unless the reader is behind it. */
function seekTo(reader: BlockReader, { bits, outs }: BlockIndex, out: number): void {
  let low = 0;
  let high = outs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((outs[middle] ?? 0) <= out) low = middle;
    else high = middle - 1;
  }
  const bit = bits[low] ?? 0;
  if (bit > reader.endBit) reader.seek(bit, outs[low] ?? 0);
}

/** What blocks that begin at `start` can refer to and is no longer there, or no longer at that distance. */
function zonesBefore(splices: readonly Splice[], low: number, start: number): readonly Zone[] {
  const zones: Zone[] = [];
  for (let at = low; ; at++) {
    const splice = splices[at];
    if (splice === undefined) return zones;
    const end = splice.at + splice.remove;
    if (end > start) return zones;
    const moves = splice.zeros + splice.bytes.length !== splice.remove;
    zones.push({ start: moves ? -1 : splice.at, end });
  }
}

/** Whether a byte of the block changes. What is put between two blocks belongs to the second. */
function isRewritten(
  splices: readonly Splice[],
  low: number,
  start: number,
  end: number,
  final: boolean,
): boolean {
  for (let at = low; ; at++) {
    const splice = splices[at];
    if (splice === undefined || (splice.at >= end && !final)) return false;
    if (final && splice.at >= end) return true;
    const insertedHere = splice.remove === 0 && splice.at >= start;
    if (insertedHere || splice.at + splice.remove > start) return true;
  }
}

function addRun(runs: DirtyRun[], block: BlockReader): void {
  const { startBit, endBit, outStart, outEnd } = block;
  const last = runs.at(-1);
  if (startBit - (last?.endBit ?? 0) >= LEAST_KEPT_BITS) {
    runs.push({ startBit, endBit, outStart, outEnd });
  } else if (last === undefined) {
    runs.push({ startBit: 0, endBit, outStart: 0, outEnd });
  } else {
    runs[runs.length - 1] = { ...last, endBit, outEnd };
  }
}
