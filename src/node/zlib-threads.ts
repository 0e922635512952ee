/** How many of Node's own threads (libuv's) inflate. */

/** As many as libuv has unless it is told otherwise before its first work. */
const DEFAULT_THREADS = 4;
const VARIABLE = "UV_THREADPOOL_SIZE";

export function poolThreads(): number {
  return Number(process.env[VARIABLE]) || DEFAULT_THREADS;
}

/** How many are worth their work when `jobs` threads, with the caller's, may run. */
export function usefulThreads(jobs: number): number {
  return Math.min(jobs - 1, DEFAULT_THREADS);
}

/**
 * As many threads of libuv's as `jobs` allows and no more, so that members can wait for them in a queue.
 * Only for programs that do nothing else on them; to be called before anything does.
 */
export function limitPool(jobs: number): void {
  // The user's own number counts.
  if (process.env[VARIABLE] === undefined && jobs > 1) {
    process.env[VARIABLE] = String(usefulThreads(jobs));
  }
}
