/**
 * A change of a file as data: which bytes of the original go, and what takes their place.
 *
 * A format plans a {@link Rewrite}; it can be printed, applied while streaming, hashed while
 * streaming, read at random without being written, and composed with a later one. Nothing here
 * holds the file in memory, and nothing knows a format.
 */
import { bytesEqual } from "./bytes.ts";
import type { ByteRange, Source } from "./source.ts";
import { readInto } from "./source.ts";

/** At `at`, `remove` bytes of the original give way to `zeros` zero bytes and then `bytes`. */
export interface Splice {
  /** Byte offset in the original. */
  readonly at: number;
  readonly remove: number;
  readonly zeros: number;
  readonly bytes: Uint8Array;
  /** What lies there, for people: `.dynstr`, `PT_LOAD`. */
  readonly what: string;
}

export interface Rewrite {
  readonly sourceSize: number;
  /** Length in bytes of the result. */
  readonly size: number;
  /** Ascending by `at`; the removed ranges don't overlap. Empty when nothing changes. */
  readonly splices: readonly Splice[];
  /** How it was done, in the order of the steps, for people. */
  readonly notes: readonly string[];
}

/** A run of the result: taken from the original, zero bytes, or new bytes. */
export type Piece =
  | { readonly kind: "copy"; readonly start: number; readonly length: number }
  | { readonly kind: "zeros"; readonly length: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

const CHUNK = 1 << 20;
const NOTHING = new Uint8Array(0);

/** The rewrite that changes nothing. */
export function emptyRewrite(sourceSize: number, notes: readonly string[] = []): Rewrite {
  return { sourceSize, size: sourceSize, splices: [], notes };
}

/** True when applying it gives the same bytes. */
export function isUnchanged(rewrite: Rewrite): boolean {
  return rewrite.splices.length === 0;
}

/**
 * Puts splices in order and drops what changes nothing.
 *
 * A patch (as many bytes in as out) is cut down to the bytes that differ from `source`.
 *
 * @throws RangeError when two splices overlap or one leaves the file: a bug of the caller.
 */
export function rewriteOf(
  source: Source,
  splices: readonly Splice[],
  notes: readonly string[] = [],
): Rewrite {
  const sorted = [...splices].sort((a, b) => a.at - b.at || a.remove - b.remove);
  const kept: Splice[] = [];
  let size = source.size;
  let last = 0;
  for (const splice of sorted) {
    if (splice.at < last || splice.at + splice.remove > source.size || splice.remove < 0) {
      throw new RangeError(`splice of ${splice.what} at ${splice.at} overlaps another one`);
    }
    last = splice.at + splice.remove;
    if (splice.zeros === 0 && splice.bytes.length === splice.remove) {
      kept.push(...changedRuns(source, splice));
      continue;
    }
    size += splice.zeros + splice.bytes.length - splice.remove;
    kept.push(splice);
  }
  return { sourceSize: source.size, size, splices: kept, notes };
}

/** Equal stretches up to this length stay inside one patch. */
const JOIN = 128;

function changedRuns(source: Source, patch: Splice): Splice[] {
  const old = source.read(patch.at, patch.remove);
  const runs: Splice[] = [];
  let start = -1;
  let end = 0;
  const close = (): void => {
    if (start < 0) return;
    const bytes = patch.bytes.subarray(start, end);
    runs.push({ at: patch.at + start, remove: end - start, zeros: 0, bytes, what: patch.what });
  };
  for (let index = 0; index < old.length; index++) {
    if (old[index] === patch.bytes[index]) continue;
    if (start < 0 || index - end > JOIN) {
      close();
      start = index;
    }
    end = index + 1;
  }
  close();
  return runs;
}

/** The result as runs in output order. */
export function piecesOf(rewrite: Rewrite): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const splice of rewrite.splices) {
    if (splice.at > at) pieces.push({ kind: "copy", start: at, length: splice.at - at });
    if (splice.zeros > 0) pieces.push({ kind: "zeros", length: splice.zeros });
    if (splice.bytes.length > 0) pieces.push({ kind: "bytes", bytes: splice.bytes });
    at = splice.at + splice.remove;
  }
  if (at < rewrite.sourceSize) {
    pieces.push({ kind: "copy", start: at, length: rewrite.sourceSize - at });
  }
  return pieces;
}

