/** Payloads in and out of the forms in which entries hold them. */
import { FormatError } from "../errors.ts";
import type { Source } from "../source.ts";
import type { DeviceEntry } from "./entry.ts";
import { decodeLz4 } from "./lz4.ts";
import { encodeLz4 } from "./lz4-encode.ts";
import { readZstdFrame } from "./zstd-frame.ts";

/** zstd, which the place where the engine runs brings; see `src/node/zstd.ts`. */
export interface Zstd {
  /** One frame with its content size, without checksum and dictionary. */
  compress(bytes: Uint8Array, level: number): Uint8Array;
  /**
   * @param size bytes that the frame says it gives.
   * @throws FormatError when the frame is damaged.
   */
  decompress(frame: Uint8Array, size: number): Uint8Array;
}

/**
 * Larger payloads (bytes, decoded) are left alone: the compressor holds them twice, which 512 MB must
 * allow. Of published ones only some of NCCL's are larger, up to 136 MB.
 */
export const MAX_PAYLOAD: number = 64 << 20;
/** Frames that look back farther are none that a driver has met. */
const MAX_WINDOW = 8 << 20;

export type Effort = "fast" | "best";

/** zstd levels: 19 gives what nvcc's `--compress-mode=size` gives. */
const ZSTD_LEVEL: Readonly<Record<Effort, number>> = { fast: 9, best: 19 };
/** Places that are compared for each byte. */
const LZ4_DEPTH: Readonly<Record<Effort, number>> = { fast: 4, best: 256 };

/** Bytes (decoded) for each stored one: whoever packs more in packs it to cost time. Drivers' code has 20. */
const MAX_RATIO = 500;
/** Smaller payloads (bytes, decoded) may be nothing but zeros. */
const SMALL_PAYLOAD = 1 << 16;

/** True when the payload can be decoded: a method that is known, and of bounded size. */
export function isReadable({ codec, size, storedSize }: DeviceEntry): boolean {
  const most = Math.min(MAX_PAYLOAD, Math.max(SMALL_PAYLOAD, storedSize * MAX_RATIO));
  return codec !== "unknown" && size > 0 && size <= most;
}

/** The payload as it is stored, without padding where its length is known. */
export function storedPayload(region: Source, entry: DeviceEntry): Uint8Array {
  return region.read(entry.start + entry.headerSize, entry.storedSize);
}

/**
 * The payload itself; of one that is stored raw with its padding.
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
      return decodeLz4(stored, entry.size);
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

/** The payload encoded again. */
export function encodePayload(
  payload: Uint8Array,
  codec: "lz4" | "zstd",
  effort: Effort,
  zstd: Zstd,
): Uint8Array {
  if (codec === "lz4") return encodeLz4(payload, LZ4_DEPTH[effort]);
  return zstd.compress(payload, ZSTD_LEVEL[effort]);
}
