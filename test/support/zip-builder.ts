/** Writes archives of which any field may be wrong. */
import { crc32, deflateRawSync } from "node:zlib";
import type {
  CentralHeader,
  EndRecord,
  LocalHeader,
  Zip64EndRecord,
  Zip64Locator,
} from "../../src/zip/layout.ts";
import {
  CENTRAL_HEADER,
  CENTRAL_SIGNATURE,
  DEFLATED,
  DESCRIPTOR,
  DESCRIPTOR_SIGNATURE,
  END_RECORD,
  END_SIGNATURE,
  EXTRA_ZIP64,
  FLAG_DESCRIPTOR,
  LOCAL_HEADER,
  LOCAL_SIGNATURE,
  SENTINEL32,
  STORED,
  ZIP,
  ZIP64_END_RECORD,
  ZIP64_END_RECORD_SIZE,
  ZIP64_END_SIGNATURE,
  ZIP64_LOCATOR,
  ZIP64_LOCATOR_SIGNATURE,
} from "../../src/zip/layout.ts";

export interface DescriptorSpec {
  /** Default true. */
  readonly signature?: boolean;
  /** 64-bit sizes; default false. */
  readonly wide?: boolean;
  readonly crc32?: number;
  readonly compressed_size?: number;
  readonly uncompressed_size?: number;
}

export interface ZipMember {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  /** Default 8 (deflated), 0 (stored) for empty data. */
  readonly method?: number;
  /** The packed bytes as they are, instead of `data` packed. */
  readonly packed?: Uint8Array;
  /** Unix mode with its type bits. Default: a regular file 0644, a directory 0755. */
  readonly mode?: number;
  /** Fields of the headers that are to differ from the right ones. */
  readonly local?: Partial<LocalHeader>;
  readonly central?: Partial<CentralHeader>;
  /** Fields that differ in both headers. */
  readonly both?: Partial<LocalHeader>;
  readonly localName?: string | Uint8Array;
  readonly centralName?: string | Uint8Array;
  readonly localExtra?: Uint8Array;
  readonly centralExtra?: Uint8Array;
  readonly comment?: string;
  /** Writes flag bit 3, zeros in the local header and a data descriptor, or the bytes given. */
  readonly descriptor?: DescriptorSpec | Uint8Array;
  /** Sizes as sentinels with a zip64 extra field in both headers. */
  readonly zip64?: boolean;
  /** Bytes in front of the local header, and behind the data. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** False leaves the header out. */
  readonly inLocal?: boolean;
  readonly inCentral?: boolean;
}

export interface ZipShape {
  readonly prefix?: Uint8Array;
  readonly beforeDirectory?: Uint8Array;
  readonly afterDirectory?: Uint8Array;
  readonly suffix?: Uint8Array;
  readonly comment?: string | Uint8Array;
  readonly end?: Partial<EndRecord>;
  /** Writes the zip64 end record and its locator. */
  readonly zip64?: boolean;
  readonly zip64End?: Partial<Zip64EndRecord>;
  /** Extensible data of the zip64 end record. */
  readonly extensible?: Uint8Array;
  readonly locator?: Partial<Zip64Locator>;
  /** False leaves the record out. */
  readonly inZip64End?: boolean;
  readonly inLocator?: boolean;
  readonly inEnd?: boolean;
  /** Order of the directory as positions in the list of members. */
  readonly order?: readonly number[];
}

const NOTHING = new Uint8Array(0);
/** 2020-01-01 00:00:00 in DOS words. */
export const DOS_DATE = (40 << 9) | (1 << 5) | 1;

export function buildZip(members: readonly ZipMember[], shape: ZipShape = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  const add = (bytes: Uint8Array): void => {
    parts.push(bytes);
    at += bytes.length;
  };
  add(shape.prefix ?? NOTHING);
  const directory: Uint8Array[] = [];
  for (const member of members) {
    add(member.before ?? NOTHING);
    const { local, central } = encodeMember(member, at);
    if (member.inLocal !== false) add(local);
    add(member.after ?? NOTHING);
    directory.push(member.inCentral === false ? NOTHING : central);
  }
  add(shape.beforeDirectory ?? NOTHING);
  const directoryOffset = at;
  const order = shape.order ?? directory.map((_, index) => index);
  for (const index of order) add(directory[index] ?? NOTHING);
  const directorySize = at - directoryOffset;
  const entries = members.filter((member) => member.inCentral !== false).length;
  add(shape.afterDirectory ?? NOTHING);
  if (shape.zip64 === true) {
    const extensible = shape.extensible ?? NOTHING;
    const offset = at;
    if (shape.inZip64End !== false) {
      add(
        ZIP64_END_RECORD.encode(ZIP, {
          signature: ZIP64_END_SIGNATURE,
          record_size: ZIP64_END_RECORD_SIZE + extensible.length,
          version_made_by: 45,
          version_needed: 45,
          disk: 0,
          directory_disk: 0,
          disk_entries: entries,
          entries,
          directory_size: directorySize,
          directory_offset: directoryOffset,
          ...shape.zip64End,
        }),
      );
      add(extensible);
    }
    if (shape.inLocator !== false) {
      add(
        ZIP64_LOCATOR.encode(ZIP, {
          signature: ZIP64_LOCATOR_SIGNATURE,
          end_disk: 0,
          end_offset: offset,
          disks: 1,
          ...shape.locator,
        }),
      );
    }
  }
  const comment = toBytes(shape.comment ?? NOTHING);
  if (shape.inEnd !== false) {
    add(
      END_RECORD.encode(ZIP, {
        signature: END_SIGNATURE,
        disk: 0,
        directory_disk: 0,
        disk_entries: Math.min(entries, 0xffff),
        entries: Math.min(entries, 0xffff),
        directory_size: directorySize,
        directory_offset: directoryOffset,
        comment_length: comment.length,
        ...shape.end,
      }),
    );
    add(comment);
  }
  add(shape.suffix ?? NOTHING);
  return concat(parts);
}

