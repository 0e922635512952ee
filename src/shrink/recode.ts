/** One payload stored in another way; what is done here is done by threads. */
import type { Effort, Zstd } from "../device-code/codec.ts";
import { decodePayload, encodePayload } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import type { StoredPayload } from "../device-code/repack.ts";
import { clearDeviceDebug } from "./device-debug.ts";

export interface RecodeWish {
  readonly entry: DeviceEntry;
  /** By which method it may be stored. */
  readonly codec: "lz4" | "zstd";
  readonly effort: Effort;
  /** Clears debug sections of a cubin first. */
  readonly stripDebug: boolean;
}

export interface RecodeJob extends RecodeWish {
  /** The payload as it is stored, without padding. */
  readonly stored: Uint8Array;
  /** As many bytes for the result, which may be where `stored` is. */
  readonly room: Uint8Array;
}

export interface Recoded {
  /** In the room of the job; `undefined`: as it is stored now is best. */
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
  const { entry, stored, codec, effort, room } = job;
  const bytes = decodeApart(job, zstd);
  // Before the compressor takes more memory, which may move what it has.
  const before = digest(bytes);
  const cleared = job.stripDebug && entry.kind === "sass" ? clearDeviceDebug(bytes) : 0;
  const sha256 = cleared > 0 ? digest(bytes) : before;
  const { length: size } = bytes;
  const most = Math.max(0, Math.min(size, stored.length) - 1);
  const encoded = encodePayload(bytes, codec, effort, zstd, room.subarray(0, most));
  if (encoded === undefined) return { payload: undefined, cleared: 0, sha256: before };
  return { payload: { codec, bytes: encoded, size }, cleared, sha256 };
}

/** The payload where the result does not overwrite it. */
function decodeApart({ entry, stored }: RecodeJob, zstd: Zstd): Uint8Array {
  const payload = decodePayload(entry, stored, zstd);
  if (payload !== stored) return payload;
  const apart = zstd.room(stored.length);
  apart.set(stored);
  return apart;
}

/** SHA-256 of what a payload gives. @throws FormatError when it is damaged. */
export function digestPayload(
  { entry, stored }: Pick<RecodeJob, "entry" | "stored">,
  zstd: Zstd,
  digest: Digest,
): Uint8Array {
  return digest(decodePayload(entry, stored, zstd));
}
