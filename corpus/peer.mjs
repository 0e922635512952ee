/**
 * What auditwheel says of a wheel, kept in the cache by the wheel's hash and auditwheel's version.
 * Host independent: no `LD_LIBRARY_PATH`, no loader configuration (`--ldpaths ""`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.mjs";

/** The environment without anything that changes what auditwheel or the loader finds. */
export function quietEnvironment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (name.startsWith("AUDITWHEEL") || name.startsWith("LD_")) {
      delete env[name];
    }
  }
  return env;
}

/** The command line of `auditwheel show` as JSON. */
export function auditwheelShow(python, path) {
  const options = ["--json", "--ldpaths", "", "--allow-pure-python-wheel"];
  return [python, "-m", "auditwheel", "show", ...options, path];
}

/**
 * `{ms, result}` with auditwheel's document, or `{ms, error}` with the last line it wrote.
 */
export function peerVerdict(python, version, wheel, path) {
  const folder = join(cacheFolder(), `auditwheel-${version}`);
  const kept = join(folder, `${wheel.sha256}.json`);
  if (existsSync(kept)) {
    return JSON.parse(readFileSync(kept, "utf8"));
  }
  const [program, ...args] = auditwheelShow(python, path);
  const started = performance.now();
  const run = spawnSync("nice", ["-n", "15", program, ...args], {
    encoding: "utf8",
    env: quietEnvironment(),
    maxBuffer: 1 << 28,
    timeout: 1_800_000,
  });
  const ms = Math.round(performance.now() - started);
  let verdict;
  if (run.status === 0) {
    verdict = { ms, result: JSON.parse(run.stdout) };
  } else {
    verdict = { ms, error: (run.stderr ?? "").trim().split("\n").at(-1) ?? `status ${run.status}` };
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept, `${JSON.stringify(verdict)}\n`);
  return verdict;
}
