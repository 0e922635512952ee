/**
 * Walks the archive from its first byte to the central directory and demands that local headers,
 * data and directory entries match one to one.
 */
import { bytesEqual, decodeLatin1, decodeUtf8Lossy, printable } from "../bytes.ts";
import { compareHeaders } from "./agree.ts";
import type { ChunkReader } from "./chunks.ts";
import { CHUNK } from "./chunks.ts";
import type { Add } from "./collect.ts";
import { bytesText } from "./collect.ts";
import { readDescriptor } from "./descriptor.ts";
import type { Directory, DirectoryEntry } from "./directory.ts";
import type { ExtraField } from "./extra.ts";
import { parseExtras } from "./extra.ts";
import type { LocalHeader } from "./layout.ts";
import {
  CENTRAL_HEADER,
  FLAG_DESCRIPTOR,
  LOCAL_HEADER,
  LOCAL_SIGNATURE,
  LOCAL_SIZE,
  RECORD_NAMES,
  ZIP,
} from "./layout.ts";
import type { ZipLimits } from "./limits.ts";

/** A member as both headers describe it. */
export interface PlacedEntry {
  readonly central: DirectoryEntry;
  readonly local: LocalHeader | undefined;
  readonly localExtra: Uint8Array;
  readonly localFields: readonly ExtraField[];
  readonly dataOffset: number;
  /** First byte behind the data and the data descriptor. */
  readonly end: number;
  readonly broken: boolean;
}

/** Where headers lie closer than this, many are fetched with one read. */
const NEAR = 8192;
/** Enough for a header with a usual name and no large extra field. */
const SMALL = 512;
const EMPTY = new Uint8Array(0);

/** The entries of `directory` in physical order. */
export function walkLocals(
  chunks: ChunkReader,
  directory: Directory,
  limits: ZipLimits,
  add: Add,
): PlacedEntry[] {
  const ordered = directory.entries.toSorted((a, b) => a.headerOffset - b.headerOffset);
  const names = lazyNames(ordered);
  const gaps = gapWalker(chunks, names, limits, add);
  const placed: PlacedEntry[] = [];
  let retained = directory.entries.reduce((sum, entry) => sum + entry.extra.length, 0);
  /** First byte that no record has claimed yet. */
  let claimed = 0;
  let owner: string | undefined;
  for (const [index, entry] of ordered.entries()) {
    const next = Math.min(ordered[index + 1]?.headerOffset ?? directory.start, directory.start);
    const ahead = next - entry.headerOffset < NEAR ? CHUNK : SMALL;
    const header = readLocal(chunks, entry, directory.start, ahead, add);
    if (header === undefined) {
      placed.push(unplaced(entry));
      continue;
    }
    if (entry.headerOffset > claimed) gaps(claimed, entry.headerOffset);
    retained += header.extra.length;
    if (retained > limits.retained) {
      add({
        code: "ZIP030",
        path: entry.name,
        message: `extra fields take more than the limit of ${bytesText(limits.retained)}`,
      });
      return placed;
    }
    const place = placeEntry(chunks, entry, header, next, directory.start, names, add);
    const overlaps = entry.headerOffset < claimed;
    if (overlaps) {
      add({
        code: "ZIP006",
        path: entry.name,
        message: `the member begins at offset ${entry.headerOffset}, inside \`${printable(owner ?? "")}\`, which ends at ${claimed}`,
        at: { record: LOCAL_HEADER.name, offset: entry.headerOffset },
      });
    }
    placed.push(overlaps ? { ...place, broken: true } : place);
    if (place.end > claimed) {
      claimed = place.end;
      owner = entry.name;
    }
  }
  if (claimed < directory.start) gaps(claimed, directory.start);
  return placed;
}

interface LocalRecord {
  readonly header: LocalHeader;
  readonly name: Uint8Array;
  readonly extra: Uint8Array;
}

/** The local header that a directory entry points at (ZIP007 when there is none). */
function readLocal(
  chunks: ChunkReader,
  entry: DirectoryEntry,
  limit: number,
  ahead: number,
  add: Add,
): LocalRecord | undefined {
  const at = entry.headerOffset;
  const record = at + LOCAL_SIZE <= limit ? localAt(chunks, at, ahead) : undefined;
  if (record !== undefined) return record;
  add({
    code: "ZIP007",
    path: entry.name,
    message: `the central directory places the member at offset ${at}, where no local file header is`,
    at: {
      record: CENTRAL_HEADER.name,
      field: "header_offset",
      offset: entry.at + CENTRAL_HEADER.offsetOf("zip", "header_offset"),
      value: String(entry.header.header_offset),
    },
  });
  return undefined;
}

function localAt(chunks: ChunkReader, at: number, ahead: number): LocalRecord | undefined {
  const bytes = chunks.read(at, LOCAL_SIZE, ahead);
  if (bytes === undefined) return undefined;
  const header = LOCAL_HEADER.read(bytes, 0, ZIP, at);
  if (header.signature !== LOCAL_SIGNATURE) return undefined;
  const { name_length: names, extra_length: extras } = header;
  const rest = chunks.read(at + LOCAL_SIZE, names + extras, ahead);
  if (rest === undefined) return undefined;
  return {
    header,
    name: rest.subarray(0, names),
    extra: extras === 0 ? EMPTY : rest.slice(names),
  };
}

