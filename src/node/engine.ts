/** The engine on Node: files, zlib, hashes, and a pool of threads when the work is large enough. */
import { availableParallelism } from "node:os";
import type { IndexShare } from "../../workers/index.ts";
import { createPool, HAS_THREADS, TASKS } from "../../workers/pool.ts";
import type { Engine } from "../audit/audit.ts";
import { inspectMembers } from "../audit/inspect/inspect.ts";
import type { Helpers, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";
import type { BlockIndex } from "../zip/deflate-scan.ts";
import { indexBlocks } from "../zip/deflate-scan.ts";
import { nodeCompression, zlibThreads } from "./compression.ts";
import type { Deflater } from "./deflater.ts";
import { createDeflater, poolThreads } from "./deflater.ts";
import type { Begun } from "./early.ts";
import { openFile } from "./file.ts";
import { needsLittle, setHeapGrowth } from "./heap-growth.ts";
import { immediate } from "./immediate.ts";
import { lazyStream } from "./lazy-stream.ts";
import { limitPool } from "./zlib-threads.ts";

export interface NodeEngine extends Engine {
  readonly deflater: Deflater;
  /** Whether another thread would find the blocks of such a member. */
  indexesAside(span: MemberSpan): boolean;
  /** Finds the blocks of a deflated member of the wheel at `path`, on another thread where it pays. */
  indexMember(path: string, source: Source, span: MemberSpan): Promise<BlockIndex | undefined>;
  /** Ends the pool's threads for now, which frees what they hold. */
  rest(): Promise<void>;
  /** Ends the pool's threads, if any were started. */
  close(): Promise<void>;
}

/** Members of this size (bytes, packed) are indexed by another thread. */
const INDEX_BYTES = 8 << 20;
/** Less than this in all (bytes, inflated) is done before other threads have begun. */
const LEAST_SHARED = 3 << 20;
/** More members than any real wheel has: memory counts more than time. */
const MANY_TASKS = 50_000;
/** Larger members (bytes, inflated) are streamed: what one of them may hold of memory. */
const WHOLE_LIMIT = 48 << 20;
/** What is streamed keeps the symbols, up to 96 MiB, so that the others get less. */
const WHOLE_BESIDE_STREAMED = 16 << 20;

export interface EngineOptions {
  /** Threads for large wheels; 1 never starts a pool. Default: the cores this process may use. */
  readonly jobs?: number;
  /** Nothing else in this process uses Node's own threads, so that their number can be set. */
  readonly ownsThreads?: boolean;
  /** Members of a wheel that zlib's threads have begun to unpack. */
  readonly begun?: Begun | undefined;
}

export function createEngine({
  jobs = availableParallelism(),
  ownsThreads = false,
  begun,
}: EngineOptions = {}): NodeEngine {
  if (ownsThreads) limitPool(jobs);
  const pool = createPool(jobs - 1, TASKS, "index");
  const deflater = createDeflater(poolThreads(jobs, pool));
  const threaded = jobs > 1 && HAS_THREADS;
  const indexesAside = ({ compressedSize }: MemberSpan): boolean =>
    threaded && compressedSize >= INDEX_BYTES;
  return {
    compression: nodeCompression,
    deflater,
    open: openFile,
    async inspect({ path, source, tasks, options, onProgress, keep }) {
      // `load.ts` made the heap grow slowly, which costs a third of the time.
      if (tasks.length <= MANY_TASKS && !needsLittle(source.size)) setHeapGrowth(0);
      const total = tasks.reduce((sum, { size }) => sum + size, 0);
      const helpers = total < LEAST_SHARED ? undefined : withBegun(zlibThreads(jobs), begun, path);
      const compression = nodeCompression;
      const stream = lazyStream(source);
      const access = {
        source,
        compression,
        ...(keep === undefined ? { stream } : keep(stream)),
        ...(helpers === undefined ? {} : { helpers }),
      };
      const streams = tasks.some(({ size }) => size > WHOLE_LIMIT);
      const wholeLimit = streams ? WHOLE_BESIDE_STREAMED : WHOLE_LIMIT;
      return await inspectMembers(access, tasks, { ...options, wholeLimit }, onProgress);
    },
    indexesAside,
    async indexMember(path, source, span) {
      const { dataOffset, compressedSize, size } = span;
      if (!indexesAside(span)) {
        return await indexInline(sliceSource(source, dataOffset, compressedSize), size);
      }
      const share = { path, dataOffset, compressedSize, size };
      return await pool.runTask<IndexShare, BlockIndex | undefined>("index", share);
    },
    rest() {
      deflater.rest();
      return pool.close();
    },
    close: () => pool.close(),
  };
}

function withBegun(
  helpers: Helpers | undefined,
  begun: Begun | undefined,
  path: string,
): Helpers | undefined {
  if (helpers === undefined || begun === undefined) return helpers;
  const inflate: Helpers["inflate"] = (source, span) =>
    begun.take(path, span) ?? helpers.inflate(source, span);
  return { ...helpers, inflate };
}

async function indexInline(stream: Source, size: number): Promise<BlockIndex | undefined> {
  const walk = indexBlocks(stream, size);
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return step.value;
    // Lets signals through, and what other threads have done.
    await immediate();
  }
}
