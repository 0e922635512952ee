/** Keeps chosen ranges of a member that streams by. */
import { formatOf, readerOf } from "../../formats.ts";
import { type ByteRange, mergeRanges, type Window } from "../../source.ts";

/** First bytes of a streamed member that are kept whatever they are. */
const HEAD_BYTES = 64 << 10;
/** No streamed member keeps more than this in memory, whatever its headers ask for. */
const CAPTURE_LIMIT = 96 << 20;

/**
 * Keeps chosen ranges of a stream that goes by, each in a buffer made when its first byte arrives.
 * All buffers together stay below {@link CAPTURE_LIMIT}, whatever the headers ask for.
 */
export class Recorder {
  readonly #size: number;
  readonly #windows: Map<ByteRange, { readonly start: number; bytes: Uint8Array }> = new Map();
  #ranges: readonly ByteRange[] | undefined;
  #position = 0;
  #room = CAPTURE_LIMIT;

  /** Without `ranges` the first bytes decide which ranges are worth keeping. */
  constructor(size: number, ranges?: readonly ByteRange[]) {
    this.#size = size;
    this.#ranges = ranges;
  }

  add(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    this.#position = end;
    // The first chunk of a stream holds the headers.
    this.#ranges ??= rangesOf(bytes, this.#size);
    for (const range of this.#ranges) {
      const from = Math.max(range.start, offset);
      const to = Math.min(range.end, end);
      if (from >= to) continue;
      const window = this.#windowOf(range);
      const part = bytes.subarray(from - offset, to - offset);
      const room = window.bytes.length - (from - range.start);
      if (room > 0) window.bytes.set(part.subarray(0, room), from - range.start);
    }
  }

  #windowOf(range: ByteRange): { readonly start: number; bytes: Uint8Array } {
    let window = this.#windows.get(range);
    if (window === undefined) {
      const length = Math.min(range.end - range.start, this.#room);
      this.#room -= length;
      window = { start: range.start, bytes: new Uint8Array(length) };
      this.#windows.set(range, window);
    }
    return window;
  }

  complete(): boolean {
    return this.#ranges?.every((range) => range.end <= this.#position) ?? false;
  }

  head(): Uint8Array {
    return this.windows()[0]?.bytes ?? new Uint8Array();
  }

  /** What went by, cut where the stream ended. */
  windows(): readonly Window[] {
    return [...this.#windows.values()]
      .map(({ start, bytes }) => ({
        start,
        bytes: bytes.subarray(0, Math.max(0, this.#position - start)),
      }))
      .sort((a, b) => a.start - b.start);
  }
}

function rangesOf(head: Uint8Array, size: number): readonly ByteRange[] {
  const first: ByteRange = { start: 0, end: Math.min(size, HEAD_BYTES) };
  const format = formatOf(head);
  const reader = format === undefined ? undefined : readerOf(format);
  return reader === undefined ? [first] : mergeRanges([first, ...reader.likelyRanges(head, size)]);
}
