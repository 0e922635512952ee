/**
 * The two headers that an archive has for each member, read without the tables of `layout.ts`.
 *
 * An index of 15,000 members reads 30,000 headers before the compiler has warmed up, and reading by
 * table costs as much as all else. A test holds these readers to the tables.
 */
import type { CentralHeader, LocalHeader } from "./layout.ts";

/** The local file header at `at`; its 30 bytes must be in the view. */
export function localHeaderAt(view: DataView, at: number): LocalHeader {
  return {
    signature: view.getUint32(at, true),
    version_needed: view.getUint16(at + 4, true),
    flags: view.getUint16(at + 6, true),
    method: view.getUint16(at + 8, true),
    time: view.getUint16(at + 10, true),
    date: view.getUint16(at + 12, true),
    crc32: view.getUint32(at + 14, true),
    compressed_size: view.getUint32(at + 18, true),
    uncompressed_size: view.getUint32(at + 22, true),
    name_length: view.getUint16(at + 26, true),
    extra_length: view.getUint16(at + 28, true),
  };
}

/** The central directory header at `at`; its 46 bytes must be in the view. */
export function centralHeaderAt(view: DataView, at: number): CentralHeader {
  return {
    signature: view.getUint32(at, true),
    version_made_by: view.getUint16(at + 4, true),
    version_needed: view.getUint16(at + 6, true),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    time: view.getUint16(at + 12, true),
    date: view.getUint16(at + 14, true),
    crc32: view.getUint32(at + 16, true),
    compressed_size: view.getUint32(at + 20, true),
    uncompressed_size: view.getUint32(at + 24, true),
    name_length: view.getUint16(at + 28, true),
    extra_length: view.getUint16(at + 30, true),
    comment_length: view.getUint16(at + 32, true),
    disk_start: view.getUint16(at + 34, true),
    internal_attributes: view.getUint16(at + 36, true),
    external_attributes: view.getUint32(at + 38, true),
    header_offset: view.getUint32(at + 42, true),
  };
}
