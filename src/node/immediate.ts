/** The next turn of the event loop; `node:timers/promises` takes a millisecond to load. */
export function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
