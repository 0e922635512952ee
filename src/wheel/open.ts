/** A wheel that is open for reading: the strict index and its small text members. */

import { FormatError } from "../errors.ts";
import type { Problem } from "../finding.ts";
import type { Compression } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { ZipIndex } from "../zip/index.ts";
import { readIndex, ZIP_LIMITS } from "../zip/index.ts";
import type { IndexOptions } from "../zip/options.ts";
import { readMember } from "../zip/read.ts";

export interface Wheel {
  /** Base name of the file: it carries name, version and tags. */
  readonly file: string;
  readonly source: Source;
  readonly compression: Compression;
  readonly index: ZipIndex;
  /**
   * A whole member, inflated and checked; `undefined` when there is none of that name, when it is
   * damaged or larger than `limit` bytes (default 16 MiB; RECORD: 64 MiB).
   */
  read(path: string, limit?: number): Uint8Array | undefined;
}

const TEXT_LIMIT: number = ZIP_LIMITS.metadata;
/** Larger texts (bytes) are read again where they are asked for again. */
const KEPT = 1 << 20;
const RECORD_LIMIT: number = ZIP_LIMITS.record;

/** Opens the archive in `source`; every defect of it is in `index.problems`. */
export function openWheel(
  source: Source,
  file: string,
  compression: Compression,
  options: Pick<IndexOptions, "localsFrom"> = {},
): Wheel {
  const index = readIndex(source, { crc32: compression.crc32, ...options });
  const texts = new Map<string, Uint8Array | undefined>();
  return {
    file,
    source,
    compression,
    index,
    read(path, limit = path.endsWith(".dist-info/RECORD") ? RECORD_LIMIT : TEXT_LIMIT) {
      if (texts.has(path)) return texts.get(path);
      const bytes = readSound(index.byName.get(path), limit);
      if ((bytes?.length ?? 0) <= KEPT) texts.set(path, bytes);
      return bytes;
    },
  };

  function readSound(entry: ZipEntry | undefined, limit: number): Uint8Array | undefined {
    if (entry === undefined || entry.broken || entry.directory || entry.size > limit) {
      return undefined;
    }
    const { bytes, problems } = readMember(source, entry, compression);
    return problems.some((problem) => isGrave(problem)) ? undefined : bytes;
  }
}

/** Like {@link openWheel}, for commands that need a readable archive. */
export function openSoundWheel(
  source: Source,
  file: string,
  compression: Compression,
  options: Pick<IndexOptions, "localsFrom"> = {},
): Wheel {
  const wheel = openWheel(source, file, compression, options);
  if (!wheel.index.readable) {
    const [first] = wheel.index.problems;
    throw new FormatError(
      `this is not a readable wheel: ${first?.message ?? "it is not a zip archive"}`,
      { format: "zip", record: "archive" },
    );
  }
  return wheel;
}

function isGrave(problem: Problem): boolean {
  return problem.level === undefined || problem.level === "error";
}
