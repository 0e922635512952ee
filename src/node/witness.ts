/**
 * A file that is read for some time, and may be changed meanwhile: what was planned from its bytes must
 * not be written over, or beside, others.
 */
import { createHash } from "node:crypto";
import { fstatSync, readSync, statSync } from "node:fs";
import { crc32 } from "node:zlib";
import { RefusalError } from "../errors.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { ArchiveLayout } from "../zip/writer.ts";
import { sizeOf } from "../zip/writer.ts";
import { descriptorSource } from "./file.ts";
import { openRegular } from "./special-file.ts";

/** The file that was read is no longer what it was: whoever catches it may begin again. */
export class InputChanged extends RefusalError {
  constructor() {
    super(
      "EDT007",
      "the file was changed or replaced by another program while it was read",
      "try again when that program has ended",
    );
  }
}

/** Times that something is planned again because its input was changed meanwhile. */
const ATTEMPTS = 5;

/** Runs what reads a file from its beginning: another run's edit, most often, is then built upon. */
export async function againWhenChanged<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof InputChanged) || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 20 * Math.random()));
    }
  }
}

/** Of the bytes that `read` gives a checksum is kept, for every stretch that is read in one go. */
export interface WitnessedFile extends FileSource {
  /** @throws InputChanged when the path names another file, or its bytes may have changed. */
  check(): void;
  /** @throws InputChanged when bytes that `layout` takes from this file differ from what was noted. */
  checkCopy(layout: ArchiveLayout, copy: number): void;
}

/** Bytes at the end that are compared, whatever the system says of the file's times. */
const TAIL = 64 << 10;
const BUFFER = 1 << 20;
/** Steps of a file's times: milliseconds where they have fractions, and where they have none. */
const TICK = 20;
const COARSE_TICK = 2000;

/** @throws the system's error when it can't be opened, or is not a regular file. */
export async function openWitnessed(path: string): Promise<WitnessedFile> {
  const { descriptor, size } = openRegular(path);
  const file = descriptorSource(descriptor, size);
  try {
    let stat = fstatSync(descriptor, { bigint: true });
    // A change within the step of the last one would not show.
    const tick = stat.ctimeNs % 1_000_000_000n === 0n ? COARSE_TICK : TICK;
    const rest = Number(stat.ctimeMs) + tick - Date.now();
    if (rest > 0 && rest <= tick) {
      await new Promise((resolve) => setTimeout(resolve, rest));
      stat = fstatSync(descriptor, { bigint: true });
    }
    if (stat.size !== BigInt(size)) throw new InputChanged();
    const tail = tailOf(descriptor, size);
    const ranges: Range[] = [];
    const witnessed: WitnessedFile = {
      ...file,
      read: notedRead(file, ranges),
      check() {
        const now = statSync(path, { bigint: true, throwIfNoEntry: false });
        const same = FIELDS.every((field) => stat[field] === now?.[field]);
        if (!same || tailOf(descriptor, size) !== tail) throw new InputChanged();
      },
      checkCopy(layout, copy) {
        checkRanges(witnessed, layout, ranges, copy);
      },
    };
    return witnessed;
  } catch (error) {
    file.close();
    throw error;
  }
}

const FIELDS = ["dev", "ino", "size", "mtimeNs", "ctimeNs"] as const;

function tailOf(descriptor: number, size: number): string {
  const bytes = new Uint8Array(Math.min(TAIL, size));
  const count = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
  return createHash("sha256").update(bytes.subarray(0, count)).digest("hex");
}

/** Bytes that were read, and their CRC-32. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly crc: number;
}

/** @param ranges gets what was read: reads that follow one another make one range. */
function notedRead(source: Source, ranges: Range[]): Source["read"] {
  const ends = new Map<number, number>();
  return (offset, length) => {
    const bytes = source.read(offset, length);
    const index = ends.get(offset);
    const before = index === undefined ? undefined : ranges[index];
    ends.delete(offset);
    const { start, crc } = before ?? { start: offset, crc: 0 };
    const at = index ?? ranges.length;
    ranges[at] = { start, end: offset + length, crc: crc32(bytes, crc) };
    ends.set(offset + length, at);
    return bytes;
  };
}

function checkRanges(
  source: Source,
  layout: ArchiveLayout,
  ranges: readonly Range[],
  copy: number,
): void {
  // What a thousand links lead to was read a thousand times, and is compared once for each copy.
  const sorted = [...ranges]
    .sort((a, b) => a.start - b.start || a.end - b.end || a.crc - b.crc)
    .filter((range, index, all) => {
      const before = all[index - 1];
      return before?.start !== range.start || before.end !== range.end || before.crc !== range.crc;
    });
  const buffer = new Uint8Array(BUFFER);
  let offset = 0;
  for (const piece of layout.pieces) {
    if ("source" in piece && piece.source === source) {
      const end = piece.start + piece.size;
      for (let at = firstFrom(sorted, piece.start); at < sorted.length; at++) {
        const range = sorted[at];
        if (range === undefined || range.start >= end) break;
        if (range.end > end) continue;
        const crc = crcOf(
          copy,
          offset + range.start - piece.start,
          range.end - range.start,
          buffer,
        );
        if (crc !== range.crc) throw new InputChanged();
      }
    }
    offset += sizeOf(piece);
  }
}

/** Index of the first range that starts at `start` or later. */
function firstFrom(ranges: readonly Range[], start: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function crcOf(fd: number, start: number, size: number, buffer: Uint8Array): number {
  let crc = 0;
  for (let done = 0; done < size; ) {
    const count = readSync(fd, buffer, 0, Math.min(buffer.length, size - done), start + done);
    if (count === 0) throw new InputChanged();
    crc = crc32(buffer.subarray(0, count), crc);
    done += count;
  }
  return crc;
}
