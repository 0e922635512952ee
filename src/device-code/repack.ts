/** Containers with fewer entries, or with entries stored in another way. */
import type { Source } from "../source.ts";
import { CODEC_BITS, FLAG } from "./constants.ts";
import type { DeviceContainer } from "./container.ts";
import type { DeviceEntry } from "./entry.ts";
import { FATBIN, FatContainerRecord, FatEntryRecord } from "./layout.ts";

/** An entry's payload as it will be stored. */
export interface StoredPayload {
  readonly codec: "raw" | "lz4" | "zstd";
  readonly bytes: Uint8Array;
  /** Bytes of the payload once decoded. */
  readonly size: number;
}

/** Byte offset of the flags in an entry's header. */
export const FLAGS_AT: number = FatEntryRecord.offsetOf(FATBIN.variant, "flags");

/** Payloads are padded to a multiple of this. */
const PADDING = 8;

/** The bytes that an entry takes with a payload, header included. */
export function entrySize({ headerSize }: DeviceEntry, { bytes }: StoredPayload): number {
  return headerSize + Math.ceil(bytes.length / PADDING) * PADDING;
}

/** An entry with another payload: header, identifiers and options stay. */
export function encodeEntry(
  region: Source,
  entry: DeviceEntry,
  { codec, bytes, size }: StoredPayload,
): Uint8Array {
  const whole = new Uint8Array(entrySize(entry, { codec, bytes, size }));
  whole.set(region.read(entry.start, entry.headerSize));
  const bit = { raw: 0, lz4: FLAG.LZ4, zstd: FLAG.ZSTD }[codec];
  FatEntryRecord.set(whole, 0, FATBIN, {
    payload_size: whole.length - entry.headerSize,
    compressed_size: codec === "raw" ? 0 : bytes.length,
    decompressed_size: codec === "raw" ? 0 : size,
    flags: ((entry.flags & ~CODEC_BITS) | bit) >>> 0,
  });
  whole.set(bytes, entry.headerSize);
  return whole;
}

/** The head of a container whose entries take `size` bytes. */
export function encodeContainerHead(
  region: Source,
  { start, headerSize }: DeviceContainer,
  size: number,
): Uint8Array {
  const head = new Uint8Array(region.read(start, headerSize));
  FatContainerRecord.set(head, 0, FATBIN, { fat_size: size });
  return head;
}
