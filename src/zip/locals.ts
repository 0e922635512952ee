/**
 * Walks the archive from its first byte to the central directory and demands that local headers,
 * data and directory entries match one to one.
 */

import { bytesEqual, decodeLatin1, decodeUtf8Lossy } from "../bytes.ts";
import { compareHeaders } from "./agree.ts";
import type { ChunkReader } from "./chunks.ts";
import { CHUNK } from "./chunks.ts";
import type { Add } from "./collect.ts";
import { aRecord, bytesText, NOT_PYPI, shown } from "./collect.ts";
import { readDescriptor } from "./descriptor.ts";
import { type Directory, readExtra } from "./directory.ts";
import type { EntryDraft } from "./draft.ts";
import { parseExtras } from "./extra.ts";
import type { LocalHeader } from "./layout.ts";
import {
  CENTRAL_HEADER,
  EXTRA_ZIP64,
  FLAG_DESCRIPTOR,
  LOCAL_HEADER,
  LOCAL_SIGNATURE,
  LOCAL_SIZE,
  RECORD_NAMES,
} from "./layout.ts";
import type { ZipLimits } from "./limits.ts";
import type { IndexOptions } from "./options.ts";

/** Where headers lie closer than this, many are fetched with one read. */
const NEAR = 8192;
/** Enough for a header with a usual name and no large extra field. */
const SMALL = 512;
const EMPTY = new Uint8Array(0);

/**
 * The entries of `directory` in physical order, completed from their local headers.
 *
 * @param check is called for each entry with its local header, if it has one; false: the content
 *   can't be read.
 */
export function walkLocals(
  chunks: ChunkReader,
  directory: Directory,
  { limits, localsFrom }: Pick<IndexOptions, "localsFrom"> & { readonly limits: ZipLimits },
  check: (entry: EntryDraft, local: LocalHeader | undefined) => boolean,
  add: Add,
): readonly EntryDraft[] {
  const ordered = inFileOrder(directory.entries);
  const from = localsFrom?.(ordered) ?? 0;
  const names = lazyNames(ordered);
  const hidden: HiddenMember[] = [];
  const lost: EntryDraft[] = [];
  const gaps = gapWalker(chunks, hidden, limits, add);
  let retained = 0;
  /** First byte that no record has claimed yet. */
  let claimed = 0;
  let owner = "";
  let index = 0;
  for (const entry of ordered) {
    index++;
    const start = entry.headerOffset;
    const next = Math.min(ordered[index]?.headerOffset ?? directory.start, directory.start);
    if (start < from) {
      entry.dataOffset = start;
      entry.end = next;
      entry.broken = true;
      claimed = next;
      continue;
    }
    const ahead = next - start < NEAR ? CHUNK : SMALL;
    const record = readLocal(chunks, entry, directory.start, ahead);
    if (record === undefined) {
      lost.push(entry);
      entry.dataOffset = start;
      entry.end = start;
      check(entry, undefined);
      entry.broken = true;
      continue;
    }
    retained += record.header.name_length + record.header.extra_length;
    if (retained > limits.retained) {
      add({
        code: "ZIP030",
        path: entry.name,
        message: `names and extra fields take more than the limit of ${bytesText(limits.retained)}`,
      });
      return ordered.slice(0, index - 1);
    }
    if (start > claimed) gaps(claimed, start);
    placeEntry(chunks, entry, record, next, directory.start, names, add);
    if (!check(entry, record.header)) entry.broken = true;
    if (start < claimed) {
      entry.broken = true;
      add({
        code: "ZIP006",
        path: entry.name,
        message: `the member begins at offset ${start}, inside \`${shown(owner)}\`, which ends at ${claimed}`,
        at: { record: LOCAL_HEADER.name, offset: start },
      });
    }
    if (entry.end > claimed) {
      claimed = entry.end;
      owner = entry.name;
    }
  }
  if (claimed < directory.start) gaps(claimed, directory.start);
  if (lost.length > 0 || hidden.length > 0) reportUnmatched(lost, hidden, names, add);
  return ordered;
}

function inFileOrder(entries: readonly EntryDraft[]): readonly EntryDraft[] {
  let last = Number.NEGATIVE_INFINITY;
  for (const { headerOffset } of entries) {
    if (headerOffset < last) return entries.toSorted((a, b) => a.headerOffset - b.headerOffset);
    last = headerOffset;
  }
  return entries;
}

/** A local header; its name and extra data are held by the chunk reader until the next record. */
interface LocalRecord {
  readonly header: LocalHeader;
  readonly nameAt: number;
  readonly extra: Uint8Array;
}

/** The local header that a directory entry points at, if there is one. */
function readLocal(
  chunks: ChunkReader,
  entry: EntryDraft,
  limit: number,
  ahead: number,
): LocalRecord | undefined {
  const at = entry.headerOffset;
  return at + LOCAL_SIZE <= limit ? localAt(chunks, at, ahead, entry.centralExtra) : undefined;
}

/** @param likely as {@link readExtra} has it: mostly the same bytes are in both headers. */
function localAt(
  chunks: ChunkReader,
  at: number,
  ahead: number,
  likely: Uint8Array = EMPTY,
): LocalRecord | undefined {
  if (!chunks.hold(at, LOCAL_SIZE, ahead)) return undefined;
  const header = chunks.local(at);
  if (header.signature !== LOCAL_SIGNATURE) return undefined;
  const { name_length: names, extra_length: extras } = header;
  const nameAt = at + LOCAL_SIZE;
  if (!chunks.hold(nameAt, names + extras, ahead)) return undefined;
  return { header, nameAt, extra: readExtra(chunks, nameAt + names, extras, likely) };
}

