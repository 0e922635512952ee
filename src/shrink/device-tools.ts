/** What shrinking device code needs of the place where it runs. */
import type { FileSource, Hasher } from "../runtime.ts";
import type { Recoded, RecodeJob } from "./recode.ts";

export interface DeviceTools {
  /** On another thread, where there is one. */
  recode(job: RecodeJob): Promise<Recoded>;
  /** SHA-256 of a decoded payload, likewise. */
  decodedDigest(job: Pick<RecodeJob, "entry" | "stored">): Promise<Uint8Array>;
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