/** Length in bytes of a run. */
export function pieceLength(piece: Piece): number {
  return piece.kind === "bytes" ? piece.bytes.length : piece.length;
}

/**
 * Streams the result in chunks of at most 1 MiB.
 *
 * A chunk may be a view of the source's memory: use it before asking for the next one.
 *
 * @throws RangeError when `source` is not the file the rewrite was planned for.
 */
export function* applyRewrite(source: Source, rewrite: Rewrite): Generator<Uint8Array> {
  checkSource(source, rewrite);
  for (const piece of piecesOf(rewrite)) {
    const length = pieceLength(piece);
    for (let at = 0; at < length; at += CHUNK) {
      const part = Math.min(CHUNK, length - at);
      if (piece.kind === "copy") yield source.read(piece.start + at, part);
      else if (piece.kind === "bytes") yield piece.bytes.subarray(at, at + part);
      else yield new Uint8Array(part);
    }
  }
}

/** Random access to the result; only ranges that cross runs are copied. */
export function rewrittenSource(source: Source, rewrite: Rewrite): Source {
  checkSource(source, rewrite);
  const pieces = piecesOf(rewrite);
  const starts: number[] = [];
  let total = 0;
  for (const piece of pieces) {
    starts.push(total);
    total += pieceLength(piece);
  }
  const take = (piece: Piece, from: number, length: number): Uint8Array => {
    if (piece.kind === "copy") return source.read(piece.start + from, length);
    if (piece.kind === "bytes") return piece.bytes.subarray(from, from + length);
    return new Uint8Array(length);
  };
  const fill = (offset: number, target: Uint8Array): void => {
    let done = 0;
    for (let index = lastAtMost(starts, offset); done < target.length; index++) {
      const piece = pieces[index];
      if (piece === undefined) return;
      const inside = offset + done - (starts[index] ?? 0);
      const part = Math.min(target.length - done, pieceLength(piece) - inside);
      const into = target.subarray(done, done + part);
      if (piece.kind === "copy") readInto(source, piece.start + inside, into);
      else into.set(take(piece, inside, part));
      done += part;
    }
  };
  return {
    size: rewrite.size,
    read(offset, length) {
      if (length === 0 && offset >= 0 && offset <= rewrite.size) return NOTHING;
      if (!(offset >= 0 && length >= 0 && offset + length <= rewrite.size)) {
        // The original complains in its own words: same error type as any short read.
        return source.read(source.size, offset + length - rewrite.size || 1);
      }
      const index = lastAtMost(starts, offset);
      const piece = pieces[index];
      const from = offset - (starts[index] ?? 0);
      if (piece !== undefined && from + length <= pieceLength(piece)) {
        return take(piece, from, length);
      }
      const result = new Uint8Array(length);
      fill(offset, result);
      return result;
    },
    readInto(offset, target) {
      if (!(offset >= 0 && offset + target.length <= rewrite.size)) {
        source.read(source.size, offset + target.length - rewrite.size || 1);
      }
      fill(offset, target);
    },
  };
}

/** The ranges of the result that are not copies of the original, ascending, joined where they touch. */
export function changedRanges(rewrite: Rewrite): readonly ByteRange[] {
  const ranges: { start: number; end: number }[] = [];
  let at = 0;
  for (const piece of piecesOf(rewrite)) {
    const end = at + pieceLength(piece);
    if (piece.kind !== "copy") {
      const last = ranges.at(-1);
      if (last !== undefined && last.end === at) last.end = end;
      else ranges.push({ start: at, end });
    }
    at = end;
  }
  return ranges;
}

/**
 * Where a range of the original lies in the result; `undefined` when a byte of it was removed or
 * replaced, or bytes were put inside.
 */
export function movedRange(rewrite: Rewrite, offset: number, length: number): number | undefined {
  const end = offset + length;
  let shift = 0;
  for (const splice of rewrite.splices) {
    if (splice.at >= end) break;
    const stop = splice.at + splice.remove;
    if (stop > offset || splice.at > offset) return undefined;
    shift += splice.zeros + splice.bytes.length - splice.remove;
  }
  return offset + shift;
}

