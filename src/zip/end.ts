/**
 * Finds the end of an archive: the end of central directory record and its zip64 companions.
 *
 * Source: APPNOTE 4.3.14 to 4.3.16.
 */
import type { FieldRef } from "../errors.ts";
import { FormatError } from "../errors.ts";
import type { Source } from "../source.ts";
import type { ChunkReader } from "./chunks.ts";
import type { Add } from "./collect.ts";
import { bytesText, NOT_PYPI } from "./collect.ts";
import type { EndRecord, Zip64EndRecord, Zip64Locator } from "./layout.ts";
import {
  END_RECORD,
  END_SIZE,
  SENTINEL16,
  SENTINEL32,
  ZIP,
  ZIP64_END_RECORD,
  ZIP64_END_RECORD_SIZE,
  ZIP64_END_SIGNATURE,
  ZIP64_END_SIZE,
  ZIP64_LOCATOR,
  ZIP64_LOCATOR_SIGNATURE,
  ZIP64_LOCATOR_SIZE,
} from "./layout.ts";

/** What the end records say, the zip64 values where there are some. */
export interface ArchiveEnd {
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directorySize: number;
  /** Where the first end record begins: the directory must end there. */
  readonly boundary: number;
  readonly comment: Uint8Array;
  readonly zip64: boolean;
  /** Where `entries`, size and offset are written, for messages. */
  at(field: "entries" | "directory_size" | "directory_offset"): FieldRef;
}

/** The largest comment has 65,535 bytes. */
const TAIL = END_SIZE + 0xffff;
/** uv looks at so many NUL bytes behind the end record. */
const FORGIVEN_NULS = 4096;

/** The end of the archive, or `undefined` where there is none (ZIP001). */
export function findEnd(source: Source, chunks: ChunkReader, add: Add): ArchiveEnd | undefined {
  const start = Math.max(0, source.size - TAIL);
  const tail = source.read(start, source.size - start);
  const candidates = findSignatures(tail);
  const chosen = choose(tail, candidates);
  if (chosen === undefined) {
    add({ code: "ZIP001", message: explainMissing(source, chunks) });
    return undefined;
  }
  const record = END_RECORD.read(tail, chosen, ZIP);
  const offset = start + chosen;
  const commentStart = chosen + END_SIZE;
  const comment = tail.slice(commentStart, commentStart + record.comment_length);
  checkTail(tail, start, chosen, record, add);
  checkOthers(tail, start, candidates, chosen, comment, add);
  const end = combine(chunks, record, offset, comment, add);
  checkDisks(record, offset, end.zip64, add);
  return end;
}

function findSignatures(tail: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = tail.indexOf(0x50); at !== -1; at = tail.indexOf(0x50, at + 1)) {
    if (at + END_SIZE > tail.length) break;
    if (tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6) found.push(at);
  }
  return found;
}

/** First byte behind the comment that the record at `at` claims. */
function reach(tail: Uint8Array, at: number): number {
  return at + END_SIZE + (tail[at + 20] ?? 0) + ((tail[at + 21] ?? 0) << 8);
}

/** The last record that closes the file; else the last that is whole; else the last. */
function choose(tail: Uint8Array, candidates: readonly number[]): number | undefined {
  return (
    candidates.findLast((at) => reach(tail, at) === tail.length) ??
    candidates.findLast((at) => reach(tail, at) < tail.length) ??
    candidates.at(-1)
  );
}

function explainMissing(source: Source, chunks: ChunkReader): string {
  if (source.size === 0) return "the file is empty";
  const first = chunks.u32(0);
  if (first === 0x04034b50) {
    return "the file begins as a zip archive but has no end of central directory record: it is truncated, or much was appended to it";
  }
  return "the file is not a zip archive: it has no end of central directory record";
}

function checkTail(
  tail: Uint8Array,
  start: number,
  chosen: number,
  record: EndRecord,
  add: Add,
): void {
  const end = reach(tail, chosen);
  const at = { record: END_RECORD.name, field: "comment_length", offset: start + chosen + 20 };
  if (end > tail.length) {
    add({
      code: "ZIP001",
      message: `the archive comment of ${bytesText(record.comment_length)} is cut off after ${tail.length - chosen - END_SIZE}`,
      at: { ...at, value: String(record.comment_length) },
    });
  } else if (end < tail.length) {
    const rest = tail.subarray(end);
    const nul = rest.every((byte) => byte === 0);
    add({
      code: "ZIP004",
      message: `${bytesText(rest.length)} ${rest.length === 1 ? "follows" : "follow"} the end of the archive${nul ? ", all of them NUL" : ""}`,
      at: { record: "trailing data", offset: start + end },
      ...(nul && rest.length <= FORGIVEN_NULS ? { profiles: { install: "warning" } } : {}),
    });
  }
}

