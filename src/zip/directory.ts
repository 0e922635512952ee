/** Walks the central directory. */
import { bytesEqual, decodeLatin1, decodeUtf8 } from "../bytes.ts";
import type { ChunkReader } from "./chunks.ts";
import type { Add } from "./collect.ts";
import { aRecord, bytesText } from "./collect.ts";
import { type DraftName, EntryDraft } from "./draft.ts";
import type { ArchiveEnd } from "./end.ts";
import { resolveZip64 } from "./extra.ts";
import type { CentralHeader } from "./layout.ts";
import {
  CENTRAL_HEADER,
  CENTRAL_SIGNATURE,
  CENTRAL_SIZE,
  END_SIGNATURE,
  LOCAL_SIGNATURE,
  RECORD_NAMES,
  ZIP64_END_SIGNATURE,
} from "./layout.ts";
import type { ZipLimits } from "./limits.ts";

export interface Directory {
  /** In the directory's order. */
  readonly entries: readonly EntryDraft[];
  readonly start: number;
  /** Bytes that its headers fill. */
  readonly size: number;
}

/** Bytes of the directory that are read at once. */
const AHEAD = 256 << 10;

/** The central directory, or `undefined` when there is none where one should be. */
export function readDirectory(
  chunks: ChunkReader,
  end: ArchiveEnd,
  limits: ZipLimits,
  add: Add,
): Directory | undefined {
  const start = locate(chunks, end, add);
  if (start === undefined) return undefined;
  const { boundary } = end;
  if (boundary - start > limits.directory) {
    add({
      code: "ZIP030",
      message: `the central directory of ${bytesText(boundary - start)} is over the limit of ${bytesText(limits.directory)}`,
    });
    return undefined;
  }
  const shift = shiftOf(chunks, end, start);
  const entries: EntryDraft[] = [];
  let retained = 0;
  let at = start;
  let complete = true;
  while (at + CENTRAL_SIZE <= boundary) {
    if (!chunks.hold(at, CENTRAL_SIZE, AHEAD)) break;
    const header = chunks.central(at);
    if (header.signature !== CENTRAL_SIGNATURE) break;
    const variable = header.name_length + header.extra_length + header.comment_length;
    const next = at + CENTRAL_SIZE + variable;
    if (next > boundary || !chunks.hold(at + CENTRAL_SIZE, variable, AHEAD)) {
      add({
        code: "ZIP010",
        message: "the central directory is cut off within an entry",
        at: { record: CENTRAL_HEADER.name, offset: at },
      });
      break;
    }
    retained += header.name_length + header.extra_length;
    if (entries.length === limits.entries || retained > limits.retained) {
      add({
        code: "ZIP030",
        message:
          retained > limits.retained
            ? `names and extra fields take more than the limit of ${bytesText(limits.retained)}`
            : `the archive has more than the limit of ${limits.entries} entries`,
      });
      complete = false;
      break;
    }
    entries.push(readEntry(chunks, header, at, shift, entries.at(-1)?.centralExtra ?? EMPTY, add));
    at = next;
  }
  if (complete) checkEnd(chunks, end, start, at, entries.length, add);
  return { entries, start, size: at - start };
}

/**
 * What others put in front of an archive moves every offset in it; but the end record may also be
 * the only one that is wrong.
 */
function shiftOf(chunks: ChunkReader, end: ArchiveEnd, start: number): number {
  const shift = start - end.directoryOffset;
  if (shift === 0 || !chunks.hold(start, CENTRAL_SIZE)) return shift;
  const { header_offset: first } = chunks.central(start);
  const found = chunks.u32(first) === LOCAL_SIGNATURE;
  return found && chunks.u32(first + shift) !== LOCAL_SIGNATURE ? 0 : shift;
}

