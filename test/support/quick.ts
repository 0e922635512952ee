/** Time limits that hold on a machine that is busy with other tests. */

/**
 * Begins to count; the result says how many milliseconds this process has worked since. Waiting for a
 * core does not count; nor do other threads of the process beyond the time that passed.
 */
export function stopwatch(): () => number {
  const began = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return Math.min(performance.now() - began, (user + system) / 1000);
  };
}

/** What `act` returns, and the milliseconds it took: the better of two tries when the first was slow. */
export function timed<T>(
  limit: number,
  act: () => T,
): { readonly value: T; readonly took: number } {
  const once = (): { value: T; took: number } => {
    const took = stopwatch();
    const value = act();
    return { value, took: took() };
  };
  const first = once();
  if (first.took < limit) return first;
  const second = once();
  return second.took < first.took ? second : first;
}
