/**
 * Lays out an archive from a list of members, without writing it.
 *
 * A layout is a list of pieces: new bytes, and ranges of archives that exist. So it can be written
 * to a file, laid over the old file from the first change on, or read as if it were written.
 *
 * What is written here needs no data descriptors (sizes come first), has no extra field but the
 * zip64 one where a size or an offset needs it, and depends on nothing but its input.
 *
 * Source: PKWARE APPNOTE 6.3.10.
 */
import { bytesEqual, concatBytes, encodeUtf8, printable } from "../bytes.ts";
import { FormatError, RefusalError } from "../errors.ts";
import type { Compression } from "../runtime.ts";
import type { Source } from "../source.ts";
import { readInto } from "../source.ts";
import type { ZipEntry } from "./entry.ts";
import {
  CENTRAL_HEADER,
  CENTRAL_SIGNATURE,
  DEFLATED,
  END_RECORD,
  END_SIGNATURE,
  EXTRA_ZIP64,
  FLAG_DESCRIPTOR,
  FLAG_UTF8,
  HOST_MACOS,
  HOST_UNIX,
  LOCAL_HEADER,
  LOCAL_SIGNATURE,
  SENTINEL16,
  SENTINEL32,
  STORED,
  ZIP,
  ZIP64_END_RECORD,
  ZIP64_END_RECORD_SIZE,
  ZIP64_END_SIGNATURE,
  ZIP64_LOCATOR,
  ZIP64_LOCATOR_SIGNATURE,
} from "./layout.ts";

/** DOS date and time words: two-second steps, 1980 to 2107. */
export interface DosTime {
  readonly date: number;
  readonly time: number;
}

/** Bytes in memory, or a range of something that can be read. */
export type Piece =
  | { readonly bytes: Uint8Array }
  | { readonly source: Source; readonly start: number; readonly size: number };

/** A member of an archive that exists, header and data byte for byte as they are. */
export interface KeptMember {
  readonly kind: "kept";
  readonly entry: ZipEntry;
  readonly source: Source;
}

/** What the directory says of the system that made a member. */
export interface HostAttributes {
  readonly versionMadeBy: number;
  readonly internalAttributes: number;
  readonly externalAttributes: number;
}

/** A member with a new header. Its data may still be raw bytes of an archive that exists. */
export interface WrittenMember {
  readonly kind: "written";
  /** `/` between parts; directories end in `/`. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** `st_mode`: type and permissions. */
  readonly mode: number;
  /** Directory fields as another writer would have them; default: Unix, and the mode. */
  readonly attributes?: HostAttributes;
  readonly time: DosTime;
  /** The compressed bytes. */
  readonly data: Piece;
}

export type Member = KeptMember | WrittenMember;

/** What a {@link WrittenMember} needs besides its name, mode and time. */
export type PackedData = Pick<
  WrittenMember,
  "method" | "crc32" | "compressedSize" | "size" | "data"
>;

export interface ArchiveLayout {
  readonly pieces: readonly Piece[];
  /** Bytes of the archive. */
  readonly size: number;
}

export const REGULAR_FILE = 0o100000;
export const DIRECTORY = 0o040000;
export const DEFAULT_FILE_MODE: number = REGULAR_FILE | 0o644;
/** `version_made_by`: Unix, so that the external attributes hold modes. */
const MADE_BY_UNIX = HOST_UNIX << 8;
const VERSION_DEFLATE = 20;
const VERSION_ZIP64 = 45;
/** The directory bit of the DOS half of the external attributes. */
export const DOS_DIRECTORY = 0x10;

/** The name under which a member will be found. */
function memberName(member: Member): string {
  return member.kind === "kept" ? member.entry.name : member.name;
}

export interface NewMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly time: DosTime;
  /** Default: a regular file, 0644. */
  readonly mode?: number;
  /** 0-9, default 6; 0 stores. */
  readonly level?: number;
}

