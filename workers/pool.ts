/**
 * Where work runs: on this thread, or on a piscina pool that is made when the first job is worth it.
 */
import type { Piscina } from "piscina";

/** Starting a thread and loading its modules costs about what inflating this many bytes costs. */
export const POOL_THRESHOLD: number = 24 << 20;

export interface Pool {
  /** Runs the function `name` of `workers/<file>` for each job, in order as threads come free; results in job order. */
  run<Job, Result>(
    file: string,
    name: string,
    jobs: readonly Job[],
    onDone?: (index: number) => void,
  ): Promise<readonly Result[]>;
  close(): Promise<void>;
}

export function createPool(threads: number): Pool {
  let pool: Piscina | undefined;
  return {
    async run<Job, Result>(
      file: string,
      name: string,
      jobs: readonly Job[],
      onDone?: (index: number) => void,
    ) {
      if (pool === undefined) {
        const { Piscina } = await import("piscina");
        pool = new Piscina({ minThreads: 0, maxThreads: threads, idleTimeout: 1000 });
      }
      const filename = new URL(`../workers/${file}`, import.meta.url).href;
      const running = pool;
      return await Promise.all(
        jobs.map(async (job, index) => {
          const result: Result = await running.run(job, { filename, name });
          onDone?.(index);
          return result;
        }),
      );
    },
    async close() {
      await pool?.destroy();
      pool = undefined;
    },
  };
}
