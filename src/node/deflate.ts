/**
 * Deflates large members on several threads, with the same bytes for any number of them.
 *
 * The data are cut into parts of fixed size. Each part is compressed on its own, with the 32 KiB
 * before it as its dictionary, and ends on a byte boundary, so the parts together are one stream
 * (as pigz does it). Node's zlib runs asynchronous calls on its own pool of threads.
 */
import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";
import type { Source } from "../source.ts";
import { DEFLATED, STORED } from "../zip/layout.ts";
import type { PackedData } from "../zip/writer.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";

export interface DeflateOptions {
  /** 0-9. */
  readonly level: number;
  /** Parts in the making at once. */
  readonly jobs: number;
  /** Results of more than 16 MiB go to a temporary file beside this path. */
  readonly spoolBeside: string;
}

export interface DeflateResult extends PackedData {
  /** Removes the temporary file, when there is one: call it when the archive is written. */
  close(): void;
}

const PART = 1 << 20;
const WINDOW = 32 << 10;
const MEMORY_LIMIT = 16 << 20;
const deflate = promisify(
  deflateRaw as (
    bytes: Uint8Array,
    options: object,
    callback: (error: Error | null, result: Uint8Array) => void,
  ) => void,
);

/** Compresses `source`; what deflate does not make smaller is stored, and read from `source` later. */
export async function deflateSource(
  source: Source,
  { level, jobs, spoolBeside }: DeflateOptions,
): Promise<DeflateResult> {
  const sink = new Sink(spoolBeside);
  const running: Promise<Uint8Array>[] = [];
  try {
    let checksum = 0;
    let dictionary: Uint8Array | undefined;
    for (let at = 0; at < source.size || at === 0; at += PART) {
      const bytes = source.read(at, Math.min(PART, source.size - at));
      checksum = crc32(bytes, checksum);
      const last = at + bytes.length >= source.size;
      running.push(
        deflate(bytes, {
          level,
          chunkSize: PART + (PART >> 3),
          finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
          ...(dictionary === undefined ? {} : { dictionary }),
        }),
      );
      dictionary = bytes.slice(Math.max(0, bytes.length - WINDOW));
      if (running.length > jobs) sink.add((await running.shift()) ?? new Uint8Array());
    }
    for (const part of running) sink.add(await part);
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
    await Promise.allSettled(running);
    sink.close();
    throw error;
  }
}

/** Collects the stream, in memory as long as it is small. */
class Sink {
  size = 0;
  readonly #beside: string;
  #parts: Uint8Array[] = [];
  #spool: TemporaryFile | undefined;

  constructor(beside: string) {
    this.#beside = beside;
  }

  add(bytes: Uint8Array): void {
    if (this.#spool === undefined && this.size + bytes.length > MEMORY_LIMIT) {
      this.#spool = temporaryFile(this.#beside);
      this.#spool.write(Buffer.concat(this.#parts), 0);
      this.#parts = [];
    }
    if (this.#spool === undefined) this.#parts.push(bytes);
    else this.#spool.write(bytes, this.size);
    this.size += bytes.length;
  }

  source(): Source {
    if (this.#spool !== undefined) return this.#spool.source(this.size);
    const bytes = Buffer.concat(this.#parts);
    return {
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    };
  }

  close(): void {
    this.#parts = [];
    this.#spool?.close();
  }
}
