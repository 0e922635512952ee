/**
 * What is done once for each member: inflate, CRC, RECORD digest, and the facts of native code.
 *
 * This is the part of an audit that costs time. It runs on the caller's thread or on workers, gets
 * plain data and returns plain data.
 */
import type { BinaryFormat, BinarySummary } from "../../binary.ts";
import { formatOf } from "../../binary.ts";
import * as elf from "../../elf/index.ts";
import { FormatError, toPlainError } from "../../errors.ts";
import type { Problem, Unverified } from "../../finding.ts";
import { interestingSymbol } from "../../policy/interest.ts";
import type { Compression, HashName, Inflated, MemberSpan, MemberStream } from "../../runtime.ts";
import type { ByteRange, Source, Window } from "../../source.ts";
import { memorySource, readThrough } from "../../source.ts";
import { checkRecordDigest } from "../../wheel/record.ts";
import { readMember } from "../../zip/read.ts";

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
}

const WHOLE_LIMIT = 32 << 20;

/** Only members with something to say are reported. */
export interface MemberReport {
  readonly index: number;
  readonly problems: readonly Problem[];
  readonly unverified: readonly Unverified[];
  readonly format?: BinaryFormat;
  readonly binary?: BinarySummary;
}

/** The wheel as one thread sees it. */
export interface Access {
  readonly source: Source;
  readonly compression: Compression;
  readonly stream: MemberStream;
}

/** Members are read from the archive in runs of about this many bytes. */
const RUN_BYTES = 2 << 20;
/** Members that may be inflated ahead, and their bytes: enough to keep another thread busy. */
const AHEAD_COUNT = 64;
const AHEAD_BYTES = 32 << 20;
/** Smaller members (bytes, inflated) cost more to hand over than to inflate. */
const AHEAD_LEAST = 64 << 10;
/** Compressed bytes that always yield the few that a magic number needs. */
const PEEK_BYTES = 512;
/** First bytes of a streamed member that are kept whatever they are. */
const HEAD_BYTES = 64 << 10;
/** No streamed member keeps more than this in memory, whatever its headers ask for. */
const CAPTURE_LIMIT = 96 << 20;

/**
 * Inspects `tasks`, which should be in archive order so that reads are few and long.
 *
 * @param onDone gets the inflated size of each member that is done.
 */
export async function inspectMembers(
  access: Access,
  tasks: readonly MemberTask[],
  options: InspectOptions,
  onDone: (bytes: number) => void = () => {},
): Promise<MemberReport[]> {
  const reports: MemberReport[] = [];
  for await (const prepared of prepare(access, tasks, options)) {
    const report = await inspectOne(prepared, options);
    if (report !== undefined) reports.push(report);
    onDone(prepared.task.size);
  }
  return reports;
}

/** A member that is about to be inspected, with its run of the archive at hand. */
interface Prepared {
  readonly access: Access;
  readonly task: MemberTask;
}

/**
 * The members in order. Where the platform can, the next ones are inflated by another thread while
 * this one hashes and parses. Without hashing, only native code is prepared.
 */
async function* prepare(
  access: Access,
  tasks: readonly MemberTask[],
  { hash, wholeLimit }: InspectOptions,
): AsyncGenerator<Prepared> {
  const queue: (Prepared & { readonly ahead?: Promise<Inflated | undefined> })[] = [];
  let open = 0;
  const take = async (): Promise<Prepared | undefined> => {
    const next = queue.shift();
    if (next?.ahead === undefined) return next;
    const inflated = await next.ahead;
    open -= next.task.size;
    if (inflated === undefined) return next;
    const compression = { ...access.compression, inflateRaw: () => inflated };
    return { task: next.task, access: { ...next.access, compression } };
  };
  for (const run of runsOf(tasks)) {
    const [first] = run;
    // A member that is no run with others may be streamed, or of no interest.
    const apart = first !== undefined && first.compressedSize > RUN_BYTES;
    const held = !apart || (hash && isWhole(first, wholeLimit));
    const own = held ? { ...access, source: runSource(access.source, run) } : access;
    for (const task of run) {
      if (!hash && !isNative(own, task)) continue;
      const ahead = inflateAhead(own, task, wholeLimit);
      if (ahead === undefined) {
        queue.push({ access: own, task });
      } else {
        open += task.size;
        queue.push({ access: own, task, ahead });
      }
      while (queue.length > AHEAD_COUNT || open > AHEAD_BYTES) {
        const next = await take();
        if (next === undefined) break;
        yield next;
      }
    }
  }
  for (let next = await take(); next !== undefined; next = await take()) yield next;
}