function unplaced(entry: DirectoryEntry): PlacedEntry {
  const at = entry.headerOffset;
  return {
    central: entry,
    local: undefined,
    localExtra: EMPTY,
    localFields: [],
    dataOffset: at,
    end: at,
    broken: true,
  };
}

function placeEntry(
  chunks: ChunkReader,
  entry: DirectoryEntry,
  record: LocalRecord,
  next: number,
  directoryStart: number,
  names: Names,
  add: Add,
): PlacedEntry {
  const { header, extra } = record;
  const at = entry.headerOffset;
  if (!bytesEqual(record.name, entry.nameBytes)) reportName(entry, record.name, names, add);
  const localFields = parseExtras(extra);
  const dataOffset = at + LOCAL_SIZE + header.name_length + header.extra_length;
  const dataEnd = dataOffset + entry.wide.compressedSize;
  let end = dataEnd;
  let broken = !entry.wide.sound;
  let descriptorSound = true;
  if (dataEnd > directoryStart) {
    add({
      code: "ZIP006",
      path: entry.name,
      message: `the member's ${bytesText(entry.wide.compressedSize)} at offset ${dataOffset} run into the central directory at ${directoryStart}`,
      at: { record: "file data", offset: dataOffset },
    });
    broken = true;
    // Nothing that follows inside of it can be trusted, so it claims no more than its header.
    end = Math.min(dataOffset, directoryStart);
  } else if (((header.flags | entry.header.flags) & FLAG_DESCRIPTOR) !== 0) {
    const zip64 = localFields.some((field) => field.id === 1);
    const descriptor = readDescriptor(chunks, entry, dataEnd, Math.max(dataEnd, next), zip64, add);
    end = descriptor.end;
    descriptorSound = descriptor.sound;
  }
  const agrees = compareHeaders(entry, header, localFields, descriptorSound, add);
  return {
    central: entry,
    local: header,
    localExtra: extra,
    localFields,
    dataOffset,
    end,
    broken: broken || !agrees,
  };
}

function reportName(entry: DirectoryEntry, localName: Uint8Array, names: Names, add: Add): void {
  const name = printable(decodeUtf8Lossy(localName));
  const at = {
    record: LOCAL_HEADER.name,
    field: "name",
    offset: entry.headerOffset + LOCAL_SIZE,
  };
  add({
    code: "ZIP009",
    path: entry.name,
    message: `the local header calls the member \`${name}\``,
    at,
    profiles: { pypi: "error" },
  });
  if (names(localName)) return;
  add({
    code: "ZIP007",
    path: entry.name,
    message: `the local header's name \`${name}\` is not in the central directory`,
    at,
  });
}

/** Looks at bytes between members that no directory entry claims. */
function gapWalker(
  chunks: ChunkReader,
  names: Names,
  limits: ZipLimits,
  add: Add,
): (from: number, to: number) => void {
  let budget = limits.entries;
  return (from, to) => {
    let at = from;
    while (at + LOCAL_SIZE <= to && budget > 0) {
      budget--;
      const record = localAt(chunks, at, SMALL);
      if (record === undefined) break;
      reportHidden(record, at, names, add);
      const { header } = record;
      const dataOffset = at + LOCAL_SIZE + header.name_length + header.extra_length;
      at = Math.min(to, dataOffset + header.compressed_size);
    }
    if (at < to) reportGap(chunks, at, to, add);
  };
}

function reportHidden(record: LocalRecord, at: number, names: Names, add: Add): void {
  const name = decodeUtf8Lossy(record.name);
  add({
    code: "ZIP007",
    path: name,
    message: `the local file header at offset ${at} has no entry in the central directory`,
    at: { record: LOCAL_HEADER.name, offset: at },
  });
  if (!names(record.name)) return;
  add({
    code: "ZIP008",
    path: name,
    message: "the name occurs in more than one local file header",
    at: { record: LOCAL_HEADER.name, offset: at },
  });
}

function reportGap(chunks: ChunkReader, at: number, to: number, add: Add): void {
  const signature = chunks.u32(at);
  const found = signature === undefined ? undefined : RECORD_NAMES.get(signature);
  const length = bytesText(to - at);
  if (at === 0) {
    add({
      code: "ZIP003",
      message: `${length} lie in front of the first record`,
      at: { record: found ?? "unknown record", offset: 0 },
    });
    return;
  }
  const what = found === undefined ? "belong to no record" : `begin with a ${found}`;
  add({
    code: "ZIP005",
    message: `${length} at offset ${at} ${what}`,
    at: { record: found ?? "unknown record", offset: at },
  });
}

/** Whether the directory has a name; only damaged archives are asked. */
type Names = (name: Uint8Array) => boolean;

function lazyNames(entries: readonly DirectoryEntry[]): Names {
  let keys: Set<string> | undefined;
  return (name) => {
    keys ??= new Set(entries.map((entry) => decodeLatin1(entry.nameBytes)));
    return keys.has(decodeLatin1(name));
  };
}