function readEntry(
  chunks: ChunkReader,
  header: CentralHeader,
  at: number,
  shift: number,
  likely: Uint8Array,
  add: Add,
): EntryDraft {
  const nameAt = at + CENTRAL_SIZE;
  const name = readName(chunks, nameAt, header.name_length);
  const extra = readExtra(chunks, nameAt + header.name_length, header.extra_length, likely);
  const wide = resolveZip64(
    header,
    extra,
    { path: name.text, header: CENTRAL_HEADER.name, offset: nameAt + header.name_length },
    add,
  );
  if (wide.disk !== 0) {
    add({
      code: "ZIP011",
      path: name.text,
      message: `the member begins on disk ${wide.disk}`,
      at: { record: CENTRAL_HEADER.name, field: "disk_start", offset: at + 34 },
    });
  }
  if (header.comment_length > 0) {
    add({
      code: "ZIP029",
      path: name.text,
      message: `the member has a comment of ${bytesText(header.comment_length)}`,
      at: { record: CENTRAL_HEADER.name, field: "comment_length", offset: at + 32 },
    });
  }
  return new EntryDraft(header, at, name, extra, wide, wide.headerOffset + shift);
}

/** @param likely what the data probably are, of which no copy is needed then. */
export function readExtra(
  chunks: ChunkReader,
  at: number,
  length: number,
  likely: Uint8Array,
): Uint8Array {
  if (length === 0) return EMPTY;
  return bytesEqual(chunks.view(at, length), likely) ? likely : chunks.copy(at, length);
}

function readName(chunks: ChunkReader, at: number, length: number): DraftName {
  const bytes = chunks.view(at, length);
  const text = decodeUtf8(bytes);
  return text === undefined
    ? { text: decodeLatin1(bytes), length, raw: bytes.slice() }
    : { text, length, raw: undefined };
}

const EMPTY = new Uint8Array(0);

/** Where the directory begins: as declared, else where it must be to end at the end records. */
function locate(chunks: ChunkReader, end: ArchiveEnd, add: Add): number | undefined {
  const { boundary, directoryOffset: offset, directorySize: size } = end;
  const begins = (at: number): boolean =>
    at <= boundary && (chunks.u32(at) === CENTRAL_SIGNATURE || (size === 0 && at === boundary));
  if (offset + size === boundary && begins(offset)) return offset;
  const start = [boundary - size, offset].find((at) => at >= 0 && begins(at));
  if (start === undefined) {
    add({
      code: "ZIP010",
      message: `no central directory is at offset ${offset} or ${bytesText(size)} before its end record`,
      at: end.at("directory_offset"),
    });
    return undefined;
  }
  if (start !== offset) {
    add({
      code: "ZIP010",
      message: `the central directory is at offset ${start}, the end record says ${offset}`,
      at: end.at("directory_offset"),
    });
  }
  return start;
}

function checkEnd(
  chunks: ChunkReader,
  end: ArchiveEnd,
  start: number,
  at: number,
  count: number,
  add: Add,
): void {
  if (at - start !== end.directorySize) {
    add({
      code: "ZIP010",
      message: `the central directory has ${bytesText(at - start)}, the end record says ${end.directorySize}`,
      at: end.at("directory_size"),
    });
  }
  if (count !== end.entries) {
    add({
      code: "ZIP010",
      message: `the central directory has ${count} entries, the end record says ${end.entries}`,
      at: end.at("entries"),
    });
  }
  if (at === end.boundary) return;
  const signature = chunks.u32(at);
  const found = signature === undefined ? undefined : RECORD_NAMES.get(signature);
  const what = found === undefined ? "bytes that belong to no record" : aRecord(found);
  // Readers from the front stop at this record, readers from the back never see it.
  const second = signature === END_SIGNATURE || signature === ZIP64_END_SIGNATURE;
  add({
    code: second ? "ZIP002" : "ZIP005",
    message: `${bytesText(end.boundary - at)} lie between the central directory and its end record: ${what}`,
    at: { record: found ?? "unknown record", offset: at },
  });
}
