/**
 * Where work runs: on this thread, or on a piscina pool that is made when the first job is worth it.
 */
import type { Piscina } from "piscina";

/**
 * From this many bytes (inflated) on, the pool gains more than its threads' start costs; below,
 * zlib's own threads inflate beside the caller's.
 */
export const POOL_THRESHOLD: number = 256 << 20;

export interface Pool {
  /** Starts the threads now, so that they load while the caller prepares its jobs. */
  warm(): void;
  /** Runs each job, in order as threads come free; results in job order. */
  run<Job, Result>(
    jobs: readonly Job[],
    onDone?: (index: number) => void,
  ): Promise<readonly Result[]>;
  close(): Promise<void>;
}

/** A pool of `threads` that run the function `name` of `workers/<file>`. */
export function createPool(threads: number, file: string, name: string): Pool {
  let pool: Promise<Piscina> | undefined;
  const start = async (): Promise<Piscina> => {
    const { Piscina } = await import("piscina");
    const filename = new URL(`../workers/${file}`, import.meta.url).href;
    // Inflated chunks live outside the heap: a small young generation frees them sooner.
    const resourceLimits = { maxYoungGenerationSizeMb: 2 };
    return new Piscina({
      filename,
      name,
      minThreads: threads,
      maxThreads: threads,
      resourceLimits,
    });
  };
  return {
    warm() {
      pool ??= start();
    },
    async run<Job, Result>(jobs: readonly Job[], onDone?: (index: number) => void) {
      pool ??= start();
      const running = await pool;
      return await Promise.all(
        jobs.map(async (job, index) => {
          const result: Result = await running.run(job);
          onDone?.(index);
          return result;
        }),
      );
    },
    async close() {
      await (await pool)?.destroy();
      pool = undefined;
    },
  };
}