/** A small member, compressed here. What deflate does not make smaller is stored. */
export function packMember(member: NewMember, compression: Compression): WrittenMember {
  const { name, bytes, time, mode = DEFAULT_FILE_MODE, level = 6 } = member;
  const packed = level === 0 || bytes.length === 0 ? bytes : compression.deflateRaw(bytes, level);
  const deflated = packed.length < bytes.length;
  const data = deflated ? packed : bytes;
  return {
    kind: "written",
    name,
    method: deflated ? DEFLATED : STORED,
    crc32: compression.crc32(bytes),
    compressedSize: data.length,
    size: bytes.length,
    mode,
    time,
    data: { bytes: data },
  };
}

export interface EntryChanges {
  readonly name?: string;
  readonly mode?: number;
  readonly time?: DosTime;
}

/** A member of an archive that exists with its raw data, but a new header: without descriptor and extra fields. */
export function rewriteMember(
  entry: ZipEntry,
  source: Source,
  changes: EntryChanges = {},
): WrittenMember {
  return {
    kind: "written",
    name: changes.name ?? entry.name,
    method: entry.method,
    crc32: entry.crc32,
    compressedSize: entry.compressedSize,
    size: entry.size,
    mode: changes.mode ?? modeOf(entry),
    time: changes.time ?? { date: entry.dosDate, time: entry.dosTime },
    data: { source, start: entry.dataOffset, size: entry.compressedSize },
  };
}

/** Type and permissions of an entry; archives from hosts without modes get the usual ones. */
export function modeOf(entry: ZipEntry): number {
  const host = entry.versionMadeBy >> 8;
  const mode = host === HOST_UNIX || host === HOST_MACOS ? entry.externalAttributes >>> 16 : 0;
  if (mode !== 0) return mode;
  return entry.directory ? DIRECTORY | 0o755 : DEFAULT_FILE_MODE;
}

export function hasDescriptor(entry: ZipEntry): boolean {
  return (entry.flags & FLAG_DESCRIPTOR) !== 0;
}

/**
 * Lays out `members` in their order, then the directory.
 *
 * @throws RefusalError when two members have the same name (ZIP008).
 */
export function layoutArchive(members: readonly Member[]): ArchiveLayout {
  const seen = new Set<string>();
  const pieces: Piece[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const name = memberName(member);
    if (seen.has(name)) {
      throw new RefusalError("ZIP008", `the wheel would hold \`${printable(name)}\` twice`);
    }
    seen.add(name);
    if (member.kind === "kept") {
      const { entry, source } = member;
      const size = entry.end - entry.headerOffset;
      pieces.push({ source, start: entry.headerOffset, size });
      central.push(keptCentral(entry, offset));
      offset += size;
    } else {
      const local = localHeader(member, offset);
      pieces.push({ bytes: local });
      if (member.compressedSize > 0) pieces.push(member.data);
      central.push(writtenCentral(member, offset));
      offset += local.length + member.compressedSize;
    }
  }
  const directory = concatBytes(central);
  const end = endRecords(members.length, offset, directory.length);
  pieces.push({ bytes: directory }, { bytes: end });
  return { pieces, size: offset + directory.length + end.length };
}

/** The archive as if it were written. Reads that span pieces are copied, others are views. */
export function layoutSource(layout: ArchiveLayout): Source {
  const { pieces, size } = layout;
  const starts: number[] = [];
  let total = 0;
  for (const piece of pieces) {
    starts.push(total);
    total += sizeOf(piece);
  }
  const find = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    size,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new FormatError(`${length} bytes are needed here, but the archive ends at ${size}`, {
          format: "zip",
          record: "archive",
          offset,
        });
      }
      const parts: Uint8Array[] = [];
      let at = offset;
      const end = offset + length;
      for (let index = find(offset); at < end; index++) {
        const piece = pieces[index];
        const start = starts[index] ?? 0;
        if (piece === undefined) break;
        const take = Math.min(end, start + sizeOf(piece)) - at;
        if (take <= 0) continue;
        parts.push(readPiece(piece, at - start, take));
        at += take;
      }
      const [only] = parts;
      return parts.length === 1 && only !== undefined ? only : concatBytes(parts);
    },
    readInto(offset, target) {
      let done = 0;
      for (let index = find(offset); done < target.length; index++) {
        const piece = pieces[index];
        if (piece === undefined) break;
        const at = offset + done - (starts[index] ?? 0);
        const into = target.subarray(done, done + Math.max(0, sizeOf(piece) - at));
        readPieceInto(piece, at, into);
        done += into.length;
      }
      if (done < target.length) this.read(size, target.length - done);
    },
  };
}