/** Fills in what the local header and its place say. */
function placeEntry(
  chunks: ChunkReader,
  entry: EntryDraft,
  record: LocalRecord,
  next: number,
  directoryStart: number,
  names: Names,
  add: Add,
): void {
  const { header, nameAt, extra } = record;
  if (!isNamed(chunks, entry, nameAt, header.name_length)) {
    reportName(entry, chunks.view(nameAt, header.name_length), names, add);
  }
  const dataOffset = entry.headerOffset + LOCAL_SIZE + header.name_length + header.extra_length;
  const dataEnd = dataOffset + entry.compressedSize;
  let end = dataEnd;
  let cut = false;
  let descriptorSound = true;
  if (entry.broken) {
    // Its size is unknown, so that it may reach to the next record.
    end = Math.max(dataOffset, next);
  } else if (dataEnd > directoryStart) {
    add({
      code: "ZIP006",
      path: entry.name,
      message: `the member's ${bytesText(entry.compressedSize)} at offset ${dataOffset} run into the central directory at ${directoryStart}`,
      at: { record: "file data", offset: dataOffset },
    });
    cut = true;
    // One wrong size should not make all that follow overlap.
    end = Math.max(dataOffset, next);
  } else if (((header.flags | entry.flags) & FLAG_DESCRIPTOR) !== 0) {
    const zip64 = parseExtras(extra).some((field) => field.id === EXTRA_ZIP64);
    const announced = (header.flags & FLAG_DESCRIPTOR) !== 0;
    const behind = Math.max(dataEnd, next);
    const descriptor = readDescriptor(chunks, entry, dataEnd, behind, zip64, announced, add);
    end = descriptor.end;
    descriptorSound = descriptor.sound;
  }
  const agrees = compareHeaders(entry, header, extra, descriptorSound, add);
  entry.dataOffset = dataOffset;
  entry.end = end;
  entry.localExtra = extra;
  entry.broken ||= cut || !agrees;
}

function isNamed(chunks: ChunkReader, entry: EntryDraft, at: number, length: number): boolean {
  if (length !== entry.nameLength) return false;
  if (entry.ascii) return chunks.equals(at, entry.name);
  return bytesEqual(chunks.view(at, length), entry.nameBytes);
}

function reportName(entry: EntryDraft, localName: Uint8Array, names: Names, add: Add): void {
  const name = shown(decodeUtf8Lossy(localName));
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
  add({
    code: "ZIP007",
    path: entry.name,
    message: names(localName)
      ? "the member has no local header of its own"
      : `the local header's name \`${name}\` is not in the central directory`,
    at,
  });
}

/** A local header that no directory entry points at. */
interface HiddenMember {
  readonly name: Uint8Array;
  readonly at: number;
}

/** Looks at bytes between members that no directory entry claims. */
function gapWalker(
  chunks: ChunkReader,
  hidden: HiddenMember[],
  limits: ZipLimits,
  add: Add,
): (from: number, to: number) => void {
  let budget = limits.retained;
  return (from, to) => {
    let at = from;
    while (at + LOCAL_SIZE <= to && hidden.length < limits.entries && budget > 0) {
      const record = localAt(chunks, at, SMALL);
      if (record === undefined) break;
      const { header, nameAt } = record;
      hidden.push({ name: chunks.copy(nameAt, header.name_length), at });
      budget -= header.name_length;
      const dataOffset = at + LOCAL_SIZE + header.name_length + header.extra_length;
      at = Math.min(to, dataOffset + header.compressed_size);
    }
    if (at < to) reportGap(chunks, at, to, add);
  };
}

/** ZIP007 and ZIP008 for what only one side has. */
function reportUnmatched(
  lost: readonly EntryDraft[],
  hidden: readonly HiddenMember[],
  names: Names,
  add: Add,
): void {
  const hiddenNames = new Set(hidden.map(({ name }) => decodeLatin1(name)));
  const lostNames = new Set(lost.map(keyOf));
  for (const entry of lost) {
    // PyPI matches the two by name alone.
    const misplaced = hiddenNames.has(keyOf(entry));
    add({
      code: "ZIP007",
      path: entry.name,
      message: `the central directory places the member at offset ${entry.headerOffset}, where no local file header is`,
      at: {
        record: CENTRAL_HEADER.name,
        field: "header_offset",
        offset: entry.at + CENTRAL_HEADER.offsetOf("zip", "header_offset"),
      },
      ...(misplaced ? { profiles: NOT_PYPI } : {}),
    });
  }
  for (const { name, at } of hidden) {
    const path = decodeUtf8Lossy(name);
    const where = { record: LOCAL_HEADER.name, offset: at };
    const misplaced = lostNames.has(decodeLatin1(name));
    add({
      code: "ZIP007",
      path,
      message: `no entry of the central directory points at the local file header at offset ${at}`,
      at: where,
      ...(misplaced ? { profiles: NOT_PYPI } : {}),
    });
    if (misplaced || !names(name)) continue;
    const message = "the name occurs in more than one local file header";
    add({ code: "ZIP008", path, message, at: where });
  }
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
  const what = found === undefined ? "belong to no record" : `begin with ${aRecord(found)}`;
  add({
    code: "ZIP005",
    message: `${length} at offset ${at} ${what}`,
    at: { record: found ?? "unknown record", offset: at },
  });
}

/** One character for each byte of the name. */
function keyOf(entry: EntryDraft): string {
  return entry.ascii ? entry.name : decodeLatin1(entry.nameBytes);
}

/** Whether the directory has a name; only damaged archives are asked. */
type Names = (name: Uint8Array) => boolean;

function lazyNames(entries: readonly EntryDraft[]): Names {
  let keys: Set<string> | undefined;
  return (name) => {
    keys ??= new Set(entries.map(keyOf));
    return keys.has(decodeLatin1(name));
  };
}
