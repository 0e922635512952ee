/** The strict index of an archive: what every reader of it must agree on. */
import type { Problem } from "../finding.ts";
import type { Source } from "../source.ts";
import type { ZipEntry } from "./entry.ts";
import type { ZipCode } from "./rules.ts";

/** Caps on what an archive may ask of its reader. */
export interface ZipLimits {
  readonly entries: number;
  /** Bytes of the central directory. */
  readonly directory: number;
  /** Bytes of one name. */
  readonly name: number;
  /** Bytes of METADATA, WHEEL and entry_points.txt. */
  readonly metadata: number;
  /** Bytes of RECORD. */
  readonly record: number;
  /** Bytes of all members, unpacked. */
  readonly total: number;
  /** Bytes of names and extra fields that are kept in memory. */
  readonly retained: number;
}

export interface IndexOptions {
  crc32(bytes: Uint8Array, seed?: number): number;
  readonly limits?: Partial<ZipLimits>;
}

export interface ZipIndex {
  /** Members in physical order. */
  readonly entries: readonly ZipEntry[];
  /** Where a name occurs twice, the later directory entry, as most readers have it. */
  readonly byName: ReadonlyMap<string, ZipEntry>;
  readonly problems: readonly Problem<ZipCode>[];
  /** False when no directory could be found, so that nothing can be read. */
  readonly readable: boolean;
  /** Bytes of the archive. */
  readonly size: number;
  readonly comment: Uint8Array;
  readonly directoryOffset: number;
  readonly directorySize: number;
  /** True when there is a zip64 end record. */
  readonly zip64: boolean;
}

/** What the platform tags of a wheel say about where it will be unpacked. */
export interface NameTargets {
  readonly windows: boolean;
  readonly macos: boolean;
  readonly any: boolean;
}

export function readIndex(source: Source, _options: IndexOptions): ZipIndex {
  return {
    entries: [],
    byName: new Map(),
    problems: [],
    readable: false,
    size: source.size,
    comment: new Uint8Array(0),
    directoryOffset: 0,
    directorySize: 0,
    zip64: false,
  };
}
