/** Walks the central directory. */
import { decodeLatin1, decodeUtf8 } from "../bytes.ts";
import type { ChunkReader } from "./chunks.ts";
import type { Add } from "./collect.ts";
import { bytesText } from "./collect.ts";
import type { ArchiveEnd } from "./end.ts";
import type { ExtraField, Wide } from "./extra.ts";
import { parseExtras, resolveZip64 } from "./extra.ts";
import type { CentralHeader } from "./layout.ts";
import {
  CENTRAL_HEADER,
  CENTRAL_SIGNATURE,
  CENTRAL_SIZE,
  END_SIGNATURE,
  RECORD_NAMES,
  ZIP,
  ZIP64_END_SIGNATURE,
} from "./layout.ts";
import type { ZipLimits } from "./limits.ts";

export interface DirectoryEntry {
  readonly header: CentralHeader;
  /** Offset of the header in the file. */
  readonly at: number;
  readonly nameBytes: Uint8Array;
  /** For display where the bytes are not UTF-8. */
  readonly name: string;
  readonly utf8: boolean;
  readonly extra: Uint8Array;
  readonly fields: readonly ExtraField[];
  readonly wide: Wide;
  /** Offset of the local header in the file, whatever lies in front of the archive. */
  readonly headerOffset: number;
}

export interface Directory {
  /** In the directory's order. */
  readonly entries: readonly DirectoryEntry[];
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
  // What others put in front of the archive moves every offset in it.
  const shift = start - end.directoryOffset;
  const entries: DirectoryEntry[] = [];
  let retained = 0;
  let at = start;
  let complete = true;
  while (at + CENTRAL_SIZE <= boundary) {
    const bytes = chunks.read(at, CENTRAL_SIZE, AHEAD);
    if (bytes === undefined) break;
    const header = CENTRAL_HEADER.read(bytes, 0, ZIP, at);
    if (header.signature !== CENTRAL_SIGNATURE) break;
    const variable = header.name_length + header.extra_length + header.comment_length;
    const rest = chunks.read(at + CENTRAL_SIZE, variable, AHEAD);
    if (rest === undefined || at + CENTRAL_SIZE + variable > boundary) {
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
    entries.push(readEntry(header, rest, at, shift, add));
    at += CENTRAL_SIZE + variable;
  }
  if (complete) checkEnd(chunks, end, start, at, entries.length, add);
  return { entries, start, size: at - start };
}

function readEntry(
  header: CentralHeader,
  rest: Uint8Array,
  at: number,
  shift: number,
  add: Add,
): DirectoryEntry {
  const nameBytes = rest.slice(0, header.name_length);
  const decoded = decodeUtf8(nameBytes);
  const name = decoded ?? decodeLatin1(nameBytes);
  const extra =
    header.extra_length === 0
      ? EMPTY
      : rest.slice(header.name_length, header.name_length + header.extra_length);
  const fields = parseExtras(extra);
  const place = {
    path: name,
    header: "central directory header",
    offset: at + CENTRAL_SIZE + header.name_length,
  } as const;
  const wide = resolveZip64(header, fields, place, add);
  const headerOffset = wide.headerOffset + shift;
  return {
    header,
    at,
    nameBytes,
    name,
    utf8: decoded !== undefined,
    extra,
    fields,
    wide,
    headerOffset,
  };
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
  const what = found === undefined ? "bytes that belong to no record" : `a ${found}`;
  // Readers from the front stop at this record, readers from the back never see it.
  const second = signature === END_SIGNATURE || signature === ZIP64_END_SIGNATURE;
  add({
    code: second ? "ZIP002" : "ZIP005",
    message: `${bytesText(end.boundary - at)} lie between the central directory and its end record: ${what}`,
    at: { record: found ?? "unknown record", offset: at },
  });
}
