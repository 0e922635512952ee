/** Inflates a member and deflates it again, through a temporary file where it is large. */
import { FormatError } from "../errors.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import { memorySource } from "../source.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { DEFLATED } from "../zip/layout.ts";
import { readMember } from "../zip/read.ts";
import type { PackedData } from "../zip/writer.ts";
import { nodeCompression } from "./compression.ts";
import type { DeflateOptions } from "./deflate.ts";
import { deflateSource } from "./deflate.ts";
import { discardFilled } from "./discard.ts";
import { streamMember } from "./stream.ts";
import { temporaryFile } from "./temporary.ts";

/** Members up to this size are handled in memory. */
const SMALL = 1 << 20;
/** The highest level: that of libdeflate which takes zlib's 9 to be reached, and 6 % less than it leaves. */
export const BEST_LEVEL = 10;

export interface Recompressor {
  recompress(entry: ZipEntry): Promise<PackedData>;
  /** Removes the temporary files: call it when the archive is written. */
  close(): void;
}

export function createRecompressor(source: Source, options: DeflateOptions): Recompressor {
  const closers: (() => void)[] = [];
  return {
    async recompress(entry) {
      if (entry.size <= SMALL) {
        const { bytes, problems } = readMember(source, entry, nodeCompression);
        const [problem] = problems;
        if (problem !== undefined) throw damaged(entry, problem.message);
        return await deflateSource(memorySource(bytes), options);
      }
      const spool = await unpack(source, entry, options.spoolBeside);
      closers.push(() => spool.close());
      const packed = await deflateSource(spool, options);
      closers.push(packed.close);
      // What did not shrink is stored, and read from there.
      if (packed.method === DEFLATED) spool.close();
      return packed;
    },
    close() {
      for (const close of closers.splice(0)) close();
    },
  };
}

async function unpack(source: Source, entry: ZipEntry, beside: string): Promise<FileSource> {
  const file = temporaryFile(beside);
  try {
    const problems = await streamMember(source)(entry, (bytes, at) => {
      file.write(bytes, at);
      // What is stored may be the archive's own memory.
      if (entry.method === DEFLATED) discardFilled(bytes);
    });
    const [problem] = problems;
    if (problem !== undefined) throw damaged(entry, problem.message);
    return file.source(entry.size);
  } catch (error) {
    file.close();
    throw error;
  }
}

function damaged(entry: ZipEntry, message: string): FormatError {
  return new FormatError(message, { format: "zip", record: entry.name });
}
