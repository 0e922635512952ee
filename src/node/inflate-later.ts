/** Inflating on one of zlib's threads, with every check that the zip headers allow. */
import type { ZlibOptions } from "node:zlib";
import { gunzip } from "node:zlib";
import type { MemberSpan } from "../runtime.ts";

/** A gzip header without a name or a time (RFC 1952, 2.3). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
/** CRC-32 and size. */
const GZIP_TRAILER = 8;

/**
 * Between a gzip header and what the zip headers promise, zlib's thread works out the CRC-32 too, and is
 * content with nothing else.
 *
 * @param readPacked fills an array with the packed bytes.
 * @returns `undefined` for what is not as promised.
 */
export async function inflateLater(
  { compressedSize, size, crc32 }: Pick<MemberSpan, "compressedSize" | "size" | "crc32">,
  readPacked: (target: Uint8Array) => void,
): Promise<Uint8Array | undefined> {
  const start = GZIP_HEADER.length;
  const end = start + compressedSize;
  const packed = new Uint8Array(end + GZIP_TRAILER);
  packed.set(GZIP_HEADER);
  readPacked(packed.subarray(start, end));
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

/** zlib's smallest output buffer. */
const MIN_CHUNK = 64;

/** One byte more than wanted: room to see that there is too much, in a single allocation. */
export function inflateOptions(limit: number): ZlibOptions {
  return {
    info: true,
    chunkSize: Math.max(MIN_CHUNK, limit + 1),
    maxOutputLength: limit + 1,
  };
}

/** What zlib returns with `info`, which its types don't say. */
export interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** A Buffer's bytes as a plain array: the engine knows no Buffer. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