/**
 * How many bytes at the beginning of the layout are the same bytes at the same place in `source`:
 * what need not be written when it replaces `source`.
 */
export function unchangedPrefix(layout: ArchiveLayout, source: Source): number {
  let offset = 0;
  for (const piece of layout.pieces) {
    if ("bytes" in piece) {
      const same =
        offset + piece.bytes.length <= source.size &&
        bytesEqual(source.read(offset, piece.bytes.length), piece.bytes);
      if (!same) return offset;
    } else if (piece.source !== source || piece.start !== offset) {
      return offset;
    }
    offset += sizeOf(piece);
  }
  return offset;
}

export function sizeOf(piece: Piece): number {
  return "bytes" in piece ? piece.bytes.length : piece.size;
}

/** `size` bytes of the piece from `at`. */
export function readPiece(piece: Piece, at: number, size: number): Uint8Array {
  return "bytes" in piece
    ? piece.bytes.subarray(at, at + size)
    : piece.source.read(piece.start + at, size);
}

/** Fills `target` with the bytes of the piece from `at`. */
export function readPieceInto(piece: Piece, at: number, target: Uint8Array): void {
  if ("bytes" in piece) target.set(piece.bytes.subarray(at, at + target.length));
  else readInto(piece.source, piece.start + at, target);
}

function localHeader(member: WrittenMember, offset: number): Uint8Array {
  const name = encodeUtf8(member.name);
  const large = isLarge(member);
  const extra = large ? zip64Extra([member.size, member.compressedSize]) : new Uint8Array();
  const header = LOCAL_HEADER.encode(ZIP, {
    signature: LOCAL_SIGNATURE,
    version_needed: versionFor(member, offset),
    flags: flagsFor(name),
    method: member.method,
    time: member.time.time,
    date: member.time.date,
    crc32: member.crc32,
    compressed_size: large ? SENTINEL32 : member.compressedSize,
    uncompressed_size: large ? SENTINEL32 : member.size,
    name_length: name.length,
    extra_length: extra.length,
  });
  return concatBytes([header, name, extra]);
}

function writtenCentral(member: WrittenMember, offset: number): Uint8Array {
  const nameBytes = encodeUtf8(member.name);
  const directory = member.name.endsWith("/");
  const versionNeeded = versionFor(member, offset);
  const attributes = member.attributes ?? {
    versionMadeBy: MADE_BY_UNIX | versionNeeded,
    internalAttributes: 0,
    externalAttributes: ((member.mode << 16) | (directory ? DOS_DIRECTORY : 0)) >>> 0,
  };
  const values = {
    nameBytes,
    ...attributes,
    versionNeeded,
    flags: flagsFor(nameBytes),
    method: member.method,
    dosTime: member.time.time,
    dosDate: member.time.date,
    crc32: member.crc32,
    compressedSize: member.compressedSize,
    size: member.size,
  };
  return centralHeader(values, offset, NO_EXTRA);
}

/** The directory's record as it was, but for the offset and the zip64 field that follows from it. */
function keptCentral(entry: ZipEntry, offset: number): Uint8Array {
  return centralHeader(entry, offset, withoutZip64(entry.centralExtra));
}

const NO_EXTRA = new Uint8Array();

