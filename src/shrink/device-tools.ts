/** What shrinking device code needs of the place where it runs. */
import type { DeviceEntry } from "../device-code/entry.ts";
import type { Compression, FileSource, Hasher } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { Recoded, RecodeWish } from "./recode.ts";

/** A result in a room that others wait for. */
export interface HeldRecoded extends Recoded {
  /** Gives the room back; the payload is not there any more. */
  release(): void;
}

export interface DeviceTools {
  /**
   * A payload of the region stored again, on another thread where there is one. Whoever asks for
   * several must take and release them in the order in which they were asked for.
   */
  recode(region: Source, wish: RecodeWish): Promise<HeldRecoded>;
  /** SHA-256 of a decoded payload, likewise. */
  decodedDigest(region: Source, entry: DeviceEntry): Promise<Uint8Array>;
  /** To see what bytes would take in the archive. */
  readonly compression: Pick<Compression, "deflateRaw">;
  /** For SHA-256. */
  hasher(): Hasher;
  /** Jobs that are worth having in the making at once. */
  readonly width: number;
  /** Collects bytes that may be too many for memory. */
  spool(): Spool;
  /** Called with the bytes (decoded) of each entry that is done. */
  progress(bytes: number): void;
}

export interface Spool {
  readonly size: number;
  /** Puts a copy of the bytes at the end. */
  add(bytes: Uint8Array): void;
  /** Replaces what was added at `at`, by as many bytes. */
  put(bytes: Uint8Array, at: number): void;
  /** All bytes so far; closing it removes them. */
  source(): FileSource;
}
