/** Node's zlib and hashes as the engine's {@link Compression}. */
import { createHash, hash as hashOnce } from "node:crypto";
import type { ZlibOptions } from "node:zlib";
import { constants, crc32, deflateRawSync, gunzip, inflateRawSync } from "node:zlib";
import { FormatError } from "../errors.ts";
import type { Compression, Helpers, Inflated, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import { readInto } from "../source.ts";
import { discard } from "./discard.ts";
import { immediate } from "./immediate.ts";

/** zlib's smallest output buffer. */
const MIN_CHUNK = 64;
const EMPTY = new Uint8Array(0);

export const nodeCompression: Compression = {
  crc32: (bytes, seed = 0) => crc32(bytes, seed),
  hasher(name) {
    const hash = createHash(name);
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => plain(hash.digest()),
    };
  },
  digest: (name, bytes) => plain(hashOnce(name, bytes, "buffer")),
  digestText: (name, bytes) => hashOnce(name, bytes, "binary"),
  inflateRaw,
  inflateHead(beginning) {
    try {
      // A sync flush yields what there is and does not ask for the stream's end.
      return plain(inflateRawSync(beginning, { finishFlush: constants.Z_SYNC_FLUSH }));
    } catch {
      return EMPTY;
    }
  },
  deflateRaw: (bytes, level) => plain(deflateRawSync(bytes, { level })),
};

/** libuv's pool has four threads, unless it is told otherwise before its first work. */
const POOL_THREADS = 4;
/** Members that may wait for a thread, so that it has the next one without asking this thread. */
const MOST_WAITING = 16;

let poolThreads = POOL_THREADS;

/**
 * As many threads of libuv's as inflating for `jobs` needs and no more, for programs that do nothing else
 * on them; to be called before anything does.
 */
export function limitZlibThreads(jobs: number): void {
  // The user's own number counts.
  if (process.env.UV_THREADPOOL_SIZE !== undefined || jobs < 2) return;
  poolThreads = Math.min(jobs - 1, POOL_THREADS);
  process.env.UV_THREADPOOL_SIZE = String(poolThreads);
}

/** zlib's threads: `undefined` where everything is to be done by `jobs` = 1 thread. */
export function zlibThreads(jobs: number): Helpers | undefined {
  if (jobs < 2) return undefined;
  const count = Math.min(jobs - 1, POOL_THREADS);
  // With more threads in the pool, those that wait would be worked on at once.
  const depth = count === poolThreads ? count + MOST_WAITING : count;
  return { count, depth, inflate: inflateLater, release: discard, turn: immediate };
}

/** A gzip header without a name or a time (RFC 1952, 2.3). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
/** CRC-32 and size. */
const GZIP_TRAILER = 8;

/**
 * Between a gzip header and what the zip headers promise, zlib's thread works out the CRC-32 too, and is
 * content with nothing else.
 */
async function inflateLater(
  source: Source,
  { dataOffset, compressedSize, size, crc32 }: MemberSpan,
): Promise<Uint8Array | undefined> {
  const start = GZIP_HEADER.length;
  const end = start + compressedSize;
  const packed = new Uint8Array(end + GZIP_TRAILER);
  packed.set(GZIP_HEADER);
  readInto(source, dataOffset, packed.subarray(start, end));
  const trailer = new DataView(packed.buffer, end);
  trailer.setUint32(0, crc32, true);
  trailer.setUint32(4, size, true);
  return await new Promise((resolve) => {
    const done = (error: Error | null, result: unknown): void => {
      if (error !== null) {
        resolve(undefined);
        return;
      }
      const { buffer, engine } = result as InflateInfo;
      // A stream that ends before the data do leaves some of them.
      const isSound = buffer.length === size && engine.bytesWritten === packed.length;
      resolve(isSound ? plain(buffer) : undefined);
    };
    gunzip(packed, inflateOptions(size), done);
  });
}

/** What `inflateRawSync` returns with `info`, which its types don't say. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflateRaw(compressed: Uint8Array, limit: number): Inflated {
  try {
    const result: unknown = inflateRawSync(compressed, inflateOptions(limit));
    return inflatedOf(result as InflateInfo, limit);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") return { bytes: EMPTY, consumed: 0, overflow: true };
    throw new FormatError(error instanceof Error ? error.message : String(error), {
      format: "zip",
      record: "deflate stream",
    });
  }
}

/** One byte more than wanted: room to see that there is too much, in a single allocation. */
function inflateOptions(limit: number): ZlibOptions {
  return {
    info: true,
    chunkSize: Math.max(MIN_CHUNK, limit + 1),
    maxOutputLength: limit + 1,
  };
}

function inflatedOf({ buffer, engine }: InflateInfo, limit: number): Inflated {
  const overflow = buffer.length > limit;
  const bytes = plain(overflow ? buffer.subarray(0, limit) : buffer);
  return { bytes, consumed: engine.bytesWritten, overflow };
}

/** A Buffer's bytes as a plain array: the engine knows no Buffer. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
