/**
 * Deflates members on several threads, with the same bytes for any number of them.
 *
 * The data are cut into parts of fixed size. Each part is compressed on its own and ends on a byte
 * boundary, so the parts together are one stream (as pigz does it). Whole members are compressed by
 * libdeflate. What replaces a range of an old stream is compressed by Node's zlib, with the 32 KiB
 * before it as its dictionary, which libdeflate knows none of; zlib has a pool of threads of its own.
 */
import { createHash } from "node:crypto";
import type { ZlibOptions } from "node:zlib";
import { constants, crc32, createDeflateRaw, deflateRawSync } from "node:zlib";
import type { Source } from "../source.ts";
import { readInto } from "../source.ts";
import { DEFLATED, STORED } from "../zip/layout.ts";
import type { PackedData } from "../zip/writer.ts";
import type { Deflater } from "./deflater.ts";
import { PART } from "./deflater.ts";
import { discard } from "./discard.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";

export interface DeflateOptions {
  /** 0-12. */
  readonly level: number;
  readonly deflater: Deflater;
  /** Results of more than 16 MiB go to a temporary file beside this path. */
  readonly spoolBeside: string;
  /** Parts that samples show to be compressed already are stored, which takes hardly more room. */
  readonly storesDense?: boolean;
}

export interface DeflateResult extends PackedData {
  /** Removes the temporary file, when there is one: call it when the archive is written. */
  close(): void;
}

/** Bytes of a part of a range. */
const RANGE_PART = 1 << 20;
/**
 * Parts of one member in the making, each with some 2.5 MiB: zlib's pool has four threads for all
 * members together, and a machine may have a hundred cores.
 */
const MOST_RUNNING = 8;
/**
 * Blocks of 8,192 symbols: half of zlib's default. Of libraries the result is up to 1 % smaller and none
 * was larger; with 6 some are. Node's zlib takes its hash table no smaller for it.
 */
const MEMORY_LEVEL = 7;
const WINDOW = 32 << 10;
const MEMORY_LIMIT = 16 << 20;
/** All results together hold no more in memory, but for those too small for a file of their own. */
const SHARED_LIMIT = 16 << 20;
const LEAST_SPOOLED = 1 << 20;

/** Compresses `source`; what deflate does not make smaller is stored, and read from `source` later. */
export async function deflateSource(
  source: Source,
  options: DeflateOptions,
): Promise<DeflateResult> {
  return await deflateHashed(source, options, () => {});
}

/** The same with the SHA-256 of the content. */
export async function deflateContent(
  source: Source,
  options: DeflateOptions,
): Promise<{ readonly packed: DeflateResult; readonly sha256: Uint8Array }> {
  const hash = createHash("sha256");
  const packed = await deflateHashed(source, options, (bytes) => hash.update(bytes));
  return { packed, sha256: hash.digest() };
}

async function deflateHashed(
  source: Source,
  options: DeflateOptions,
  onBytes: (bytes: Uint8Array) => void,
): Promise<DeflateResult> {
  const sink = new DeflateSink(options.spoolBeside);
  try {
    const checksum = await deflateParts(source, options, sink, onBytes);
    const common = { crc32: checksum, size: source.size };
    if (sink.size >= source.size) {
      sink.close();
      const data = { source, start: 0, size: source.size };
      return { ...common, method: STORED, compressedSize: source.size, data, close() {} };
    }
    return {
      ...common,
      method: DEFLATED,
      compressedSize: sink.size,
      data: { source: sink.source(), start: 0, size: sink.size },
      close: () => sink.close(),
    };
  } catch (error) {
    sink.close();
    throw error;
  }
}

/** Puts a whole stream for `source` into `sink`. @returns the CRC-32 of the content. */
async function deflateParts(
  source: Source,
  { level, deflater, storesDense = false }: DeflateOptions,
  sink: DeflateSink,
  onBytes: (bytes: Uint8Array) => void,
): Promise<number> {
  const { size } = source;
  deflater.expect(size);
  const running: Promise<Uint8Array>[] = [];
  let checksum = 0;
  try {
    for (let at = 0; at < size || at === 0; at += PART) {
      const first = running.length >= deflater.width ? running.shift() : undefined;
      if (first !== undefined) sink.add(await first);
      const bytes = await deflater.room(Math.min(PART, size - at));
      try {
        readInto(source, at, bytes);
      } catch (error) {
        deflater.release(bytes);
        throw error;
      }
      checksum = crc32(bytes, checksum);
      onBytes(bytes);
      const chosen = storesDense && isDense(bytes) ? 0 : level;
      running.push(deflater.deflate({ bytes, level: chosen, last: at + PART >= size }));
    }
    for (const part of running) sink.add(await part);
    return checksum;
  } catch (error) {
    await Promise.allSettled(running);
    throw error;
  }
}

