/** Payloads in and out of the forms in which entries hold them. */
import { FormatError } from "../errors.ts";
import type { Source } from "../source.ts";
import type { DeviceEntry } from "./entry.ts";
import { decodeLz4 } from "./lz4.ts";
import { encodeLz4 } from "./lz4-encode.ts";
import { readZstdFrame } from "./zstd-frame.ts";

/** zstd, which the place where the engine runs brings; see `src/node/zstd.ts`. */
export interface Zstd {
  /**
   * Room for `size` bytes in the compressor's own memory, so that they need not be copied there. It
   * is gone when the next room is taken or the next frame is decoded.
   */
  room(size: number): Uint8Array;
  /**
   * One frame with its content size, without checksum and dictionary.
   *
   * @param into gets the frame.
   * @returns the part of `into` that was filled; `undefined`: the frame is larger.
   */
  compress(bytes: Uint8Array, level: number, into: Uint8Array): Uint8Array | undefined;
  /**
   * What the frame gives, in a room.
   *
   * @param size bytes that the frame says it gives.
   * @throws FormatError when the frame is damaged.
   */
  decompress(frame: Uint8Array, size: number): Uint8Array;
}

/**
 * Payloads that need more memory (bytes) are left alone: beside the compressor's tables and the rest
 * of the program 512 MB must allow it. Published ones need up to 180 MB.
 */
export const MAX_NEED: number = 256 << 20;

/** Bytes that a payload needs while it is stored again: itself, and what is stored before and after. */
function needOf({ size, storedSize }: DeviceEntry): number {
  return size + 3 * storedSize;
}
/** Frames that look back farther are none that a driver has met. */
const MAX_WINDOW = 8 << 20;

export type Effort = "fast" | "best";

/** Payloads above this (bytes, decoded) get smaller by zstd 9 than by 8: up to a tenth; others by a hundredth. */
const LARGE_PAYLOAD = 4 << 20;
/** zstd levels: 19 gives what nvcc's `--compress-mode=size` gives; 8 takes a fifth less time than 9. */
function zstdLevel(effort: Effort, size: number): number {
  if (effort === "best") return 19;
  return size > LARGE_PAYLOAD ? 9 : 8;
}
/** Places that are compared for each byte. */
const LZ4_DEPTH: Readonly<Record<Effort, number>> = { fast: 4, best: 256 };

/** Bytes (decoded) for each stored one: whoever packs more in packs it to cost time. Drivers' code has 20. */
const MAX_RATIO = 500;
/** Smaller payloads (bytes, decoded) may be nothing but zeros. */
const SMALL_PAYLOAD = 1 << 16;

/** True when the payload can be decoded: a method that is known, and of bounded size. */
export function isReadable(entry: DeviceEntry): boolean {
  const { codec, size, storedSize } = entry;
  const most = Math.max(SMALL_PAYLOAD, storedSize * MAX_RATIO);
  return codec !== "unknown" && size > 0 && size <= most && needOf(entry) <= MAX_NEED;
}

/** The payload as it is stored, without padding where its length is known. */
export function storedPayload(region: Source, entry: DeviceEntry): Uint8Array {
  return region.read(entry.start + entry.headerSize, entry.storedSize);
}

/**
 * The payload itself; of one that is stored raw with its padding, and as it is given. Any other is in
 * a room of the compressor.
 *
 * @throws FormatError when the payload is damaged or too large.
 */
export function decodePayload(entry: DeviceEntry, stored: Uint8Array, zstd: Zstd): Uint8Array {
  if (!isReadable(entry)) {
    throw new FormatError(
      entry.codec === "unknown"
        ? "the payload is stored by an unknown method"
        : `the payload of ${entry.storedSize} bytes gives more than may be taken`,
      { format: "fatbin", record: "entry", offset: entry.start, value: String(entry.size) },
    );
  }
  switch (entry.codec) {
    case "raw":
      return stored;
    case "lz4":
      return decodeLz4(stored, entry.size, zstd.room(entry.size));
    default: {
      const { contentSize, dictionary, windowSize } = readZstdFrame(stored);
      if (
        contentSize !== entry.size ||
        dictionary ||
        windowSize > Math.max(MAX_WINDOW, entry.size)
      ) {
        throw new FormatError("the frame's head contradicts the entry", {
          format: "zstd",
          record: "frame",
          value: String(contentSize),
        });
      }
      return zstd.decompress(stored, entry.size);
    }
  }
}

/**
 * The payload encoded again.
 *
 * @param into gets it; it must not be a part of the payload.
 * @returns the part of `into` that was filled; `undefined`: it is larger.
 */
export function encodePayload(
  payload: Uint8Array,
  codec: "lz4" | "zstd",
  effort: Effort,
  zstd: Zstd,
  into: Uint8Array,
): Uint8Array | undefined {
  if (codec === "lz4") return encodeLz4(payload, LZ4_DEPTH[effort], into);
  return zstd.compress(payload, zstdLevel(effort, payload.length), into);
}
