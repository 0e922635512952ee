/** The engine on Node: files, zlib, hashes, and a pool of threads when the work is large enough. */
import { availableParallelism } from "node:os";
import { createPool, POOL_THRESHOLD } from "../../workers/pool.ts";
import type { Engine, InspectJob } from "../audit/audit.ts";
import type { MemberReport, MemberTask } from "../audit/inspect.ts";
import { inspectMembers, WHOLE_MEMBER_LIMIT } from "../audit/inspect.ts";
import type { MemberStream } from "../platform.ts";
import type { Source } from "../source.ts";
import { nodeCompression, threadedCompression } from "./compression.ts";
import { openFile } from "./file.ts";

export interface NodeEngine extends Engine {
  /** Ends the pool's threads, if any were started. */
  close(): Promise<void>;
}

/** A wheel of this size (bytes) will be worth the threads once its index is read. */
const WARM_BYTES = 64 << 20;
/** Members are handed to threads in shares of about this many inflated bytes. */
const SHARE_BYTES = 8 << 20;

export interface EngineOptions {
  /** Threads for large wheels; 1 never starts a pool. Default: the cores this process may use. */
  readonly jobs?: number;
}

export function createEngine({ jobs = availableParallelism() }: EngineOptions = {}): NodeEngine {
  const pool = createPool(jobs, "inspect.js", "inspect");
  // Sources are TypeScript where tests run, and threads load none.
  const threaded = jobs > 1 && !import.meta.url.endsWith(".ts");
  return {
    compression: nodeCompression,
    open(path) {
      const source = openFile(path);
      if (threaded && source.size >= WARM_BYTES) pool.warm();
      return source;
    },
    async inspect(job) {
      const cost = job.tasks.reduce((sum, task) => sum + costOf(task), 0);
      if (!threaded || cost < POOL_THRESHOLD) return await inspectInline(job, jobs > 1);
      const shares = sharesOf(job.tasks);
      const reports = await pool.run<object, MemberReport[]>(
        shares.map((tasks) => ({ path: job.path, tasks, options: job.options })),
        (index) => job.onProgress?.(sizeOf(shares[index] ?? [])),
      );
      return reports.flat();
    },
    close: () => pool.close(),
  };
}

/** @param ahead zlib's threads may inflate while this one hashes and parses. */
async function inspectInline(job: InspectJob, ahead: boolean): Promise<readonly MemberReport[]> {
  const { source } = job;
  const compression = ahead ? threadedCompression : nodeCompression;
  const access = { source, compression, stream: lazyStream(source) };
  return await inspectMembers(access, job.tasks, job.options, job.onProgress);
}

/** yauzl is loaded by the first member that is large enough to be streamed. */
function lazyStream(source: Source): MemberStream {
  let stream: MemberStream | undefined;
  return async (span, onChunk) => {
    stream ??= (await import("./stream.ts")).streamMember(source);
    return await stream(span, onChunk);
  };
}

/** Neighbours together; the largest share first, so that no thread ends with it alone. */
function sharesOf(tasks: readonly MemberTask[]): readonly (readonly MemberTask[])[] {
  const shares: MemberTask[][] = [];
  let share: MemberTask[] = [];
  let size = 0;
  for (const task of tasks) {
    if (task.size > WHOLE_MEMBER_LIMIT) {
      shares.push([task]);
      continue;
    }
    share.push(task);
    size += costOf(task);
    if (size >= SHARE_BYTES) {
      shares.push(share);
      share = [];
      size = 0;
    }
  }
  if (share.length > 0) shares.push(share);
  return shares.sort((a, b) => sizeOf(b) - sizeOf(a));
}

/** A member costs its bytes and a fixed part for opening a stream. */
function costOf(task: MemberTask): number {
  return task.size + 8192;
}

function sizeOf(tasks: readonly MemberTask[]): number {
  return tasks.reduce((sum, task) => sum + task.size, 0);
}