function checkOthers(
  tail: Uint8Array,
  start: number,
  candidates: readonly number[],
  chosen: number,
  comment: Uint8Array,
  add: Add,
): void {
  for (const other of candidates) {
    if (other === chosen) continue;
    if (other < chosen && reach(tail, other) !== tail.length) continue;
    const where = other > chosen ? "inside the archive comment" : "whose comment reaches the end";
    add({
      code: "ZIP002",
      message: `a second end of central directory record, ${where}, lies at offset ${start + other}`,
      at: { record: END_RECORD.name, offset: start + other },
    });
    return;
  }
  // No other end record; but uv takes these bytes for parts of a signature.
  const odd = comment.findIndex((byte) => byte >= 1 && byte <= 8);
  if (odd === -1) return;
  add({
    code: "ZIP002",
    message: `the archive comment holds the byte 0x0${comment[odd]}, as record signatures do`,
    at: { record: END_RECORD.name, field: "comment", offset: start + chosen + END_SIZE + odd },
    profiles: NOT_PYPI,
  });
}

function checkDisks(record: EndRecord, offset: number, zip64: boolean, add: Add): void {
  for (const field of ["disk", "directory_disk"] as const) {
    // The sentinel stands for the zip64 record's value, where there is such a record.
    if (record[field] === 0 || (zip64 && record[field] === SENTINEL16)) continue;
    add({
      code: "ZIP011",
      message: `the end record's \`${field}\` is ${record[field]}, a wheel has only disk 0`,
      at: fieldAt(END_RECORD, offset, field, record[field]),
    });
  }
  if (record.disk_entries !== record.entries) {
    add({
      code: "ZIP010",
      message: `the end record counts ${record.disk_entries} entries on this disk and ${record.entries} in all`,
      at: fieldAt(END_RECORD, offset, "disk_entries", record.disk_entries),
    });
  }
}

function combine(
  chunks: ChunkReader,
  record: EndRecord,
  offset: number,
  comment: Uint8Array,
  add: Add,
): ArchiveEnd {
  const wide = findZip64(chunks, record, offset, add);
  if (wide === undefined) {
    return {
      entries: record.entries,
      directoryOffset: record.directory_offset,
      directorySize: record.directory_size,
      boundary: offset,
      comment,
      zip64: false,
      at: (field) => fieldAt(END_RECORD, offset, field, record[field]),
    };
  }
  return {
    entries: wide.record.entries,
    directoryOffset: wide.record.directory_offset,
    directorySize: wide.record.directory_size,
    boundary: wide.offset,
    comment,
    zip64: true,
    at: (field) => fieldAt(ZIP64_END_RECORD, wide.offset, field, wide.record[field]),
  };
}

interface PlacedZip64End {
  readonly record: Zip64EndRecord;
  readonly offset: number;
}

function findZip64(
  chunks: ChunkReader,
  end: EndRecord,
  endOffset: number,
  add: Add,
): PlacedZip64End | undefined {
  const locatorOffset = endOffset - ZIP64_LOCATOR_SIZE;
  if (chunks.u32(locatorOffset) !== ZIP64_LOCATOR_SIGNATURE) {
    const offset = endOffset - ZIP64_END_SIZE;
    if (chunks.u32(offset) !== ZIP64_END_SIGNATURE) return undefined;
    const record = readZip64End(chunks, offset, add);
    // By chance the last bytes of the directory could look like this; then they are no such record.
    if (record === undefined || record.record_size !== ZIP64_END_RECORD_SIZE) return undefined;
    add({
      code: "ZIP012",
      message: "the zip64 end record has no locator, so that most readers overlook it",
      at: { record: ZIP64_END_RECORD.name, offset },
    });
    checkZip64(record, offset, end, endOffset, add);
    return { record, offset };
  }
  const locator = readLocator(chunks, locatorOffset, add);
  if (locator === undefined) return undefined;
  checkLocator(locator, locatorOffset, add);
  const adjacent = locatorOffset - ZIP64_END_SIZE;
  const places = [locator.end_offset, adjacent];
  const offset = places.find(
    (place) => place <= adjacent && chunks.u32(place) === ZIP64_END_SIGNATURE,
  );
  if (offset === undefined || offset !== locator.end_offset) {
    add({
      code: "ZIP012",
      message: `the zip64 locator points at offset ${locator.end_offset}, where no zip64 end record is`,
      at: fieldAt(ZIP64_LOCATOR, locatorOffset, "end_offset", locator.end_offset),
    });
  }
  if (offset === undefined) return undefined;
  const record = readZip64End(chunks, offset, add);
  if (record === undefined) return undefined;
  if (record.record_size !== ZIP64_END_RECORD_SIZE) {
    add({
      code: "ZIP012",
      message: `the zip64 end record's size is ${record.record_size} instead of 44: extensible data are not allowed`,
      at: fieldAt(ZIP64_END_RECORD, offset, "record_size", record.record_size),
    });
  } else if (offset !== adjacent) {
    add({
      code: "ZIP012",
      message: `${adjacent - offset} bytes lie between the zip64 end record and its locator`,
      at: { record: ZIP64_END_RECORD.name, offset },
    });
  }
  checkZip64(record, offset, end, endOffset, add);
  return { record, offset };
}

