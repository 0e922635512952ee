/** Work that may run together, and work that must run by itself, in the order in which it came. */
export interface Gate {
  together<Result>(work: () => Promise<Result>): Promise<Result>;
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(): Gate {
  /** When the last work that ran by itself is done; never rejects. */
  let cleared: Promise<unknown> = Promise.resolve();
  const running = new Set<Promise<unknown>>();
  return {
    async together(work) {
      const result = cleared.then(work);
      running.add(result);
      try {
        return await result;
      } finally {
        running.delete(result);
      }
    },
    async alone(work) {
      const result = Promise.allSettled([cleared, ...running]).then(work);
      cleared = result.catch(() => {});
      return await result;
    },
  };
}
