/** Containers with fewer entries, or with entries stored in another way. */
import type { Source } from "../source.ts";
import { CODEC_BITS, FLAG } from "./constants.ts";
import type { DeviceContainer } from "./container.ts";
import type { DeviceEntry } from "./entry.ts";
import { FATBIN, FatContainerRecord, FatEntryRecord } from "./layout.ts";

/** An entry's payload as it will be stored. */
export interface StoredPayload {
  readonly codec: "lz4" | "zstd";
  readonly bytes: Uint8Array;
  /** Bytes of the payload once decoded. */
  readonly size: number;
}

/** Byte offset of the flags in an entry's header. */
export const FLAGS_AT: number = FatEntryRecord.offsetOf(FATBIN.variant, "flags");

/** Payloads are padded to a multiple of this. */
const PADDING = 8;

/** What is before and after the payload of an entry with another one: identifiers and options stay. */
export function encodeEntry(
  region: Source,
  entry: DeviceEntry,
  { codec, bytes, size }: StoredPayload,
): { readonly head: Uint8Array; readonly padding: Uint8Array } {
  const head = new Uint8Array(region.read(entry.start, entry.headerSize));
  const padding = new Uint8Array((PADDING - (bytes.length % PADDING)) % PADDING);
  const bit = { lz4: FLAG.LZ4, zstd: FLAG.ZSTD }[codec];
  FatEntryRecord.set(head, 0, FATBIN, {
    payload_size: bytes.length + padding.length,
    compressed_size: bytes.length,
    decompressed_size: size,
    flags: ((entry.flags & ~CODEC_BITS) | bit) >>> 0,
  });
  return { head, padding };
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
