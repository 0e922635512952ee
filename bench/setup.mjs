/** What the benches share: the built program, Python, the pins of the corpus, a work folder, and cells of tables. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../corpus/cache.mjs";
import { findPython } from "../corpus/python.mjs";

/** A path relative to this folder. */
export function here(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** The program to measure: what `npm run build` made, or WHEELKIT_CLI. */
export function builtProgram() {
  const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
  if (existsSync(cli)) return cli;
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}

export const python = findPython();

/** The commit of the checkout that a program or a folder is in; `-dirty` where files differ from it. */
export function commitOf(path) {
  const inside = statSync(path).isDirectory() ? path : dirname(path);
  const args = ["-C", inside, "describe", "--always", "--dirty", "--exclude", "*"];
  const { status, stdout } = spawnSync("git", args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "unknown";
}

/** What was measured, for a page: the commits of all results. */
export function buildText(results) {
  const commits = [...new Set(results.map(({ commit = "unknown" }) => commit))];
  return `${commits.length === 1 ? "build" : "builds"} ${commits.join(", ")}`;
}

/** A list of `corpus/`: wheels with their SHA-256. */
export function pinned(name) {
  return JSON.parse(readFileSync(here(`../corpus/${name}.json`), "utf8"));
}

/** What a bench keeps between runs, so that it can be run in parts: an object, and how it is stored. */
export function keptResults(name) {
  const path = join(cacheFolder(), "bench", `${name}.json`);
  const results = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  return {
    results,
    keep() {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
    },
  };
}

/**
 * True until so many seconds have gone by: an option of benches that go on where they stopped. What is not
 * the first thing has to end in time, too, as far as it is known how many seconds it takes.
 */
export function timeLeft(seconds) {
  const until = performance.now() + 1000 * Number(seconds);
  let first = true;
  return (expected = 0) => {
    const isLeft = performance.now() + (first ? 0 : 1000 * expected) < until;
    first &&= !isLeft;
    return isLeft;
  };
}

/** Runs `body` with a folder in the cache, which is removed afterwards. */
export async function inWorkFolder(prefix, body) {
  const bench = join(cacheFolder(), "bench");
  mkdirSync(bench, { recursive: true });
  const work = mkdtempSync(join(bench, `${prefix}-`));
  try {
    return await body(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** One minute's load, as it is now. */
export function loadNow() {
  return loadavg()[0].toFixed(1);
}

export function machineText() {
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.version}`;
}

export function seconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function ratio(a, b) {
  return b === 0 ? "" : `${(a / b).toFixed(2)} ×`;
}

/** 10^6 bytes. */
export function megabytes(size) {
  return `${(size / 1e6).toFixed(1)} MB`;
}
