/**
 * Threads beside the caller's: a piscina pool that is made when the first job is worth it.
 */
import { setImmediate as immediate } from "node:timers/promises";
import type { Piscina } from "piscina";

/** Jobs that each thread has at hand, so that it never waits for the caller's. */
const DEPTH = 2;

export interface Pool {
  /**
   * Does each job. Threads take them from the front; the caller's takes them from the end, with
   * `local`: jobs should come in descending size, because nothing is handed out while it works.
   *
   * @param leads the caller's thread does the first job too, at once, because `local` mostly waits.
   * @returns results in job order.
   */
  run<Job, Result>(
    jobs: readonly Job[],
    local: (job: Job) => Promise<Result>,
    leads: boolean,
    onDone?: (index: number) => void,
  ): Promise<readonly Result[]>;
  /** Has a thread do something else: `task` is another function of the file. */
  runTask<Job, Result>(task: string, job: Job): Promise<Result>;
  close(): Promise<void>;
}

/** A pool of `threads` beside the caller's that run the function `name` of `workers/<file>`. */
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
      concurrentTasksPerWorker: DEPTH,
      resourceLimits,
    });
  };
  return {
    async run<Job, Result>(
      jobs: readonly Job[],
      local: (job: Job) => Promise<Result>,
      leads: boolean,
      onDone?: (index: number) => void,
    ) {
      pool ??= start();
      const starting = pool;
      const results: Result[] = [];
      let first = 0;
      let end = jobs.length;
      const work = async (index: number, perform: (job: Job) => Promise<Result>): Promise<void> => {
        const job = jobs[index];
        if (job === undefined) return;
        results[index] = await perform(job);
        onDone?.(index);
      };
      const remote = async (): Promise<void> => {
        const running = await starting;
        const slot = async (): Promise<void> => {
          while (first < end) await work(first++, async (job) => await running.run(job));
        };
        await Promise.all(Array.from({ length: threads * DEPTH }, slot));
      };
      const own = async (): Promise<void> => {
        if (leads) await work(first++, local);
        while (first < end) {
          await work(--end, local);
          // Answers of the threads, and their next jobs, go first.
          await immediate();
        }
      };
      await Promise.all([own(), remote()]);
      return results;
    },
    async runTask<Job, Result>(task: string, job: Job): Promise<Result> {
      pool ??= start();
      const running = await pool;
      return await running.run(job, { name: task });
    },
    async close() {
      await (await pool)?.destroy();
      pool = undefined;
    },
  };
}