/** Places of a part that are tried, and bytes of each. */
const SAMPLES = 16;
const SAMPLE = 8 << 10;
/** Of what compressors made deflate leaves more than this. */
const DENSE = 0.99;

function isDense(bytes: Uint8Array): boolean {
  if (bytes.length < SAMPLES * SAMPLE) return false;
  const step = Math.floor((bytes.length - SAMPLE) / (SAMPLES - 1));
  let left = 0;
  for (let index = 0; index < SAMPLES; index++) {
    const sample = bytes.subarray(index * step, index * step + SAMPLE);
    left += deflateRawSync(sample, { level: 1 }).length;
  }
  return left > SAMPLES * SAMPLE * DENSE;
}

/** A part of some content; `last`: its blocks end the stream. */
export interface DeflateRange {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

export interface RangeOptions {
  /** 0-9. */
  readonly level: number;
  /** Parts in the making at once. */
  readonly jobs: number;
}

/**
 * Puts blocks for a range of `source` into `sink`. They may refer to what is before the range, and
 * end at a byte.
 */
export async function deflateRange(
  source: Source,
  { start, end, last }: DeflateRange,
  { level, jobs }: RangeOptions,
  sink: DeflateSink,
): Promise<void> {
  const running: Promise<readonly Uint8Array[]>[] = [];
  const most = Math.max(1, Math.min(jobs, MOST_RUNNING));
  /** Each is made at its first turn: a short range needs few. */
  const buffers: Uint8Array[] = [];
  const finish = (chunks: readonly Uint8Array[]): void => {
    for (const chunk of chunks) sink.add(chunk);
    chunks.forEach(discard);
  };
  const before = Math.min(start, WINDOW);
  let dictionary = source.read(start - before, before).slice();
  try {
    for (let at = start, turn = 0; at < end || (last && at === start); at += RANGE_PART, turn++) {
      const first = running.length >= most ? running.shift() : undefined;
      if (first !== undefined) finish(await first);
      const buffer = buffers[turn % most] ?? new Uint8Array(Math.min(RANGE_PART, end - start));
      buffers[turn % most] = buffer;
      const bytes = buffer.subarray(0, end - at);
      readInto(source, at, bytes);
      running.push(
        deflate(bytes, {
          level,
          memLevel: MEMORY_LEVEL,
          // Room for what does not shrink, in one allocation.
          chunkSize: bytes.length + (bytes.length >> 3) + 256,
          finishFlush:
            last && at + bytes.length >= end ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
          ...(dictionary.length === 0 ? {} : { dictionary }),
        }),
      );
      dictionary = bytes.slice(Math.max(0, bytes.length - WINDOW));
    }
    for (const part of running) finish(await part);
  } catch (error) {
    await Promise.allSettled(running);
    throw error;
  }
}

/** One part in as many chunks as come: zlib's own function for whole buffers would copy them together. */
function deflate(bytes: Uint8Array, options: ZlibOptions): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const stream = createDeflateRaw(options);
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => resolve(chunks));
    stream.end(bytes);
  });
}

/** Bytes that all sinks hold in memory. */
let held = 0;

/** Collects a stream, in memory as long as it is small. */
export class DeflateSink {
  size = 0;
  readonly #beside: string;
  #parts: Uint8Array[] = [];
  /** Bytes in memory. */
  #held = 0;
  #spool: TemporaryFile | undefined;

  constructor(beside: string) {
    this.#beside = beside;
  }

  add(bytes: Uint8Array): void {
    const size = this.size + bytes.length;
    const tooMuch = held + bytes.length > SHARED_LIMIT && size > LEAST_SPOOLED;
    if (this.#spool === undefined && (size > MEMORY_LIMIT || tooMuch)) {
      this.#spool = temporaryFile(this.#beside);
      this.#spool.write(Buffer.concat(this.#parts), 0);
      this.#release();
    }
    if (this.#spool === undefined) {
      // zlib's results lie in buffers that have room for much more, and a Buffer's slice is no copy.
      this.#parts.push(new Uint8Array(bytes));
      this.#held += bytes.length;
      held += bytes.length;
    } else this.#spool.write(bytes, this.size);
    this.size = size;
  }

  source(): Source {
    if (this.#spool !== undefined) return this.#spool.source(this.size);
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [bytes];
    return {
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    };
  }

  close(): void {
    this.#release();
    this.#spool?.close();
  }

  #release(): void {
    this.#parts = [];
    held -= this.#held;
    this.#held = 0;
  }
}
