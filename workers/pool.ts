/**
 * Threads beside the caller's: a piscina pool that is made when the first job is worth it.
 */
import type { Piscina } from "piscina";
import { immediate } from "../src/node/immediate.ts";

/** Milliseconds without a job after which a thread gives its memory back. */
const IDLE = 10_000;
/** Jobs that each thread has at hand, so that it never waits for the caller's. */
const DEPTH = 2;
/** So many it may get where no other can be started: some are done in a moment. */
const MOST_AT_HAND = 16;
/** Jobs that a thread must have in prospect to be worth its start, of which a machine may allow a hundred. */
const LEAST_JOBS = 2;

/** The script of the threads finds its own functions under this name: `scripts/build.mjs` sees to it. */
export const TASKS = "wheelkit:tasks";

/** Sources are TypeScript where tests run, and threads load none. */
export const HAS_THREADS: boolean = !import.meta.url.endsWith(".ts");

export interface Pool {
  /**
   * Does each job. Threads take them from the front; the caller's takes them from the end, with
   * `local`: jobs should come in descending size, because nothing is handed out while it works.
   *
   * A job that no thread can do is done with `local`.
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
  /** Starts a thread for what is to come, which takes some 40 ms. */
  start(): void;
  close(): Promise<void>;
}

/** A pool of `threads` beside the caller's that run the function `name` of `filename`: {@link TASKS}. */
export function createPool(threads: number, filename: string, name: string): Pool {
  let pool: Promise<Piscina> | undefined;
  const start = async (first: number): Promise<Piscina> => {
    const { Piscina } = await import("piscina");
    // Inflated chunks live outside the heap: a small young generation frees them sooner.
    const resourceLimits = { maxYoungGenerationSizeMb: 2 };
    const made = new Piscina({
      filename,
      name,
      // More are started when there is more to do.
      minThreads: first,
      maxThreads: threads,
      concurrentTasksPerWorker: MOST_AT_HAND,
      loadBalancer: (_task, workers) => leastBusy(workers, threads),
      // One that has nothing to do for a moment would be ended, and the next compiles all code anew.
      idleTimeout: IDLE,
      resourceLimits,
    });
    // Of a thread without a job; that of a job rejects.
    made.on("error", () => {});
    return made;
  };
  /** One whose threads don't start would let the next job wait for ever. */
  const drop = async (starting: Promise<Piscina>): Promise<void> => {
    if (pool === starting) pool = undefined;
    await (await starting.catch(() => undefined))?.destroy();
  };
  return {
    async run<Job, Result>(
      jobs: readonly Job[],
      local: (job: Job) => Promise<Result>,
      leads: boolean,
      onDone?: (index: number) => void,
    ) {
      const useful = Math.min(threads, Math.ceil(jobs.length / LEAST_JOBS));
      pool ??= start(useful);
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
        // Where the system grants no thread, the caller's does everything.
        const running = await starting.catch(() => undefined);
        if (running === undefined) return;
        let failed = false;
        const attempt = async (job: Job): Promise<Result> => {
          try {
            return await running.run(job);
          } catch {
            // A thread that could not start, or had not the memory: what is wrong with the job itself
            // shows here, too.
            failed = true;
            return await local(job);
          }
        };
        const slot = async (): Promise<void> => {
          while (!failed && first < end) await work(first++, attempt);
        };
        await Promise.all(Array.from({ length: useful * DEPTH }, slot));
        if (failed) await drop(starting);
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
      pool ??= start(1);
      const starting = pool;
      try {
        return await (await starting).run(job, { name: task });
      } catch (error) {
        await drop(starting);
        throw error;
      }
    },
    start() {
      pool ??= start(1);
      // Whoever has something for it hears of it.
      pool.catch(() => {});
    },
    async close() {
      if (pool !== undefined) await drop(pool);
    },
  };
}

/** `null`: the job waits, and another thread is started where there may be more. */
function leastBusy<Worker extends { readonly currentUsage: number }>(
  workers: readonly Worker[],
  threads: number,
): Worker | null {
  const most = workers.length < threads ? DEPTH : MOST_AT_HAND;
  let best: Worker | null = null;
  for (const worker of workers) {
    if (worker.currentUsage < (best?.currentUsage ?? most)) best = worker;
  }
  return best;
}
