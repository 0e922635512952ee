/**
 * What the engine needs from the place where it runs.
 *
 * Everything below the commands is plain TypeScript without `node:`; `src/node/` implements this
 * interface for Node, and a browser or Deno could implement it too.
 */
import type { Source } from "./source.ts";

export type HashName = "sha256" | "sha384" | "sha512" | "md5" | "sha1" | "sha224";

export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** A file opened for random access. `close` is idempotent. */
export interface FileSource extends Source {
  close(): void;
}

export interface Inflated {
  /** At most the `limit` bytes that were asked for. */
  readonly bytes: Uint8Array;
  /** Compressed bytes used up by the stream, up to and with its final block. */
  readonly consumed: number;
  /** True when the stream would have given more than `limit` bytes. */
  readonly overflow: boolean;
}

export interface Compression {
  /** CRC-32 as zip uses it; `seed` continues an earlier one. */
  crc32(bytes: Uint8Array, seed?: number): number;
  hasher(name: HashName): Hasher;
  /**
   * Inflates a whole raw deflate stream.
   *
   * @param limit output stops there, so memory is bounded by the caller and not by the data.
   * @throws FormatError when the stream is broken or ends early.
   */
  inflateRaw(compressed: Uint8Array, limit: number): Inflated;
  /** Compresses to a raw deflate stream; `level` 0-9. */
  deflateRaw(bytes: Uint8Array, level: number): Uint8Array;
}
