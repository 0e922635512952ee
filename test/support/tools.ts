/** Programs that only some tests need: peers and oracles. `scripts/setup-tests.mjs` installs them. */
import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const CACHE = process.env.WHEELKIT_CACHE || join(homedir(), ".cache", "wheelkit");
const SCRIPTS = join(CACHE, "test-venv", process.platform === "win32" ? "Scripts" : "bin");

/**
 * Path of a program, from the test environment (`auditwheel`, `uv`, `wheel`, …) or PATH.
 *
 * `undefined`: skip the test: `it.skipIf(requireTool("strace") === undefined)(…)`.
 *
 * @throws Error when `CI` is set: there every test runs.
 */
export function requireTool(name: string): string | undefined {
  for (const folder of [SCRIPTS, ...(process.env.PATH ?? "").split(delimiter)]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  if (process.env.CI)
    throw new Error(`CI is set and there is no ${name}; see scripts/setup-tests.mjs`);
  return undefined;
}

/** Python with the packages that `scripts/setup-tests.mjs` lists. */
export function python(): string {
  const path = join(SCRIPTS, process.platform === "win32" ? "python.exe" : "python");
  if (!existsSync(path)) throw new Error(`no ${path}: run node scripts/setup-tests.mjs`);
  return path;
}

/** `false`: skip the test. @throws Error when `CI` is set. */
export function hasPython(): boolean {
  try {
    return python() !== "";
  } catch (error) {
    if (process.env.CI) throw error;
    return false;
  }
}

/** A scratch folder's parent: caches that may outlive a run, outside the checkout. */
export function cacheFolder(): string {
  return CACHE;
}
