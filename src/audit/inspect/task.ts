/** One member to inspect, what is asked of it, and what is reported. */
import type { BinaryFormat } from "../../binary.ts";
import type { DeviceTargets } from "../../device-code/targets.ts";
import { FormatError } from "../../errors.ts";
import type { Problem, Unverified } from "../../finding.ts";
import type { SymbolList, SymbolLists } from "../../format.ts";
import type { AnyNative } from "../../formats.ts";
import { formatOf } from "../../formats.ts";
import type {
  Compression,
  HashName,
  Helpers,
  KeepingStream,
  MemberSpan,
  MemberStream,
} from "../../runtime.ts";
import type { Source } from "../../source.ts";

/** What RECORD promises of a member. */
export interface Expectation {
  readonly algorithm: HashName;
  /** URL-safe base64 without padding. */
  readonly digest: string;
  /** Bytes; absent when RECORD does not say. */
  readonly size?: number;
}

export interface MemberTask extends MemberSpan {
  /** Position in the archive's list of entries; comes back in the report. */
  readonly index: number;
  readonly expected?: Expectation;
}

export interface InspectOptions {
  /** Inflate everything and check CRC and digests; else only look at native code. */
  readonly hash: boolean;
  /**
   * Members up to this size (bytes, inflated) are unpacked at once, which takes half the time;
   * larger ones are streamed. What is found is the same.
   */
  readonly wholeLimit?: number;
  /** Symbols of native files that the caller wants besides the facts. */
  readonly symbols?: readonly SymbolList[];
  /** Look for which GPUs native files have code. */
  readonly deviceCode?: boolean;
}

/** Only members with something to say are reported. */
export interface MemberReport {
  readonly index: number;
  readonly problems: readonly Problem[];
  readonly unverified: readonly Unverified[];
  readonly format?: BinaryFormat;
  /** Missing where the format is only recognised, or the file damaged. */
  readonly file?: AnyNative;
  readonly symbols?: SymbolLists;
  /** Only where there is device code, and it was asked for. */
  readonly device?: DeviceTargets;
}

/** The wheel as one thread sees it. */
export interface Access {
  readonly source: Source;
  readonly compression: Compression;
  readonly stream: MemberStream;
  /** Of a {@link KeepingStream}. */
  readonly isKept?: KeepingStream["isKept"];
  readonly kept?: KeepingStream["kept"];
  /** Missing where this thread is to do everything. */
  readonly helpers?: Helpers;
}

const WHOLE_LIMIT = 32 << 20;
/** Compressed bytes that always yield the few that a magic number needs. */
export const PEEK_BYTES = 512;

/** False for what can't be looked at: reading it says why, or nothing needs to. */
export function isNative(
  access: Pick<Access, "source" | "compression">,
  task: MemberSpan,
): boolean {
  return formatAtStart(access, task) !== undefined;
}

/** The format of the first bytes, also where the rest is damaged; `undefined` when these are too. */
export function formatAtStart(
  access: Pick<Access, "source" | "compression">,
  task: MemberSpan,
): BinaryFormat | undefined {
  try {
    return formatOf(peek(access, task));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

export function isWhole(task: MemberTask, limit: number = WHOLE_LIMIT): boolean {
  return task.size <= limit && task.compressedSize <= limit;
}

/** The first bytes of a member. */
function peek(access: Pick<Access, "source" | "compression">, task: MemberSpan): Uint8Array {
  const beginning = access.source.read(
    task.dataOffset,
    Math.min(task.compressedSize, task.method === 0 ? 64 : PEEK_BYTES),
  );
  return task.method === 0 ? beginning : access.compression.inflateHead(beginning);
}
