/**
 * The records of a zip archive.
 *
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16. All integers are little-endian.
 */
import type { Struct, StructContext } from "../struct.ts";
import { struct } from "../struct.ts";
import {
  ARCHIVE_EXTRA_DATA_SIGNATURE,
  CENTRAL_SIGNATURE,
  DESCRIPTOR_SIGNATURE,
  DIGITAL_SIGNATURE_SIGNATURE,
  END_SIGNATURE,
  LOCAL_SIGNATURE,
  ZIP64_END_SIGNATURE,
  ZIP64_LOCATOR_SIGNATURE,
} from "./constants.ts";

export * from "./constants.ts";

/** Every zip record is read and written with this. */
export const ZIP: StructContext<"zip"> = { variant: "zip", littleEndian: true };

/** What each signature begins, as the specification calls it. */
export const RECORD_NAMES: ReadonlyMap<number, string> = new Map([
  [LOCAL_SIGNATURE, "local file header"],
  [CENTRAL_SIGNATURE, "central directory header"],
  [END_SIGNATURE, "end of central directory record"],
  [ZIP64_END_SIGNATURE, "zip64 end of central directory record"],
  [ZIP64_LOCATOR_SIGNATURE, "zip64 end of central directory locator"],
  [DESCRIPTOR_SIGNATURE, "data descriptor"],
  [DIGITAL_SIGNATURE_SIGNATURE, "digital signature"],
  [ARCHIVE_EXTRA_DATA_SIGNATURE, "archive extra data record"],
]);

/** Section 4.3.7; the name and the extra field follow. */
export interface LocalHeader {
  readonly signature: number;
  readonly version_needed: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly compressed_size: number;
  readonly uncompressed_size: number;
  readonly name_length: number;
  readonly extra_length: number;
}

export const LOCAL_HEADER: Struct<"zip", LocalHeader> = struct("zip", "local file header", {
  zip: [
    ["signature", "u32"],
    ["version_needed", "u16"],
    ["flags", "u16"],
    ["method", "u16"],
    ["time", "u16"],
    ["date", "u16"],
    ["crc32", "u32"],
    ["compressed_size", "size32"],
    ["uncompressed_size", "size32"],
    ["name_length", "u16"],
    ["extra_length", "u16"],
  ],
});

/** Section 4.3.12; the name, the extra field and the comment follow. */
export interface CentralHeader {
  readonly signature: number;
  readonly version_made_by: number;
  readonly version_needed: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly compressed_size: number;
  readonly uncompressed_size: number;
  readonly name_length: number;
  readonly extra_length: number;
  readonly comment_length: number;
  readonly disk_start: number;
  readonly internal_attributes: number;
  readonly external_attributes: number;
  readonly header_offset: number;
}

export const CENTRAL_HEADER: Struct<"zip", CentralHeader> = struct(
  "zip",
  "central directory header",
  {
    zip: [
      ["signature", "u32"],
      ["version_made_by", "u16"],
      ["version_needed", "u16"],
      ["flags", "u16"],
      ["method", "u16"],
      ["time", "u16"],
      ["date", "u16"],
      ["crc32", "u32"],
      ["compressed_size", "size32"],
      ["uncompressed_size", "size32"],
      ["name_length", "u16"],
      ["extra_length", "u16"],
      ["comment_length", "u16"],
      ["disk_start", "u16"],
      ["internal_attributes", "u16"],
      ["external_attributes", "u32"],
      ["header_offset", "off32"],
    ],
  },
);

/** Section 4.3.16; the archive comment follows. */
export interface EndRecord {
  readonly signature: number;
  readonly disk: number;
  readonly directory_disk: number;
  readonly disk_entries: number;
  readonly entries: number;
  readonly directory_size: number;
  readonly directory_offset: number;
  readonly comment_length: number;
}

export const END_RECORD: Struct<"zip", EndRecord> = struct(
  "zip",
  "end of central directory record",
  {
    zip: [
      ["signature", "u32"],
      ["disk", "u16"],
      ["directory_disk", "u16"],
      ["disk_entries", "u16"],
      ["entries", "u16"],
      ["directory_size", "size32"],
      ["directory_offset", "off32"],
      ["comment_length", "u16"],
    ],
  },
);

/** Section 4.3.14, version 1; `record_size` counts what follows it: 44 without extensible data. */
export interface Zip64EndRecord {
  readonly signature: number;
  readonly record_size: number;
  readonly version_made_by: number;
  readonly version_needed: number;
  readonly disk: number;
  readonly directory_disk: number;
  readonly disk_entries: number;
  readonly entries: number;
  readonly directory_size: number;
  readonly directory_offset: number;
}

export const ZIP64_END_RECORD: Struct<"zip", Zip64EndRecord> = struct(
  "zip",
  "zip64 end of central directory record",
  {
    zip: [
      ["signature", "u32"],
      ["record_size", "size64"],
      ["version_made_by", "u16"],
      ["version_needed", "u16"],
      ["disk", "u32"],
      ["directory_disk", "u32"],
      ["disk_entries", "size64"],
      ["entries", "size64"],
      ["directory_size", "size64"],
      ["directory_offset", "off64"],
    ],
  },
);

/** Section 4.3.15. */
export interface Zip64Locator {
  readonly signature: number;
  readonly end_disk: number;
  readonly end_offset: number;
  readonly disks: number;
}

export const ZIP64_LOCATOR: Struct<"zip", Zip64Locator> = struct(
  "zip",
  "zip64 end of central directory locator",
  {
    zip: [
      ["signature", "u32"],
      ["end_disk", "u32"],
      ["end_offset", "off64"],
      ["disks", "u32"],
    ],
  },
);

/** Section 4.3.9, without its optional signature; `zip64` where the sizes have 64 bits. */
export interface Descriptor {
  readonly crc32: number;
  readonly compressed_size: number;
  readonly uncompressed_size: number;
}

export const DESCRIPTOR: Struct<"zip" | "zip64", Descriptor> = struct("zip", "data descriptor", {
  zip: [
    ["crc32", "u32"],
    ["compressed_size", "size32"],
    ["uncompressed_size", "size32"],
  ],
  zip64: [
    ["crc32", "u32"],
    ["compressed_size", "size64"],
    ["uncompressed_size", "size64"],
  ],
});