function encodeMember(
  member: ZipMember,
  headerOffset: number,
): { readonly local: Uint8Array; readonly central: Uint8Array } {
  const name = toBytes(member.name);
  const data = toBytes(member.data ?? NOTHING);
  const method = member.method ?? (data.length === 0 ? STORED : DEFLATED);
  const packed = member.packed ?? (method === DEFLATED ? deflateRawSync(data) : data);
  const directory = name.at(-1) === 0x2f;
  const { descriptor } = member;
  const checksum = crc32(data);
  const values = {
    version_needed: member.zip64 === true ? 45 : 20,
    flags: name.some((byte) => byte > 0x7f) ? 1 << 11 : 0,
    method,
    time: 0,
    date: DOS_DATE,
    crc32: checksum,
    compressed_size: packed.length,
    uncompressed_size: data.length,
    ...member.both,
  };
  const sizes =
    member.zip64 === true ? { compressed_size: SENTINEL32, uncompressed_size: SENTINEL32 } : {};
  const zip64Extra =
    member.zip64 === true
      ? extraField(EXTRA_ZIP64, u64s(values.uncompressed_size, values.compressed_size))
      : NOTHING;
  const streamed =
    descriptor === undefined
      ? {}
      : {
          flags: values.flags | FLAG_DESCRIPTOR,
          crc32: 0,
          compressed_size: 0,
          uncompressed_size: 0,
        };
  const localName = toBytes(member.localName ?? name);
  const localExtra = concat([zip64Extra, member.localExtra ?? NOTHING]);
  const local = LOCAL_HEADER.encode(ZIP, {
    signature: LOCAL_SIGNATURE,
    ...values,
    ...sizes,
    ...streamed,
    name_length: localName.length,
    extra_length: localExtra.length,
    ...member.local,
  });
  const centralName = toBytes(member.centralName ?? name);
  const centralExtra = concat([zip64Extra, member.centralExtra ?? NOTHING]);
  const comment = toBytes(member.comment ?? NOTHING);
  const mode = member.mode ?? (directory ? 0o40755 : 0o100644);
  const central = CENTRAL_HEADER.encode(ZIP, {
    signature: CENTRAL_SIGNATURE,
    version_made_by: (3 << 8) | 20,
    ...values,
    ...sizes,
    flags: descriptor === undefined ? values.flags : values.flags | FLAG_DESCRIPTOR,
    name_length: centralName.length,
    extra_length: centralExtra.length,
    comment_length: comment.length,
    disk_start: 0,
    internal_attributes: 0,
    external_attributes: ((mode << 16) | (directory ? 0x10 : 0)) >>> 0,
    header_offset: headerOffset,
    ...member.central,
  });
  const tail =
    descriptor === undefined
      ? NOTHING
      : descriptor instanceof Uint8Array
        ? descriptor
        : encodeDescriptor(descriptor, checksum, packed.length, data.length);
  return {
    local: concat([local, localName, localExtra, packed, tail]),
    central: concat([central, centralName, centralExtra, comment]),
  };
}

function encodeDescriptor(
  spec: DescriptorSpec,
  checksum: number,
  compressedSize: number,
  size: number,
): Uint8Array {
  const body = DESCRIPTOR.encode(
    { variant: spec.wide === true ? "zip64" : "zip", littleEndian: true },
    {
      crc32: spec.crc32 ?? checksum,
      compressed_size: spec.compressed_size ?? compressedSize,
      uncompressed_size: spec.uncompressed_size ?? size,
    },
  );
  return spec.signature === false ? body : concat([u32(DESCRIPTOR_SIGNATURE), body]);
}

/** One extra field with its header. */
export function extraField(id: number, payload: Uint8Array): Uint8Array {
  return concat([u16(id), u16(payload.length), payload]);
}

/** An Info-ZIP Unicode Path field for `rawName`. */
export function unicodePath(
  rawName: string | Uint8Array,
  name: string | Uint8Array,
  { version = 1, crc }: { readonly version?: number; readonly crc?: number } = {},
): Uint8Array {
  const checksum = crc ?? crc32(toBytes(rawName));
  return extraField(0x7075, concat([Uint8Array.of(version), u32(checksum), toBytes(name)]));
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64s(...values: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setBigUint64(8 * index, BigInt(value), true);
  return bytes;
}

export function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
