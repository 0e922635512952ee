/** One payload stored in another way; what is done here is done by threads. */
import type { Effort, Zstd } from "../device-code/codec.ts";
import { decodePayload, encodePayload, isReadable } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import type { StoredPayload } from "../device-code/repack.ts";
import type { ClearedDebug } from "./device-debug.ts";
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
  /** Bytes of debug information that were cleared, and about what they would take as it is stored now. */
  readonly cleared: { readonly size: number; readonly stored: number };
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
  const cleared =
    job.stripDebug && entry.kind === "sass" ? clearDeviceDebug(bytes) : { size: 0, sample: NONE };
  const sha256 = cleared.size > 0 ? digest(bytes) : before;
  const { length: size } = bytes;
  const most = Math.max(0, Math.min(size, stored.length) - 1);
  const encoded = encodePayload(bytes, codec, effort, zstd, room.subarray(0, most));
  // What would be taken for a bomb stays as it is.
  const isKept =
    encoded === undefined || !isReadable({ ...entry, codec, size, storedSize: encoded.length });
  if (isKept) return { payload: undefined, cleared: NOTHING, sha256: before };
  const payload = { codec, bytes: encoded, size };
  return { payload, cleared: storedSize(cleared, job, zstd), sha256 };
}

const NONE = new Uint8Array(0);
const NOTHING = { size: 0, stored: 0 };

/** What debug information would take, judged by its sample. */
function storedSize(
  { size, sample }: ClearedDebug,
  { codec, effort }: RecodeJob,
  zstd: Zstd,
): Recoded["cleared"] {
  if (size === 0) return NOTHING;
  const { length } = sample;
  const encoded = encodePayload(sample, codec, effort, zstd, new Uint8Array(length));
  return { size, stored: Math.round((size * (encoded?.length ?? length)) / length) };
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
