/** The engine on Node: files, zlib, hashes, and a pool of threads when the work is large enough. */
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import type { IndexShare, InspectShare } from "../../workers/inspect.ts";
import { createPool, TASKS } from "../../workers/pool.ts";
import type { Engine, InspectJob } from "../audit/audit.ts";
import { inspectMembers } from "../audit/inspect/inspect.ts";
import type { Access, MemberReport, MemberTask } from "../audit/inspect/task.ts";
import type { Compression, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";
import type { BlockIndex } from "../zip/deflate-scan.ts";
import { indexBlocks } from "../zip/deflate-scan.ts";
import { nodeCompression, threadedCompression } from "./compression.ts";
import { openFile } from "./file.ts";
import { lazyStream } from "./lazy-stream.ts";

export interface NodeEngine extends Engine {
  /** Finds the blocks of a deflated member of the wheel at `path`, on another thread where it pays. */
  indexMember(path: string, source: Source, span: MemberSpan): Promise<BlockIndex | undefined>;
  /** Ends the pool's threads for now, which frees what they hold. */
  rest(): Promise<void>;
  /** Ends the pool's threads, if any were started. */
  close(): Promise<void>;
}

/** From this many bytes (inflated) on, threads gain more than their start costs. */
const POOL_BYTES = 48 << 20;
/** Members of this size (bytes, packed) are indexed by another thread. */
const INDEX_BYTES = 8 << 20;
/** More members than any real wheel has: memory counts more than time, and threads would copy them. */
const MANY_TASKS = 50_000;
/** Members are handed to threads in shares of about this many inflated bytes. */
const SHARE_BYTES = 4 << 20;
/** What all threads together may hold of members that are unpacked at once, and one of them (bytes). */
const WHOLE_BYTES = 128 << 20;
const WHOLE_MEMBER = 64 << 20;
/** Without a pool a larger member is streamed, so that zlib's thread unpacks while this one hashes. */
const WHOLE_INLINE = 32 << 20;
/** A larger member is streamed; its symbol names need memory, so the others get less. */
const WHOLE_BESIDE_STREAMED = 16 << 20;

export interface EngineOptions {
  /** Threads for large wheels; 1 never starts a pool. Default: the cores this process may use. */
  readonly jobs?: number;
}

export function createEngine({ jobs = availableParallelism() }: EngineOptions = {}): NodeEngine {
  const pool = createPool(jobs - 1, TASKS, "inspect");
  // Sources are TypeScript where tests run, and threads load none.
  const threaded = jobs > 1 && !import.meta.url.endsWith(".ts");
  return {
    compression: nodeCompression,
    open: openFile,
    async inspect(job) {
      const cost = job.tasks.reduce((sum, task) => sum + costOf(task), 0);
      const huge = job.tasks.length > MANY_TASKS;
      // As V8 has it by default: `cli.ts` made the heap grow slowly, which costs a third of the time.
      if (!huge) setFlagsFromString("--heap-growing-percent=0");
      if (!threaded || huge || cost < POOL_BYTES) return await inspectInline(job, jobs > 1);
      const { path } = job;
      const streams = job.tasks.some(({ size }) => size > WHOLE_MEMBER);
      const wholeLimit = streams
        ? WHOLE_BESIDE_STREAMED
        : Math.min(WHOLE_MEMBER, Math.floor(WHOLE_BYTES / jobs));
      const options = { ...job.options, wholeLimit };
      const shares = sharesOf(job.tasks).map((tasks) => ({ path, tasks, options }));
      const reports = await pool.run<InspectShare, MemberReport[]>(
        shares,
        async ({ tasks }) => await inspectMembers(accessOf(job.source), tasks, options),
        // zlib's own thread unpacks what is streamed.
        shares[0]?.tasks.some(({ size }) => size > wholeLimit) ?? false,
        (index) => job.onProgress?.(sizeOf(shares[index]?.tasks ?? [])),
      );
      return reports.flat();
    },
    async indexMember(path, source, { dataOffset, compressedSize, size }) {
      if (!threaded || compressedSize < INDEX_BYTES) {
        return await indexInline(sliceSource(source, dataOffset, compressedSize), size);
      }
      const share = { path, dataOffset, compressedSize, size };
      return await pool.runTask<IndexShare, BlockIndex | undefined>("index", share);
    },
    rest: () => pool.close(),
    close: () => pool.close(),
  };
}

async function indexInline(stream: Source, size: number): Promise<BlockIndex | undefined> {
  const walk = indexBlocks(stream, size);
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return step.value;
    // Lets signals through, and what other threads have done.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** @param ahead zlib's threads may inflate while this one hashes and parses. */
async function inspectInline(job: InspectJob, ahead: boolean): Promise<readonly MemberReport[]> {
  const access = accessOf(job.source, ahead ? threadedCompression : nodeCompression);
  const options = { ...job.options, wholeLimit: ahead ? WHOLE_INLINE : WHOLE_MEMBER };
  return await inspectMembers(access, job.tasks, options, job.onProgress);
}

function accessOf(source: Source, compression: Compression = nodeCompression): Access {
  return { source, compression, stream: lazyStream(source) };
}

/** Neighbours together; the largest share first, so that no thread ends with it alone. */
function sharesOf(tasks: readonly MemberTask[]): readonly (readonly MemberTask[])[] {
  const shares: MemberTask[][] = [];
  let share: MemberTask[] = [];
  let size = 0;
  for (const task of tasks) {
    if (task.size > SHARE_BYTES) {
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