/** Both rewrites as one over the first one's original. `second` was planned for the result of `first`. */
export function composeRewrites(first: Rewrite, second: Rewrite): Rewrite {
  if (second.sourceSize !== first.size) {
    throw new RangeError(
      `a rewrite of ${second.sourceSize} bytes can't follow one to ${first.size}`,
    );
  }
  const inner = piecesOf(first);
  const pieces: Piece[] = [];
  for (const piece of piecesOf(second)) {
    if (piece.kind === "copy") pieces.push(...cutPieces(inner, piece.start, piece.length));
    else pieces.push(piece);
  }
  return {
    sourceSize: first.sourceSize,
    size: second.size,
    splices: splicesOf(first.sourceSize, pieces),
    notes: [...first.notes, ...second.notes],
  };
}

function cutPieces(pieces: readonly Piece[], start: number, length: number): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const size = pieceLength(piece);
    const from = Math.max(start, at);
    const to = Math.min(start + length, at + size);
    if (from < to) {
      if (piece.kind === "copy") {
        result.push({ kind: "copy", start: piece.start + from - at, length: to - from });
      } else if (piece.kind === "bytes") {
        result.push({ kind: "bytes", bytes: piece.bytes.subarray(from - at, to - at) });
      } else result.push({ kind: "zeros", length: to - from });
    }
    at += size;
  }
  return result;
}

/** More zeros (bytes) behind others are a splice of their own: a cut may leave hundreds of MB of them. */
const MANY_ZEROS = 1 << 16;

function splicesOf(sourceSize: number, pieces: readonly Piece[]): Splice[] {
  const splices: Splice[] = [];
  let at = 0;
  /** What is put between two copies: zeros, then bytes, and so on. */
  let runs: { zeros: number; parts: Uint8Array[] }[] = [{ zeros: 0, parts: [] }];
  const close = (next: number): void => {
    let from = at;
    for (const { zeros, parts } of runs) {
      if (next === from && zeros === 0 && parts.length === 0) continue;
      splices.push({
        at: from,
        remove: next - from,
        zeros,
        bytes: concat(parts),
        what: "composed",
      });
      from = next;
    }
    runs = [{ zeros: 0, parts: [] }];
  };
  for (const piece of pieces) {
    if (piece.kind === "copy") {
      close(piece.start);
      at = piece.start + piece.length;
      continue;
    }
    const last = runs.at(-1);
    if (piece.kind === "bytes") last?.parts.push(piece.bytes);
    else if (last?.parts.length === 0) last.zeros += piece.length;
    else if (piece.length > MANY_ZEROS) runs.push({ zeros: piece.length, parts: [] });
    else last?.parts.push(new Uint8Array(piece.length));
  }
  close(sourceSize);
  return splices;
}

/** True when the result holds exactly the planned bytes and copies of the original elsewhere. */
export function matchesRewrite(before: Source, after: Source, rewrite: Rewrite): boolean {
  if (before.size !== rewrite.sourceSize || after.size !== rewrite.size) return false;
  let at = 0;
  for (const chunk of applyRewrite(before, rewrite)) {
    if (!bytesEqual(chunk, after.read(at, chunk.length))) return false;
    at += chunk.length;
  }
  return at === after.size;
}

/** A few lines that say what a rewrite does, for `--dry-run` and for tests. */
export function describeRewrite(rewrite: Rewrite): readonly string[] {
  const lines = rewrite.splices.map(({ at, remove, zeros, bytes, what }) => {
    const put = zeros + bytes.length;
    if (remove === put) return `${at}: ${put} bytes changed (${what})`;
    if (remove === 0) return `${at}: ${put} bytes inserted (${what})`;
    if (put === 0) return `${at}: ${remove} bytes removed (${what})`;
    return `${at}: ${remove} bytes become ${put} (${what})`;
  });
  return [...rewrite.notes, ...lines];
}

function checkSource(source: Source, rewrite: Rewrite): void {
  if (source.size !== rewrite.sourceSize) {
    throw new RangeError(
      `the rewrite is for a file of ${rewrite.sourceSize} bytes, not ${source.size}`,
    );
  }
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
