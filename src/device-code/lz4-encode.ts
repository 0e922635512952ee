/**
 * LZ4 with the shortest encoding of the matches that are found, as LZ4-HC's highest levels have it.
 *
 * A match costs the same at any distance, so of all matches at a place the longest serves for every
 * shorter length too. Chains of places with the same four bytes give it; then the cheapest way
 * through the data is computed from its end.
 */
import { LAST_LITERALS, MATCH_LIMIT, MAX_DISTANCE, MIN_MATCH } from "./lz4.ts";

const HASH_BITS = 17;
const WINDOW = 1 << 16;
/** A match this long is taken without a look at shorter ones. */
const ENOUGH = 96;
/** Data are looked at in pieces of this many bytes, so that memory does not grow with them. */
const PIECE = 1 << 18;

/**
 * The data as one LZ4 block; the same bytes for the same data on every machine.
 *
 * @param depth places that are compared for each byte; 4 is fast, 256 thorough.
 * @param into gets the block; it must not be a part of the data.
 * @returns the part of `into` that was filled; `undefined`: the block is larger.
 */
export function encodeLz4(
  data: Uint8Array,
  depth: number,
  into: Uint8Array,
): Uint8Array | undefined {
  const finder = matchFinder(data, depth);
  const block: Block = { bytes: into, size: 0, isFull: false };
  let anchor = 0;
  for (let start = 0; start < data.length && !block.isFull; start += PIECE) {
    const end = Math.min(data.length, start + PIECE);
    anchor = encodePiece(data, { start, end, anchor }, finder, block);
  }
  put(block, data, { anchor, at: data.length, distance: 0, length: 0 });
  return block.isFull ? undefined : into.subarray(0, block.size);
}

/** Tables, used for all data: new ones for each would be garbage for long. */
interface Scratch {
  /** The last place of each hash, and of each place the one before with the same; -1: none. */
  readonly heads: Int32Array;
  readonly previous: Int32Array;
  /** Of one piece. */
  readonly lengths: Uint32Array;
  readonly distances: Uint16Array;
  /** Bytes of the cheapest way from each place to the end. */
  readonly cost: Float64Array;
  readonly literals: Uint32Array;
  /** How far the cheapest way goes in one step: 1 is a literal, else a match. */
  readonly steps: Uint32Array;
}

let made: Scratch | undefined;

function scratch(): Scratch {
  made ??= {
    heads: new Int32Array(1 << HASH_BITS),
    previous: new Int32Array(WINDOW),
    lengths: new Uint32Array(PIECE),
    distances: new Uint16Array(PIECE),
    cost: new Float64Array(PIECE + 1),
    literals: new Uint32Array(PIECE + 1),
    steps: new Uint32Array(PIECE),
  };
  return made;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** From here on literals are still to be written. */
  readonly anchor: number;
}

/** @returns the new anchor. */
function encodePiece(
  data: Uint8Array,
  { start, end, anchor: before }: Piece,
  find: MatchFinder,
  block: Block,
): number {
  const count = end - start;
  const tables = scratch();
  const { lengths, distances, steps } = tables;
  lengths.fill(0, 0, count);
  const limit = data.length - MATCH_LIMIT;
  for (let at = start, skip = 0; at < end; at++) {
    // Inside a very long match nothing better is to be found, but the chains must know the places.
    const wanted = at <= limit && skip === 0;
    const found = find(at, Math.min(end, data.length - LAST_LITERALS) - at, wanted);
    if (skip > 0) skip--;
    else if (found >= MIN_MATCH << 16) {
      lengths[at - start] = Math.floor(found / WINDOW);
      distances[at - start] = found % WINDOW;
      if ((lengths[at - start] ?? 0) >= ENOUGH) skip = (lengths[at - start] ?? 0) - 1;
    }
  }
  findCheapest(tables, count);
  let anchor = before;
  for (let index = 0; index < count; ) {
    const step = steps[index] ?? 1;
    if (step >= MIN_MATCH) {
      const distance = distances[index] ?? 0;
      put(block, data, { anchor, at: start + index, distance, length: step });
      anchor = start + index + step;
    }
    index += step;
  }
  return anchor;
}

