/** What shrinking device code needs, on Node: threads for the compression, and room for the results. */
import { availableParallelism } from "node:os";
import { createPool, TASKS } from "../../workers/pool.ts";
import { decodedDigest, recode } from "../../workers/recode.ts";
import type { Effort } from "../device-code/codec.ts";
import type { DeviceTools, Spool } from "../shrink/device-tools.ts";
import { memorySource } from "../source.ts";
import { nodeCompression } from "./compression.ts";
import { createGate } from "./gate.ts";
import { type TemporaryFile, temporaryFile } from "./temporary.ts";

export interface DeviceToolsOptions {
  /** Threads. Default: the cores this process may use, but as many as its memory is to hold. */
  readonly jobs?: number;
  readonly effort: Effort;
  /** Temporary files go beside this path. */
  readonly beside: string;
  readonly onProgress: (bytes: number) => void;
}

/** The compressor's tables (35 MB, 90 MB) and a payload take this often what 512 MB allow. */
const MOST_THREADS: Readonly<Record<Effort, number>> = { fast: 3, best: 2 };
/**
 * Payloads above this size (bytes, decoded) have the memory for themselves: a thread never gives
 * back what it once took, so the others are ended first, and then the one that did it.
 */
const LARGE = 16 << 20;
/** Results up to this size (bytes) stay in memory. */
const MEMORY_LIMIT = 4 << 20;

export function createDeviceTools({
  effort,
  jobs = Math.min(availableParallelism(), MOST_THREADS[effort]),
  beside,
  onProgress,
}: DeviceToolsOptions): DeviceTools & { close(): Promise<void> } {
  // Sources are TypeScript where tests run, and threads load none.
  const threaded = jobs > 1 && !import.meta.url.endsWith(".ts");
  const pool = createPool(jobs, TASKS, "recode");
  const gate = createGate();
  const onThread = <Job extends { readonly entry: { readonly size: number } }, Result>(
    task: string,
    job: Job,
  ): Promise<Result> => {
    if (job.entry.size <= LARGE) return gate.together(() => pool.runTask(task, job));
    return gate.alone(async () => {
      await pool.close();
      try {
        return await pool.runTask(task, job);
      } finally {
        await pool.close();
      }
    });
  };
  return {
    recode: (job) => (threaded ? onThread("recode", job) : recode(job)),
    decodedDigest: (job) => (threaded ? onThread("decodedDigest", job) : decodedDigest(job)),
    // Each thread takes two at a time, and one waits for whoever is first.
    width: threaded ? 2 * jobs + 1 : 1,
    spool: () => createSpool(beside),
    hasher: () => nodeCompression.hasher("sha256"),
    progress: onProgress,
    close: () => pool.close(),
  };
}

function createSpool(beside: string): Spool {
  let size = 0;
  const parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let file: TemporaryFile | undefined;
  return {
    get size() {
      return size;
    },
    add(bytes) {
      if (file === undefined && size + bytes.length > MEMORY_LIMIT) {
        file = temporaryFile(beside);
        for (const part of parts.splice(0)) file.write(part.bytes, part.at);
      }
      if (file === undefined) parts.push({ at: size, bytes: new Uint8Array(bytes) });
      else file.write(bytes, size);
      size += bytes.length;
    },
    put(bytes, at) {
      if (file === undefined) parts.find((part) => part.at === at)?.bytes.set(bytes);
      else file.write(bytes, at);
    },
    source() {
      if (file !== undefined) return file.source(size);
      return { ...memorySource(Buffer.concat(parts.map(({ bytes }) => bytes))), close() {} };
    },
  };
}
