/**
 * Members too large for memory: yauzl brings the packed bytes, zlib's thread unpacks them while
 * this thread hashes.
 */
import type { TransformOptions } from "node:stream";
import { Readable } from "node:stream";
import type { InflateRaw, ZlibOptions } from "node:zlib";
import { crc32, createInflateRaw } from "node:zlib";
import yauzl from "yauzl";
import type { Problem } from "../finding.ts";
import type { MemberSpan, MemberStream } from "../runtime.ts";
import type { Source } from "../source.ts";
import { DEFLATED, STORED } from "../zip/layout.ts";
import { checkContent, trailingProblem } from "../zip/read.ts";

/** Packed bytes per read. */
const READ_BYTES = 512 << 10;
/** Unpacked bytes per chunk: zlib's thread waits for this one after each, so small ones cost a third. */
const CHUNK_BYTES = 1 << 20;
/** Chunks that may wait while this thread hashes. */
const MOST_WAITING = 2;
/** Its types don't say that it takes the options of a stream too. */
const INFLATE: ZlibOptions & TransformOptions = {
  chunkSize: CHUNK_BYTES,
  highWaterMark: CHUNK_BYTES,
};

/** A stream over the members of `source`; see {@link MemberStream}. */
export function streamMember(source: Source): MemberStream {
  const reader = new SourceReader(source);
  // The strict index has read the directory already, so yauzl is only asked for ranges.
  const zip = new yauzl.ZipFile(reader, source.size, source.size, 0, "", false, true, false, false);
  return async (span, onChunk) => {
    const packed = await openPacked(zip, span);
    try {
      if (span.method === STORED) return await readStored(packed, span, onChunk);
      if (span.method === DEFLATED) return await readDeflated(packed, span, onChunk);
      const message = `compression method ${span.method} can't be read`;
      return [{ code: "ZIP020", path: span.name, message }];
    } finally {
      packed.destroy();
    }
  };
}

type OnChunk = Parameters<MemberStream>[1];

async function readStored(
  packed: Readable,
  span: MemberSpan,
  onChunk: OnChunk,
): Promise<readonly Problem[]> {
  let produced = 0;
  let checksum = 0;
  for await (const chunk of packed) {
    const bytes = plain(chunk);
    const { length } = bytes;
    checksum = crc32(bytes, checksum);
    if (onChunk(bytes, produced) === false) return [];
    produced += length;
  }
  return checkContent(span, produced, checksum);
}

async function readDeflated(
  packed: Readable,
  span: MemberSpan,
  onChunk: OnChunk,
): Promise<readonly Problem[]> {
  const inflate: InflateRaw = createInflateRaw(INFLATE);
  packed.on("error", (error) => inflate.destroy(error));
  packed.pipe(inflate);
  let produced = 0;
  let checksum = 0;
  let tooMuch = false;
  try {
    const isDone = await eachChunk(inflate, (bytes) => {
      const at = produced;
      // Who gets the chunk may empty it.
      produced += bytes.length;
      tooMuch = produced > span.size;
      if (tooMuch) return false;
      checksum = crc32(bytes, checksum);
      return onChunk(bytes, at) !== false;
    });
    if (tooMuch) {
      const message = `the data unpack to more than the ${span.size} bytes that are declared`;
      return [{ code: "ZIP024", path: span.name, message }];
    }
    if (!isDone) return [];
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !isZlibCode(error.code)) throw error;
    const message = `the deflate stream is broken: ${error.message}`;
    return [{ code: "ZIP025", path: span.name, message }];
  } finally {
    packed.unpipe(inflate);
    inflate.destroy();
  }
  const problems: Problem[] = checkContent(span, produced, checksum);
  const consumed = inflate.bytesWritten;
  if (consumed !== span.compressedSize) problems.unshift(trailingProblem(span, consumed));
  return problems;
}

/**
 * Calls `onChunk` in a later turn of the event loop than the one that brought the chunk: meanwhile zlib's
 * thread has got its next work, and both go on together.
 *
 * @returns false when `onChunk` did, and the rest was not read.
 */
function eachChunk(inflate: InflateRaw, onChunk: (bytes: Uint8Array) => boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const waiting: Uint8Array[] = [];
    let isEnded = false;
    let isAwaited = false;
    const turn = (): void => {
      isAwaited = false;
      const bytes = waiting.shift();
      try {
        if (bytes !== undefined && !onChunk(bytes)) {
          inflate.pause();
          resolve(false);
          return;
        }
      } catch (error) {
        inflate.pause();
        reject(error);
        return;
      }
      if (waiting.length > 0) later();
      else if (isEnded) resolve(true);
      if (waiting.length < MOST_WAITING) inflate.resume();
    };
    const later = (): void => {
      if (isAwaited) return;
      isAwaited = true;
      setImmediate(turn);
    };
    inflate.on("data", (chunk: unknown) => {
      waiting.push(plain(chunk));
      if (waiting.length >= MOST_WAITING) inflate.pause();
      later();
    });
    inflate.on("end", () => {
      isEnded = true;
      later();
    });
    inflate.on("error", reject);
  });
}

function openPacked(zip: yauzl.ZipFile, span: MemberSpan): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const { dataOffset, compressedSize, size } = span;
    zip.openReadStreamLowLevel(
      dataOffset,
      compressedSize,
      0,
      compressedSize,
      false,
      size,
      (error, stream) => (error === null ? resolve(stream) : reject(error)),
    );
  });
}

function isZlibCode(code: unknown): boolean {
  return typeof code === "string" && code.startsWith("Z_");
}

function plain(chunk: unknown): Uint8Array {
  if (!(chunk instanceof Uint8Array)) throw new TypeError("a stream of bytes was expected");
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** yauzl's way into a {@link Source}. */
class SourceReader extends yauzl.RandomAccessReader {
  readonly source: Source;

  constructor(source: Source) {
    super();
    this.source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { source } = this;
    let at = start;
    return new Readable({
      highWaterMark: READ_BYTES,
      read() {
        if (at >= end) {
          this.push(null);
          return;
        }
        const length = Math.min(READ_BYTES, end - at);
        try {
          const bytes = source.read(at, length);
          at += length;
          this.push(bytes);
        } catch (error) {
          this.destroy(error instanceof Error ? error : new Error(String(error)));
        }
      },
    });
  }
}