/** Fills in `steps`, from the end. */
function findCheapest({ lengths, cost, literals, steps }: Scratch, count: number): void {
  cost[count] = 0;
  literals[count] = 0;
  for (let index = count - 1; index >= 0; index--) {
    const run = (literals[index + 1] ?? 0) + 1;
    // A run of literals of 15 or more needs another byte for its length.
    let best =
      (cost[index + 1] ?? 0) + 1 + (run === 15 || (run > 15 && (run - 15) % 255 === 0) ? 1 : 0);
    let step = 1;
    const longest = lengths[index] ?? 0;
    const least = longest >= ENOUGH ? longest : MIN_MATCH;
    for (let length = longest; length >= least; length--) {
      const extra = length - MIN_MATCH;
      const bytes = 3 + (extra >= 15 ? 1 + Math.floor((extra - 15) / 255) : 0);
      const total = (cost[index + length] ?? 0) + bytes;
      if (total < best) {
        best = total;
        step = length;
      }
    }
    cost[index] = best;
    literals[index] = step === 1 ? run : 0;
    steps[index] = step;
  }
}

/** The longest match at `at` of at most `most` bytes, as length × 65536 + distance; 0 without one. */
type MatchFinder = (at: number, most: number, wanted: boolean) => number;

function matchFinder(data: Uint8Array, depth: number): MatchFinder {
  const { heads, previous } = scratch();
  heads.fill(-1);
  previous.fill(-1);
  return (at, most, wanted) => {
    if (at + MIN_MATCH > data.length) return 0;
    const word =
      (data[at] ?? 0) |
      ((data[at + 1] ?? 0) << 8) |
      ((data[at + 2] ?? 0) << 16) |
      ((data[at + 3] ?? 0) << 24);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    let candidate = heads[hash] ?? -1;
    previous[at & (WINDOW - 1)] = candidate;
    heads[hash] = at;
    if (!wanted || most < MIN_MATCH) return 0;
    let best = MIN_MATCH - 1;
    let distance = 0;
    for (let tries = depth; tries > 0 && candidate >= 0; tries--) {
      if (at - candidate > MAX_DISTANCE) break;
      if (data[candidate + best] === data[at + best] && data[candidate] === data[at]) {
        let length = 0;
        while (length < most && data[candidate + length] === data[at + length]) length++;
        if (length > best) {
          best = length;
          distance = at - candidate;
          if (length === most) break;
        }
      }
      const before = previous[candidate & (WINDOW - 1)] ?? -1;
      if (before >= candidate) break;
      candidate = before;
    }
    return distance === 0 ? 0 : best * WINDOW + distance;
  };
}

/** A block in the making. */
interface Block {
  readonly bytes: Uint8Array;
  size: number;
  /** What was to be put did not fit. */
  isFull: boolean;
}

/** Literals from `anchor` to `at`, then a match; `length` 0: the last sequence, without one. */
function put(block: Block, data: Uint8Array, { anchor, at, distance, length }: Sequence): void {
  const { bytes } = block;
  const literals = at - anchor;
  const extra = length === 0 ? 0 : length - MIN_MATCH;
  const size = 1 + lengthSize(literals) + literals + (length > 0 ? 2 + lengthSize(extra) : 0);
  if (block.isFull || block.size + size > bytes.length) {
    block.isFull = true;
    return;
  }
  bytes[block.size] = (Math.min(15, literals) << 4) | Math.min(15, extra);
  let to = putLength(bytes, block.size + 1, literals);
  if (literals < 32) {
    for (let index = anchor; index < at; index++) bytes[to++] = data[index] ?? 0;
  } else {
    bytes.set(data.subarray(anchor, at), to);
    to += literals;
  }
  if (length > 0) {
    bytes[to++] = distance & 255;
    bytes[to++] = distance >>> 8;
    to = putLength(bytes, to, extra);
  }
  block.size = to;
}

interface Sequence {
  readonly anchor: number;
  readonly at: number;
  readonly distance: number;
  readonly length: number;
}

/** Bytes of a length beside the token's part of it. */
function lengthSize(length: number): number {
  return length < 15 ? 0 : 1 + Math.floor((length - 15) / 255);
}

function putLength(bytes: Uint8Array, at: number, length: number): number {
  if (length < 15) return at;
  let to = at;
  for (let rest = length - 15; ; rest -= 255) {
    bytes[to++] = Math.min(255, rest);
    if (rest < 255) return to;
  }
}
