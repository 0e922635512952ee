/** One member of an archive, as local header and central directory agree on it. */
import type { MemberSpan } from "../runtime.ts";

export interface ZipEntry extends MemberSpan {
  /** Decoded name; directories end in `/`. Never printed without escaping. */
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly directory: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly flags: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Offset of the local header in the archive. */
  readonly headerOffset: number;
  /** Offset of the first byte of data. */
  readonly dataOffset: number;
  /** First byte behind the data and, where there is one, the data descriptor. */
  readonly end: number;
  readonly versionMadeBy: number;
  readonly versionNeeded: number;
  readonly externalAttributes: number;
  readonly internalAttributes: number;
  /** DOS time and date words as stored. */
  readonly dosTime: number;
  readonly dosDate: number;
  /** Raw extra fields of the local header and of the central directory. */
  readonly localExtra: Uint8Array;
  readonly centralExtra: Uint8Array;
  /** True when a ZIP error makes its content unsafe to read. */
  readonly broken: boolean;
}
