/** One payload stored in another way; what is done here is done by threads. */
import type { Effort, Zstd } from "../device-code/codec.ts";
import { decodePayload, encodePayload } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import type { StoredPayload } from "../device-code/repack.ts";
import { clearDeviceDebug } from "./device-debug.ts";

export interface RecodeJob {
  readonly entry: DeviceEntry;
  /** The payload as it is stored, without padding. */
  readonly stored: Uint8Array;
  /** By which methods it may be stored; empty: only looked at. */
  readonly codecs: readonly ("lz4" | "zstd")[];
  readonly effort: Effort;
  /** Clears debug sections of a cubin first. */
  readonly stripDebug: boolean;
}

export interface Recoded {
  /** `undefined`: as it is stored now is best. */
  readonly payload: StoredPayload | undefined;
  /** Bytes of debug information that were cleared. */
  readonly cleared: number;
  /** SHA-256 of what the payload gives when it is decoded. */
  readonly sha256: Uint8Array;
}

/** A digest of all bytes. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/**
 * The smallest form of a payload. That it gives the same when it is decoded again is seen when the
 * finished wheel is verified.
 *
 * @throws FormatError when the payload is damaged.
 */
export function recodePayload(job: RecodeJob, zstd: Zstd, digest: Digest): Recoded {
  const { entry, stored, codecs, effort } = job;
  const original = decodePayload(entry, stored, zstd);
  const { bytes, cleared } =
    job.stripDebug && entry.kind === "sass"
      ? clearDeviceDebug(original)
      : { bytes: original, cleared: 0 };
  let best: StoredPayload | undefined;
  for (const codec of codecs) {
    const encoded = encodePayload(bytes, codec, effort, zstd);
    if (encoded.length >= (best?.bytes.length ?? bytes.length)) continue;
    best = { codec, bytes: encoded, size: bytes.length };
  }
  // Cleared sections must be stored, even where no method makes them smaller.
  const fallback = cleared > 0 ? ({ codec: "raw", bytes, size: bytes.length } as const) : undefined;
  const payload = best ?? fallback;
  if (payload === undefined || (cleared === 0 && payload.bytes.length >= stored.length)) {
    return { payload: undefined, cleared: 0, sha256: digest(original) };
  }
  return { payload, cleared, sha256: digest(bytes) };
}

/** SHA-256 of what a payload gives. @throws FormatError when it is damaged. */
export function digestPayload(
  { entry, stored }: Pick<RecodeJob, "entry" | "stored">,
  zstd: Zstd,
  digest: Digest,
): Uint8Array {
  return digest(decodePayload(entry, stored, zstd));
}