type CentralValues = Pick<
  ZipEntry,
  | "nameBytes"
  | "versionMadeBy"
  | "versionNeeded"
  | "flags"
  | "method"
  | "dosTime"
  | "dosDate"
  | "crc32"
  | "compressedSize"
  | "size"
  | "internalAttributes"
  | "externalAttributes"
>;

/** @param others extra fields but the zip64 one. */
function centralHeader(values: CentralValues, offset: number, others: Uint8Array): Uint8Array {
  const large = isLarge(values);
  const far = offset >= SENTINEL32;
  const zip64 = [...(large ? [values.size, values.compressedSize] : []), ...(far ? [offset] : [])];
  const extra = zip64.length === 0 ? others : concatBytes([zip64Extra(zip64), others]);
  const header = CENTRAL_HEADER.encode(ZIP, {
    signature: CENTRAL_SIGNATURE,
    version_made_by: values.versionMadeBy,
    version_needed: values.versionNeeded,
    flags: values.flags,
    method: values.method,
    time: values.dosTime,
    date: values.dosDate,
    crc32: values.crc32,
    compressed_size: large ? SENTINEL32 : values.compressedSize,
    uncompressed_size: large ? SENTINEL32 : values.size,
    name_length: values.nameBytes.length,
    extra_length: extra.length,
    comment_length: 0,
    disk_start: 0,
    internal_attributes: values.internalAttributes,
    external_attributes: values.externalAttributes,
    header_offset: far ? SENTINEL32 : offset,
  });
  return concatBytes([header, values.nameBytes, extra]);
}

function endRecords(entries: number, offset: number, size: number): Uint8Array {
  const end = END_RECORD.encode(ZIP, {
    signature: END_SIGNATURE,
    disk: 0,
    directory_disk: 0,
    disk_entries: Math.min(entries, SENTINEL16),
    entries: Math.min(entries, SENTINEL16),
    directory_size: Math.min(size, SENTINEL32),
    directory_offset: Math.min(offset, SENTINEL32),
    comment_length: 0,
  });
  if (entries < SENTINEL16 && size < SENTINEL32 && offset < SENTINEL32) return end;
  const record = ZIP64_END_RECORD.encode(ZIP, {
    signature: ZIP64_END_SIGNATURE,
    record_size: ZIP64_END_RECORD_SIZE,
    version_made_by: MADE_BY_UNIX | VERSION_ZIP64,
    version_needed: VERSION_ZIP64,
    disk: 0,
    directory_disk: 0,
    disk_entries: entries,
    entries,
    directory_size: size,
    directory_offset: offset,
  });
  const locator = ZIP64_LOCATOR.encode(ZIP, {
    signature: ZIP64_LOCATOR_SIGNATURE,
    end_disk: 0,
    end_offset: offset + size,
    disks: 1,
  });
  return concatBytes([record, locator, end]);
}

/** The version of the specification that a reader must know: zip64 in either header asks for 4.5. */
function versionFor(member: WrittenMember, offset: number): number {
  return isLarge(member) || offset >= SENTINEL32 ? VERSION_ZIP64 : VERSION_DEFLATE;
}

function isLarge(member: { readonly size: number; readonly compressedSize: number }): boolean {
  return member.size >= SENTINEL32 || member.compressedSize >= SENTINEL32;
}

function flagsFor(name: Uint8Array): number {
  return name.every((byte) => byte < 0x80) ? 0 : FLAG_UTF8;
}

function zip64Extra(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 8 * values.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, EXTRA_ZIP64, true);
  view.setUint16(2, 8 * values.length, true);
  values.forEach((value, index) => {
    view.setBigUint64(4 + 8 * index, BigInt(value), true);
  });
  return bytes;
}

/** The extra field without its zip64 record; framing that is broken is kept as it is. */
function withoutZip64(extra: Uint8Array): Uint8Array {
  if (extra.length === 0) return extra;
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  const kept: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.length) break;
    if (view.getUint16(at, true) !== EXTRA_ZIP64) kept.push(extra.subarray(at, end));
    at = end;
  }
  kept.push(extra.subarray(at));
  return concatBytes(kept);
}
