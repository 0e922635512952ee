/** Files that take another's place or go away, with the patience that Windows asks for. */
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isWindows } from "./host-path.ts";

/** Some 20 seconds in all, each pause twice as long as the one before. */
const ATTEMPTS = 11;
const FIRST_PAUSE = 20;

/** Gives `from` the name `to`, whoever has it. */
export function renameOver(from: string, to: string): void {
  patiently(
    () => renameSync(from, to),
    () => moveAside(from, to),
  );
}

/**
 * Windows refuses to touch a file that a scanner has open; that passes.
 *
 * @param otherwise tried when it did not pass at once; true when that did it.
 */
function patiently(action: () => void, otherwise: () => boolean = () => false): void {
  for (let attempt = 1; ; attempt++) {
    try {
      action();
      return;
    } catch (error) {
      const busy = ["EPERM", "EBUSY", "EACCES"].includes(codeOf(error) ?? "");
      if (!isWindows() || !busy) throw error;
      if (attempt > 1 && otherwise()) return;
      if (attempt === ATTEMPTS) throw error;
      pause(FIRST_PAUSE << (attempt - 1));
    }
  }
}

/** @param time in milliseconds. */
function pause(time: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);
}

/**
 * A file that is still read, as a wheel is while its successor is written, gives up its name on
 * Windows, but takes no other file's in exchange.
 */
function moveAside(from: string, to: string): boolean {
  // No temporary file by its name: until the second rename this is the only wheel that there is.
  const aside = join(dirname(to), `.${basename(to).slice(0, 180)}.wheelkit-old-${process.pid}`);
  try {
    renameSync(to, aside);
  } catch {
    return false;
  }
  try {
    renameSync(from, to);
  } catch {
    renameSync(aside, to);
    return false;
  }
  removeFile(aside);
  return true;
}

/** A rename lasts only when its folder is flushed. Not every system can. */
export function flushFolder(folder: string): void {
  try {
    const fd = openSync(folder, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows, and file systems that don't know it.
  }
}

export function removeFile(path: string): void {
  try {
    patiently(() => unlinkSync(path));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
