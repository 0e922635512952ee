/**
 * The Python that runs pip and auditwheel: `WHEELKIT_PYTHON` when it is set, else the environment
 * that `scripts/setup-tests.mjs` makes in the cache folder.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./cache.mjs";

const SETUP = fileURLToPath(new URL("../scripts/setup-tests.mjs", import.meta.url));

/** Path of a Python with pip and auditwheel; made when there is none. */
export function findPython() {
  const named = process.env.WHEELKIT_PYTHON;
  if (named !== undefined && named !== "") {
    return named;
  }
  const python = join(cacheFolder(), "test-venv", "bin", "python");
  if (!existsSync(python)) {
    execFileSync(process.execPath, [SETUP], { stdio: ["ignore", 2, 2] });
  }
  return python;
}

/** The version of auditwheel that this Python runs. */
export function auditwheelVersion(python) {
  const program = "from importlib.metadata import version; print(version('auditwheel'))";
  return execFileSync(python, ["-c", program], { encoding: "utf8" }).trim();
}
