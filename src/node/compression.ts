/** Node's zlib and hashes as the engine's {@link Compression}. */
import { createHash } from "node:crypto";
import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { FormatError } from "../errors.ts";
import type { Compression, Inflated } from "../platform.ts";

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

/** What `inflateRawSync` returns with `info`, which its types don't say. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflateRaw(compressed: Uint8Array, limit: number): Inflated {
  try {
    // One byte more than wanted: room to see that there is too much, in a single allocation.
    const result: unknown = inflateRawSync(compressed, {
      info: true,
      chunkSize: Math.max(MIN_CHUNK, limit + 1),
      maxOutputLength: limit + 1,
    });
    const { buffer, engine } = result as InflateInfo;
    const overflow = buffer.length > limit;
    const bytes = plain(overflow ? buffer.subarray(0, limit) : buffer);
    return { bytes, consumed: engine.bytesWritten, overflow };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") return { bytes: EMPTY, consumed: 0, overflow: true };
    throw new FormatError(error instanceof Error ? error.message : String(error), {
      format: "zip",
      record: "deflate stream",
    });
  }
}

/** A Buffer's bytes as a plain array: the engine knows no Buffer. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
