/** Makes a folder and those above it. */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Unlike Node's own `recursive`, this ends where a file system takes no folders, as that of `/proc`.
 *
 * @returns the first folder that was made; `undefined` when all were there.
 * @throws the error of the system.
 */
export function makeFolders(path: string, mode?: number): string | undefined {
  const missing: string[] = [];
  let at = path;
  while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) {
    missing.push(at);
    at = dirname(at);
  }
  // A file in the way is an error.
  if (missing.length === 0) make(path, mode);
  let first: string | undefined;
  for (const folder of missing.reverse()) {
    if (make(folder, mode)) first ??= folder;
  }
  return first;
}

/** @returns false when another run made it in the meantime. */
function make(folder: string, mode: number | undefined): boolean {
  try {
    mkdirSync(folder, mode);
    return true;
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return false;
    throw error;
  }
}
