/**
 * What auditwheel says of a wheel, kept by the wheel's hash and auditwheel's version: of the pinned
 * wheels in `auditwheel.json`, of all others in the cache. Host independent: no `LD_LIBRARY_PATH`, no
 * loader configuration (`--ldpaths ""`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.mjs";

const KEPT = new URL("auditwheel.json", import.meta.url);
/** `{version, verdicts}`, these by SHA-256. */
const kept = JSON.parse(readFileSync(KEPT, "utf8"));

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
 * `{ms, result}` with auditwheel's document, or `{ms, error}` with the last line it wrote; no time
 * where the repository has the verdict.
 */
export function peerVerdict(python, version, wheel, path) {
  if (kept.version === version && kept.verdicts[wheel.sha256] !== undefined) {
    return kept.verdicts[wheel.sha256];
  }
  const folder = join(cacheFolder(), `auditwheel-${version}`);
  const known = join(folder, `${wheel.sha256}.json`);
  if (existsSync(known)) {
    return JSON.parse(readFileSync(known, "utf8"));
  }
  const [program, ...args] = auditwheelShow(python, path);
  const started = performance.now();
  const run = spawnSync(program, args, {
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
  writeFileSync(known, `${JSON.stringify(verdict)}\n`);
  return verdict;
}

/** Puts the verdicts of a run into the repository, so that no other has to wait for them. */
export function keepVerdicts(version, rows) {
  const verdicts = kept.version === version ? { ...kept.verdicts } : {};
  for (const { wheel, peer } of rows) {
    if (peer === null) continue;
    const { ms: _, ...verdict } = peer;
    verdicts[wheel.sha256] = verdict;
  }
  writeFileSync(KEPT, `${JSON.stringify({ version, verdicts }, null, 1)}\n`);
}
