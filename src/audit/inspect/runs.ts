/** Reads members in long runs, so that a thousand small ones cost one read. */
import type { Source } from "../../source.ts";
import { readInto } from "../../source.ts";
import { STORED } from "../../zip/layout.ts";
import type { Access, InspectOptions, MemberTask } from "./task.ts";
import { isNative, isWhole, PEEK_BYTES } from "./task.ts";

/** Members are read from the archive in runs of about this many bytes. */
const RUN_BYTES = 2 << 20;

/** A member that is about to be inspected, with its run of the archive at hand. */
export interface Prepared {
  readonly access: Access;
  readonly task: MemberTask;
  /** What it holds, where another thread found it sound. */
  readonly inflated?: Uint8Array;
}

/**
 * The members in order, each valid until the next is asked for: runs are read into one buffer. Without
 * hashing, only native code is prepared, and what is too small to be asked.
 */
export function* prepareRuns(
  access: Access,
  tasks: readonly MemberTask[],
  { hash, wholeLimit }: InspectOptions,
): Generator<Prepared> {
  const buffer = { bytes: new Uint8Array(0) };
  for (const run of runsOf(tasks)) {
    const [first] = run;
    // A member that is no run with others may be streamed, or of no interest.
    const apart = first !== undefined && first.compressedSize > RUN_BYTES;
    const held = !apart || (hash && isWhole(first, wholeLimit));
    const own = held ? { ...access, source: runSource(access.source, run, buffer) } : access;
    for (const task of run) {
      // What is unpacked whole to see how it begins is rather unpacked once.
      const isTiny = task.compressedSize <= PEEK_BYTES;
      if (hash || isTiny || isNative(own, task)) yield { access: own, task };
    }
  }
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

/** The archive with the bytes of one run at hand. */
function runSource(
  source: Source,
  run: readonly MemberTask[],
  buffer: { bytes: Uint8Array },
): Source {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return source;
  const start = first.dataOffset;
  const size = last.dataOffset + last.compressedSize - start;
  const end = start + size;
  // What is stored is handed on as it lies here.
  const shared = run.every(({ method }) => method !== STORED);
  if (!shared) return windowed(source, start, source.read(start, size));
  if (buffer.bytes.length < size) buffer.bytes = new Uint8Array(Math.max(size, RUN_BYTES));
  const bytes = buffer.bytes.subarray(0, end - start);
  readInto(source, start, bytes);
  return windowed(source, start, bytes);
}

/** `source` with the bytes from `start` at hand. */
function windowed(source: Source, start: number, bytes: Uint8Array): Source {
  const end = start + bytes.length;
  return {
    size: source.size,
    read(offset, length) {
      return offset >= start && offset + length <= end
        ? bytes.subarray(offset - start, offset - start + length)
        : source.read(offset, length);
    },
  };
}
