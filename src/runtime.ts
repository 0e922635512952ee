/**
 * What the engine needs from the place where it runs.
 *
 * Everything below the commands is plain TypeScript without `node:`; `src/node/` implements this
 * interface for Node, and a browser or Deno could implement it too.
 */
import type { Problem } from "./finding.ts";
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
  /** The hash of bytes that are all there: faster than a hasher. */
  readonly digest?: (name: HashName, bytes: Uint8Array) => Uint8Array;
  /** The same as text, one character for each byte: faster still, for very many. */
  readonly digestText?: (name: HashName, bytes: Uint8Array) => string;
  /**
   * Inflates a whole raw deflate stream.
   *
   * @param limit output stops there, so memory is bounded by the caller and not by the data.
   * @throws FormatError when the stream is broken or ends early.
   */
  inflateRaw(compressed: Uint8Array, limit: number): Inflated;
  /**
   * As much output as the beginning of a raw deflate stream yields, for a look at a member's first
   * bytes. Empty when the stream is broken.
   */
  inflateHead(beginning: Uint8Array): Uint8Array;
  /** Compresses to a raw deflate stream; `level` 0-9. */
  deflateRaw(bytes: Uint8Array, level: number): Uint8Array;
}

/** Threads that inflate while the caller's goes on. */
export interface Helpers {
  /** How many there are, at least 1. */
  readonly count: number;
  /** How many members may wait for one or be with one, at least {@link count}. */
  readonly depth: number;
  /**
   * Inflates a deflated member on one of them.
   *
   * @returns `undefined` when it is not what its headers promise, in size and CRC-32 too.
   */
  inflate(source: Source, span: MemberSpan): Promise<Uint8Array | undefined>;
  /** Frees what `inflate` gave; nothing may look at it any more. */
  release(bytes: Uint8Array): void;
  /** Resolves when what they have finished meanwhile was noticed. */
  turn(): Promise<void>;
}

/** Where a member's data lies in the archive and what it must unpack to. */
export interface MemberSpan {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly dataOffset: number;
}

/**
 * Inflates a member chunk by chunk, for what is too large to hold in memory.
 *
 * @param onChunk gets each chunk and its offset in the member; a chunk is only valid during the
 *   call. When it returns `false` the stream stops there, and nothing more is checked.
 * @returns the defects found: CRC, size, end of stream.
 */
export type MemberStream = (
  span: MemberSpan,
  onChunk: (bytes: Uint8Array, offset: number) => boolean | void,
) => Promise<readonly Problem[]>;

/** A stream of members that keeps some of them where they can be read at random. */
export interface KeepingStream {
  readonly stream: MemberStream;
  /** Whether the member that streams now is kept, so far. */
  isKept(span: MemberSpan): boolean;
  /** A member that streamed to its end, was sound and is kept. */
  kept(span: MemberSpan): Source | undefined;
}
