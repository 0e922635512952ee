/**
 * Temporary files that must not outlive the process.
 *
 * Whoever creates one registers its removal and calls the returned function when the file is gone
 * or renamed into place. A signal runs what is left.
 */

const pending = new Set<() => void>();

/** @param remove must be synchronous and must not throw when the file is already gone. */
export function registerCleanup(remove: () => void): () => void {
  pending.add(remove);
  return () => {
    pending.delete(remove);
  };
}

export function runCleanups(): void {
  for (const remove of [...pending].reverse()) {
    pending.delete(remove);
    try {
      remove();
    } catch {
      // The next one must still run, and there is nobody left to tell.
    }
  }
}

/** SIGBREAK is Ctrl+Break of Windows; SIGHUP there is a console that is closed. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 149 } as const;

/** Ends the process on the first signal, after the cleanups; a signal during them ends it at once. */
export function cleanUpOnSignals(): void {
  // A write beyond the limit of `ulimit -f` then fails like any other, and says so.
  process.on("SIGXFSZ", () => {});
  for (const [signal, status] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      runCleanups();
      process.exit(status);
    });
  }
}
