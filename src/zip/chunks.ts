/** Reads ahead in a source, so that thousands of small records cost few reads. */
import type { Source } from "../source.ts";
import type { CentralHeader, LocalHeader } from "./layout.ts";
import { CENTRAL_HEADER, LOCAL_HEADER, ZIP } from "./layout.ts";

export interface ChunkReader {
  readonly size: number;
  /**
   * Makes `length` bytes from `offset` available; false when the source ends before.
   *
   * @param ahead how many bytes to fetch when these are not at hand.
   */
  hold(offset: number, length: number, ahead?: number): boolean;
  /** `length` bytes from `offset`, or `undefined` when the source ends before. A view. */
  read(offset: number, length: number, ahead?: number): Uint8Array | undefined;
  /** The 32-bit little-endian number at `offset`, or `undefined`. */
  u32(offset: number): number | undefined;
  /** The header at `offset`, which must be held. */
  local(offset: number): LocalHeader;
  central(offset: number): CentralHeader;
  /** A copy of `length` held bytes. */
  copy(offset: number, length: number): Uint8Array;
  /** True when the held bytes from `offset` are these. */
  equals(offset: number, bytes: Uint8Array): boolean;
}

/** Bytes that are fetched at once where records lie close together. */
export const CHUNK = 65_536;
/** In smaller chunks there are too few records for column readers to pay. */
const COLUMNS = 16_384;

export function chunkReader(source: Source): ChunkReader {
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);
  let locals: ((at: number) => LocalHeader) | undefined;
  let centrals: ((at: number) => CentralHeader) | undefined;
  const hold = (offset: number, length: number, ahead = CHUNK): boolean => {
    if (!(offset >= 0 && offset + length <= source.size)) return false;
    if (offset < start || offset + length > start + held.length) {
      held = source.read(offset, Math.min(source.size - offset, Math.max(length, ahead)));
      start = offset;
      locals = undefined;
      centrals = undefined;
    }
    return true;
  };
  return {
    size: source.size,
    hold,
    read(offset, length, ahead) {
      if (!hold(offset, length, ahead)) return undefined;
      return held.subarray(offset - start, offset - start + length);
    },
    u32(offset) {
      if (!hold(offset, 4)) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = held.subarray(offset - start);
      return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
    },
    local(offset) {
      if (held.length < COLUMNS) return LOCAL_HEADER.read(held, offset - start, ZIP, start);
      locals ??= localColumns(held);
      return locals(offset - start);
    },
    central(offset) {
      if (held.length < COLUMNS) return CENTRAL_HEADER.read(held, offset - start, ZIP, start);
      centrals ??= centralColumns(held);
      return centrals(offset - start);
    },
    copy: (offset, length) => held.slice(offset - start, offset - start + length),
    equals(offset, bytes) {
      const from = offset - start;
      for (let index = 0; index < bytes.length; index++) {
        if (held[from + index] !== bytes[index]) return false;
      }
      return true;
    },
  };
}

/** Reads any local header in `bytes`, much faster than one record after the other. */
function localColumns(bytes: Uint8Array): (at: number) => LocalHeader {
  const column = (field: keyof LocalHeader): ((at: number) => number) =>
    LOCAL_HEADER.column(bytes, ZIP, field, 1);
  const signature = column("signature");
  const versionNeeded = column("version_needed");
  const flags = column("flags");
  const method = column("method");
  const time = column("time");
  const date = column("date");
  const crc32 = column("crc32");
  const compressedSize = column("compressed_size");
  const uncompressedSize = column("uncompressed_size");
  const nameLength = column("name_length");
  const extraLength = column("extra_length");
  return (at) => ({
    signature: signature(at),
    version_needed: versionNeeded(at),
    flags: flags(at),
    method: method(at),
    time: time(at),
    date: date(at),
    crc32: crc32(at),
    compressed_size: compressedSize(at),
    uncompressed_size: uncompressedSize(at),
    name_length: nameLength(at),
    extra_length: extraLength(at),
  });
}

/** The same for central directory headers. */
function centralColumns(bytes: Uint8Array): (at: number) => CentralHeader {
  const column = (field: keyof CentralHeader): ((at: number) => number) =>
    CENTRAL_HEADER.column(bytes, ZIP, field, 1);
  const signature = column("signature");
  const versionMadeBy = column("version_made_by");
  const versionNeeded = column("version_needed");
  const flags = column("flags");
  const method = column("method");
  const time = column("time");
  const date = column("date");
  const crc32 = column("crc32");
  const compressedSize = column("compressed_size");
  const uncompressedSize = column("uncompressed_size");
  const nameLength = column("name_length");
  const extraLength = column("extra_length");
  const commentLength = column("comment_length");
  const diskStart = column("disk_start");
  const internalAttributes = column("internal_attributes");
  const externalAttributes = column("external_attributes");
  const headerOffset = column("header_offset");
  return (at) => ({
    signature: signature(at),
    version_made_by: versionMadeBy(at),
    version_needed: versionNeeded(at),
    flags: flags(at),
    method: method(at),
    time: time(at),
    date: date(at),
    crc32: crc32(at),
    compressed_size: compressedSize(at),
    uncompressed_size: uncompressedSize(at),
    name_length: nameLength(at),
    extra_length: extraLength(at),
    comment_length: commentLength(at),
    disk_start: diskStart(at),
    internal_attributes: internalAttributes(at),
    external_attributes: externalAttributes(at),
    header_offset: headerOffset(at),
  });
}
