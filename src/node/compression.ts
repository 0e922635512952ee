/** Node's zlib and hashes as the engine's {@link Compression}. */
import { createHash, hash as hashOnce } from "node:crypto";
import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { FormatError } from "../errors.ts";
import type { Compression, Helpers, Inflated } from "../runtime.ts";
import { readInto } from "../source.ts";
import { discard } from "./discard.ts";
import { immediate } from "./immediate.ts";
import { type InflateInfo, inflateLater, inflateOptions, plain } from "./inflate-later.ts";
import { poolThreads, usefulThreads } from "./zlib-threads.ts";

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

/** Members that may wait for a thread, so that it has the next one without asking this thread. */
const MOST_WAITING = 16;

/** zlib's threads: `undefined` where everything is to be done by `jobs` = 1 thread. */
export function zlibThreads(jobs: number): Helpers | undefined {
  if (jobs < 2) return undefined;
  const count = usefulThreads(jobs);
  return {
    count,
    // With more threads in the pool, those that wait would be worked on at once.
    depth: count >= poolThreads() ? count + MOST_WAITING : count,
    inflate: (source, span) =>
      inflateLater(span, (target) => readInto(source, span.dataOffset, target)),
    release: discard,
    turn: immediate,
  };
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

function inflatedOf({ buffer, engine }: InflateInfo, limit: number): Inflated {
  const overflow = buffer.length > limit;
  const bytes = plain(overflow ? buffer.subarray(0, limit) : buffer);
  return { bytes, consumed: engine.bytesWritten, overflow };
}