function checkLocator(locator: Zip64Locator, offset: number, add: Add): void {
  if (locator.end_disk === 0 && locator.disks === 1) return;
  // No disk at all: unzip refuses it, PyPI and the installers don't look.
  const none = locator.end_disk === 0 && locator.disks === 0;
  const field = locator.end_disk === 0 ? "disks" : "end_disk";
  add({
    code: "ZIP011",
    message: `the zip64 locator's \`${field}\` is ${locator[field]}, a wheel is one file`,
    at: fieldAt(ZIP64_LOCATOR, offset, field, locator[field]),
    profiles: none ? { pypi: "warning", install: "warning" } : { pypi: "error" },
  });
}

function checkZip64(
  record: Zip64EndRecord,
  offset: number,
  end: EndRecord,
  endOffset: number,
  add: Add,
): void {
  for (const field of ["disk", "directory_disk"] as const) {
    if (record[field] === 0) continue;
    add({
      code: "ZIP011",
      message: `the zip64 end record's \`${field}\` is ${record[field]}, a wheel has only disk 0`,
      at: fieldAt(ZIP64_END_RECORD, offset, field, record[field]),
    });
  }
  if (record.disk_entries !== record.entries) {
    add({
      code: "ZIP010",
      message: `the zip64 end record counts ${record.disk_entries} entries on this disk and ${record.entries} in all`,
      at: fieldAt(ZIP64_END_RECORD, offset, "disk_entries", record.disk_entries),
    });
  }
  const narrow = [
    ["entries", SENTINEL16],
    ["directory_size", SENTINEL32],
    ["directory_offset", SENTINEL32],
  ] as const;
  for (const [field, sentinel] of narrow) {
    if (end[field] === sentinel || end[field] === record[field]) continue;
    add({
      code: "ZIP012",
      message: `\`${field}\` is ${end[field]} in the end record and ${record[field]} in the zip64 end record`,
      at: fieldAt(END_RECORD, endOffset, field, end[field]),
    });
  }
}

function readZip64End(chunks: ChunkReader, offset: number, add: Add): Zip64EndRecord | undefined {
  return readTyped(add, () => {
    const bytes = chunks.read(offset, ZIP64_END_SIZE);
    return bytes === undefined ? undefined : ZIP64_END_RECORD.read(bytes, 0, ZIP, offset);
  });
}

function readLocator(chunks: ChunkReader, offset: number, add: Add): Zip64Locator | undefined {
  return readTyped(add, () => {
    const bytes = chunks.read(offset, ZIP64_LOCATOR_SIZE);
    return bytes === undefined ? undefined : ZIP64_LOCATOR.read(bytes, 0, ZIP, offset);
  });
}

/** A 64-bit value beyond 2^53 is an error of the record. */
function readTyped<T>(add: Add, read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { format: _, ...at } = error.place;
    add({ code: "ZIP012", message: `the ${at.record} is impossible: ${error.problem}`, at });
    return undefined;
  }
}

/** Where a field of a record at `offset` is, with its value. */
function fieldAt<F extends string>(
  layout: { readonly name: string; offsetOf(variant: "zip", field: F): number },
  offset: number,
  field: F,
  value: number,
): FieldRef {
  return {
    record: layout.name,
    field,
    offset: offset + layout.offsetOf("zip", field),
    value: String(value),
  };
}
