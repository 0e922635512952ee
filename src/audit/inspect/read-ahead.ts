/** Reads members in long runs, and inflates the next ones on another thread. */
import type { Inflated } from "../../runtime.ts";
import type { Source } from "../../source.ts";
import type { Access, InspectOptions, MemberTask } from "./task.ts";
import { isNative, isWhole } from "./task.ts";

/** Members are read from the archive in runs of about this many bytes. */
const RUN_BYTES = 2 << 20;
/** Members that may be inflated ahead, and their bytes: enough to keep another thread busy. */
const AHEAD_COUNT = 64;
const AHEAD_BYTES = 32 << 20;
/** Smaller members (bytes, inflated) cost more to hand over than to inflate. */
const AHEAD_LEAST = 64 << 10;
/** A member that is about to be inspected, with its run of the archive at hand. */
export interface Prepared {
  readonly access: Access;
  readonly task: MemberTask;
}

/**
 * The members in order. Where the platform can, the next ones are inflated by another thread while
 * this one hashes and parses. Without hashing, only native code is prepared.
 */
export async function* prepare(
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
