/**
 * Random access to bytes that need not be in memory.
 *
 * Parsers read through a {@link Source}: a file, a buffer, a part of another source, or a few
 * windows of a stream. A source is synchronous; what cannot answer at once (a deflated member, an
 * HTTP resource) is read through {@link readThrough}, which fetches the ranges that a parser asks
 * for and runs it again.
 */
import { FormatError } from "./errors.ts";

export interface Source {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`. The result may be a view of shared memory: never write to it.
   *
   * @throws FormatError when the range is not inside the source.
   */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` with the bytes from `offset`: for passes over a whole file, see {@link readInto}. */
  readInto?(offset: number, target: Uint8Array): void;
}

/**
 * Fills `target` with the bytes from `offset`. A pass over a large file that reuses one buffer leaves
 * no garbage behind, which would count as memory until somebody collects it.
 *
 * @throws FormatError when the range is not inside the source.
 */
export function readInto(source: Source, offset: number, target: Uint8Array): void {
  if (source.readInto === undefined) target.set(source.read(offset, target.length));
  else source.readInto(offset, target);
}

/** A half-open byte range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges in order, overlapping and touching ones joined. */
export function mergeRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Thrown by a {@link windowSource} for bytes that it does not hold; see {@link readThrough}. */
export class MissingRange extends Error {
  override readonly name = "MissingRange";
  readonly range: ByteRange;

  constructor(range: ByteRange) {
    super(`bytes ${range.start}-${range.end} are not available`);
    this.range = range;
  }
}

export function memorySource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** The `size` bytes of `source` from `start`, with offsets counted from there. */
export function sliceSource(source: Source, start: number, size: number): Source {
  checkRange(source.size, start, size);
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      return source.read(start + offset, length);
    },
    readInto(offset, target) {
      checkRange(size, offset, target.length);
      readInto(source, start + offset, target);
    },
  };
}

/** What an {@link assembledSource} is made of: bytes, or another source as a whole. */
export type Part =
  | { readonly start: number; readonly bytes: Uint8Array }
  | { readonly start: number; readonly source: Source };

/** A source of `size` bytes with `parts` at their places, which don't overlap, and zeros between them. */
export function assembledSource(size: number, parts: readonly Part[]): Source {
  const held = parts.map((part) => ({
    start: part.start,
    source: "bytes" in part ? memorySource(part.bytes) : part.source,
  }));
  const fill = (offset: number, target: Uint8Array): void => {
    checkRange(size, offset, target.length);
    target.fill(0);
    for (const { start, source } of held) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + target.length, start + source.size);
      if (from < to) readInto(source, from - start, target.subarray(from - offset, to - offset));
    }
  };
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      const target = new Uint8Array(length);
      fill(offset, target);
      return target;
    },
    readInto: fill,
  };
}

/** A piece of a larger whole that is held in memory. */
export interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** A source of `size` bytes of which only `windows` are at hand. */
export function windowSource(size: number, windows: readonly Window[]): Source {
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      for (const { start, bytes } of windows) {
        if (offset >= start && offset + length <= start + bytes.length) {
          return bytes.subarray(offset - start, offset - start + length);
        }
      }
      throw new MissingRange({ start: offset, end: offset + length });
    },
  };
}

/**
 * Runs `parse` over the windows, fetching what it misses, until it succeeds.
 *
 * @param fetch must return one window for each range, in order. Ranges are aligned outwards to
 *   `granularity` bytes so that neighbouring reads cost one fetch.
 * @throws FormatError when `parse` is not content after `rounds` fetches.
 */
export async function readThrough<T>(
  size: number,
  windows: readonly Window[],
  fetch: (ranges: readonly ByteRange[]) => Promise<readonly Window[]>,
  parse: (source: Source) => T,
  { granularity = 1 << 20, rounds = 16 }: { granularity?: number; rounds?: number } = {},
): Promise<T> {
  const held = [...windows];
  for (let round = 0; ; round++) {
    try {
      return parse(windowSource(size, held));
    } catch (error) {
      if (!(error instanceof MissingRange)) throw error;
      if (round === rounds) {
        throw new FormatError(`structures are scattered over more than ${rounds} places`, {
          format: "source",
          record: "file",
          offset: error.range.start,
        });
      }
      const start = Math.floor(error.range.start / granularity) * granularity;
      const end = Math.min(size, Math.ceil(error.range.end / granularity) * granularity);
      held.push(...(await fetch([{ start, end }])));
    }
  }
}

function checkRange(size: number, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new FormatError(`${length} bytes are needed here, but the data ends at ${size}`, {
      format: "source",
      record: "data",
      offset,
    });
  }
}
