/**
 * Results in the order of the jobs, of which `width` are in the making at once.
 *
 * @param drop gets the results that nobody took.
 */
export async function* inOrder<Job, Result>(
  jobs: readonly Job[],
  width: number,
  work: (job: Job) => Promise<Result>,
  drop: (result: Result) => void = () => {},
): AsyncGenerator<Result, undefined> {
  const running: Promise<Result>[] = [];
  try {
    for (const job of jobs) {
      running.push(work(job));
      const first = running.length >= width ? running.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let first = running.shift(); first !== undefined; first = running.shift()) {
      yield await first;
    }
  } finally {
    for (const left of await Promise.allSettled(running)) {
      if (left.status === "fulfilled") drop(left.value);
    }
  }
  return undefined;
}
