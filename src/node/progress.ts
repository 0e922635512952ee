/** A progress line on standard error, only for a person and only when the work is long. */
import { printable } from "../bytes.ts";
import type { Io } from "./io.ts";
import type { When } from "./terminal.ts";

export interface Progress {
  /** @param done and @param total in bytes of the current wheel. */
  update(label: string, done: number, total: number): void;
  /** Removes the line, so that other text can be written. */
  clear(): void;
}

/** Milliseconds before the first line, and between two. */
const PATIENCE = 700;
const INTERVAL = 100;

export function createProgress(
  when: When,
  io: Pick<Io, "err" | "errTerminal" | "columns">,
  now: () => number = () => performance.now(),
): Progress {
  const wanted = when === "always" || (when === "auto" && io.errTerminal);
  if (!wanted) return { update: () => {}, clear: () => {} };
  const start = now();
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  const patience = when === "always" ? 0 : PATIENCE;
  return {
    update(label, done, total) {
      const time = now();
      if (time - start < patience || time - last < INTERVAL) return;
      last = time;
      shown = true;
      io.err(`\r\u001b[K${line(label, done, total, io.columns)}`);
    },
    clear() {
      if (!shown) return;
      shown = false;
      io.err("\r\u001b[K");
    },
  };
}

const BAR = 20;

function line(label: string, done: number, total: number, columns: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  const bar = `[${"#".repeat(filled)}${"-".repeat(BAR - filled)}]`;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `${bar}${percent} ${printable(label)}`.slice(0, Math.max(1, columns - 1));
}