/** `undefined`: it is not worth it, or would fail: then reading it says what is wrong. */
function inflateAhead(
  access: Access,
  task: MemberTask,
  wholeLimit: number | undefined,
): Promise<Inflated | undefined> | undefined {
  const { compression, source } = access;
  const { inflateLater } = compression;
  if (inflateLater === undefined || task.method !== 8 || task.size < AHEAD_LEAST) return undefined;
  if (!isWhole(task, wholeLimit) || task.dataOffset + task.compressedSize > source.size)
    return undefined;
  const packed = source.read(task.dataOffset, task.compressedSize);
  return inflateLater(packed, task.size).catch(() => undefined);
}

/** False for what can't be looked at: reading it says why, or nothing needs to. */
function isNative(access: Access, task: MemberTask): boolean {
  try {
    return formatOf(peek(access, task)) !== undefined;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function isWhole(task: MemberTask, limit: number = WHOLE_LIMIT): boolean {
  return task.size <= limit && task.compressedSize <= limit;
}

async function inspectOne(
  { access, task }: Prepared,
  options: InspectOptions,
): Promise<MemberReport | undefined> {
  try {
    const whole = isWhole(task, options.wholeLimit);
    if (!options.hash) return await inspectNative(access, task, whole);
    return whole ? inspectWhole(access, task) : await inspectStreamed(access, task);
  } catch (error) {
    return { index: task.index, ...failureOf(task, error) };
  }
}

/** Everything at once, in memory. */
function inspectWhole(access: Access, task: MemberTask): MemberReport | undefined {
  const { bytes, problems } = readMember(access.source, task, access.compression);
  const found: Problem[] = [...problems];
  // Of data that can't be unpacked there is no digest to compare.
  if (task.expected !== undefined && bytes.length === task.size) {
    const hasher = access.compression.hasher(task.expected.algorithm);
    hasher.update(bytes);
    found.push(...checkRecordDigest(task.name, task.expected, hasher.digest(), bytes.length));
  }
  const format = problems.length === 0 ? formatOf(bytes) : undefined;
  if (format === undefined) {
    return found.length === 0 ? undefined : { index: task.index, problems: found, unverified: [] };
  }
  return {
    index: task.index,
    format,
    ...merge(
      found,
      summarize(task, format, () => memorySource(bytes)),
    ),
  };
}

/** One pass for CRC, digest and the ranges that the parser is likely to want. */
async function inspectStreamed(
  access: Access,
  task: MemberTask,
): Promise<MemberReport | undefined> {
  const expected = task.expected;
  const hasher = expected && access.compression.hasher(expected.algorithm);
  const recorder = new Recorder(task.size);
  let size = 0;
  const problems: Problem[] = [
    ...(await access.stream(task, (bytes, offset) => {
      hasher?.update(bytes);
      size = offset + bytes.length;
      recorder.add(bytes, offset);
    })),
  ];
  const sound = problems.length === 0;
  if (expected !== undefined && hasher !== undefined && size === task.size) {
    problems.push(...checkRecordDigest(task.name, expected, hasher.digest(), size));
  }
  const format = sound ? formatOf(recorder.head()) : undefined;
  if (format === undefined) {
    return problems.length === 0 ? undefined : { index: task.index, problems, unverified: [] };
  }
  const facts = await summarizeThrough(access, task, format, recorder.windows());
  return { index: task.index, format, ...merge(problems, facts) };
}

/** `--no-hash`: nothing is inflated but what the parser of native code asks for. */
async function inspectNative(
  access: Access,
  task: MemberTask,
  whole: boolean,
): Promise<MemberReport | undefined> {
  if (whole) {
    const { bytes, problems } = readMember(access.source, task, access.compression);
    const format = formatOf(bytes) ?? formatOf(peek(access, task));
    if (format === undefined) return undefined;
    if (problems.length > 0) return { index: task.index, format, problems, unverified: [] };
    return {
      index: task.index,
      format,
      ...summarize(task, format, () => memorySource(bytes)),
    };
  }
  const recorder = new Recorder(task.size);
  // Stops as soon as every likely range has gone by: the debug sections lie behind them.
  const problems = await access.stream(task, (bytes, offset) => {
    recorder.add(bytes, offset);
    return !recorder.complete();
  });
  const format = formatOf(recorder.head()) ?? formatOf(peek(access, task));
  if (format === undefined) return undefined;
  if (problems.length > 0) return { index: task.index, format, problems, unverified: [] };
  const facts = await summarizeThrough(access, task, format, recorder.windows());
  return { index: task.index, format, ...facts };
}

function peek(access: Access, task: MemberTask): Uint8Array {
  const beginning = access.source.read(
    task.dataOffset,
    Math.min(task.compressedSize, task.method === 0 ? 8 : PEEK_BYTES),
  );
  return task.method === 0 ? beginning : access.compression.inflateHead(beginning);
}

type Facts = Pick<MemberReport, "problems" | "unverified" | "binary">;

/** Parses and summarises one native file; formats whose reader is still to come are named. */
function summarize(task: MemberTask, format: BinaryFormat, open: () => Source): Facts {
  if (format !== "elf") {
    return { problems: [], unverified: [unread(task, format)], binary: { format } };
  }
  try {
    const summary = elf.summarize(elf.parse(open()), interestingSymbol);
    return { problems: [], unverified: [], binary: summary };
  } catch (error) {
    return failureOf(task, error);
  }
}

/** The same over windows of a stream; what the parser misses costs another pass. */
async function summarizeThrough(
  access: Access,
  task: MemberTask,
  format: BinaryFormat,
  windows: readonly Window[],
): Promise<Facts> {
  if (format !== "elf") return summarize(task, format, () => memorySource(new Uint8Array()));
  try {
    const summary = await readThrough(
      task.size,
      windows,
      (ranges) => capture(access, task, ranges),
      (source) => elf.summarize(elf.parse(source), interestingSymbol),
    );
    return { problems: [], unverified: [], binary: summary };
  } catch (error) {
    return failureOf(task, error);
  }
}

function unread(task: MemberTask, format: BinaryFormat): Unverified {
  const name = format === "pe" ? "PE" : "Mach-O";
  return {
    code: "INT002",
    path: task.name,
    why: `this version of wheelkit reads no ${name} files yet, so its dependencies and tags were not checked`,
  };
}

function failureOf(task: MemberTask, error: unknown): Facts {
  const plain = toPlainError(error);
  if (error instanceof FormatError && plain.kind === "format") {
    const { format: _, ...at } = plain.place;
    return {
      problems: [{ code: "LNK011", path: task.name, message: plain.problem, at }],
      unverified: [],
    };
  }
  const what = plain.kind === "format" ? plain.problem : plain.message;
  return {
    problems: [
      { code: "INT001", path: task.name, message: `wheelkit failed on this member: ${what}` },
    ],
    unverified: [{ code: "INT001", path: task.name, why: "an internal error stopped its checks" }],
  };
}

function merge(problems: readonly Problem[], facts: Facts): Facts {
  return { ...facts, problems: [...problems, ...facts.problems] };
}

/** Reads the wanted ranges in one pass over the member. */
async function capture(
  access: Access,
  task: MemberTask,
  ranges: readonly ByteRange[],
): Promise<readonly Window[]> {
  const recorder = new Recorder(task.size, ranges);
  await access.stream(task, (bytes, offset) => {
    recorder.add(bytes, offset);
    return !recorder.complete();
  });
  return recorder.windows();
}

/**
 * Keeps chosen ranges of a stream that goes by, each in a buffer made when its first byte arrives.
 * All buffers together stay below {@link CAPTURE_LIMIT}, whatever the headers ask for.
 */
class Recorder {
  readonly #size: number;
  readonly #windows: Map<ByteRange, { readonly start: number; bytes: Uint8Array }> = new Map();
  #ranges: readonly ByteRange[] | undefined;
  #position = 0;
  #room = CAPTURE_LIMIT;

  /** Without `ranges` the first bytes decide which ranges are worth keeping. */
  constructor(size: number, ranges?: readonly ByteRange[]) {
    this.#size = size;
    this.#ranges = ranges;
  }

  add(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    this.#position = end;
    // The first chunk of a stream holds the headers.
    this.#ranges ??= rangesOf(bytes, this.#size);
    for (const range of this.#ranges) {
      const from = Math.max(range.start, offset);
      const to = Math.min(range.end, end);
      if (from >= to) continue;
      const window = this.#windowOf(range);
      const part = bytes.subarray(from - offset, to - offset);
      const room = window.bytes.length - (from - range.start);
      if (room > 0) window.bytes.set(part.subarray(0, room), from - range.start);
    }
  }

  #windowOf(range: ByteRange): { readonly start: number; bytes: Uint8Array } {
    let window = this.#windows.get(range);
    if (window === undefined) {
      const length = Math.min(range.end - range.start, this.#room);
      this.#room -= length;
      window = { start: range.start, bytes: new Uint8Array(length) };
      this.#windows.set(range, window);
    }
    return window;
  }

  complete(): boolean {
    return this.#ranges?.every((range) => range.end <= this.#position) ?? false;
  }

  head(): Uint8Array {
    return this.windows()[0]?.bytes ?? new Uint8Array();
  }

  /** What went by, cut where the stream ended. */
  windows(): readonly Window[] {
    return [...this.#windows.values()]
      .map(({ start, bytes }) => ({
        start,
        bytes: bytes.subarray(0, Math.max(0, this.#position - start)),
      }))
      .sort((a, b) => a.start - b.start);
  }
}

function rangesOf(head: Uint8Array, size: number): readonly ByteRange[] {
  const first: ByteRange = { start: 0, end: Math.min(size, HEAD_BYTES) };
  return elf.matches(head) ? mergeRanges([first, ...elf.likelyRanges(head, size)]) : [first];
}

/** Ranges in order, overlapping and touching ones joined. */
function mergeRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Splits tasks into runs whose compressed bytes lie close together. */
function runsOf(tasks: readonly MemberTask[]): readonly (readonly MemberTask[])[] {
  const runs: MemberTask[][] = [];
  let run: MemberTask[] = [];
  for (const task of tasks) {
    const first = run[0];
    const last = run.at(-1);
    const fits =
      first !== undefined &&
      last !== undefined &&
      task.dataOffset >= last.dataOffset + last.compressedSize &&
      task.dataOffset + task.compressedSize - first.dataOffset <= RUN_BYTES;
    if (!fits && run.length > 0) {
      runs.push(run);
      run = [];
    }
    run.push(task);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** The archive with the bytes of one run at hand, so that a thousand small members cost one read. */
function runSource(source: Source, run: readonly MemberTask[]): Source {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return source;
  const start = first.dataOffset;
  const end = last.dataOffset + last.compressedSize;
  const bytes = source.read(start, end - start);
  return {
    size: source.size,
    read(offset, length) {
      if (offset >= start && offset + length <= end) {
        return bytes.subarray(offset - start, offset - start + length);
      }
      return source.read(offset, length);
    },
  };
}
