/**
 * What the benches of one platform share: audits and repairs beside a yardstick, and their page.
 *
 * `--only a,b` measures the rows with one of these texts; each run adds to what earlier ones measured, and
 * `--write` writes the page from all of it.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { findPython } from "../corpus/python.mjs";
import { measureRun, median } from "./measure.mjs";

export const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    jobs: { type: "string", default: "2" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
export const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
export const python = findPython();
/** @type {any[]} */
const rows = [];

/** @param {string} what */
export function wanted(what) {
  return options.only === undefined || options.only.split(",").some((text) => what.includes(text));
}

/**
 * Audits of the published wheels of a list that have at least `least` bytes, beside `unzip -tq`.
 *
 * @param {string} list
 * @param {number} least
 */
export async function auditRows(list, least) {
  for (const wheel of JSON.parse(readFileSync(here(`../corpus/${list}`), "utf8"))) {
    if (wheel.size < least || !wanted(`audit ${wheel.file}`)) continue;
    const path = await fetchWheel(python, wheel);
    const what = `audit \`${wheel.name} ${wheel.version}\``;
    const command = [cli, "audit", "-j", options.jobs, path];
    measure(what, { size: wheel.size, goal: 1 }, unzip(path), command);
  }
}

/** @param {string} path */
export function unzip(path) {
  return { what: "unzip -tq", measure: () => measureRun(python, ["unzip", "-tq", path]) };
}

/**
 * @param {string} what
 * @param {{size: number, goal: number}} about bytes, and the ratio of wall times that is wanted.
 * @param {{what: string, measure(): {status: number, wall: number, cpu: number, peak: number}}} yardstick
 * @param {string[]} command
 * @param {string} [out] removed before each run.
 */
export function measure(what, { size, goal }, yardstick, command, out) {
  const load = loadavg()[0];
  /** @type {Record<"theirs" | "ours", {status: number, wall: number, cpu: number, peak: number}[]>} */
  const runs = { theirs: [], ours: [] };
  for (let round = 0; round <= rounds; round++) {
    if (out !== undefined) rmSync(out, { recursive: true, force: true });
    const theirs = yardstick.measure();
    const ours = measureRun(python, [process.execPath, ...command]);
    // An audit that finds errors ends with 1.
    if (ours.status > 1 || theirs.status !== 0) throw new Error(`${command.join(" ")} failed`);
    if (out !== undefined && readdirSync(out).length !== 1) throw new Error(`nothing in ${out}`);
    // Round 0 warms the page cache.
    if (round > 0) {
      runs.theirs.push(theirs);
      runs.ours.push(ours);
    }
  }
  const [theirs, ours] = [runs.theirs, runs.ours].map((each) => ({
    wall: median(each.map(({ wall }) => wall)),
    cpu: median(each.map(({ cpu }) => cpu)),
    peak: Math.max(...each.map(({ peak }) => peak)),
  }));
  console.error(`${what}: ${(ours.wall / theirs.wall).toFixed(2)} x`);
  rows.push({ what, size, goal, yardstick: yardstick.what, theirs, ours, load, rounds });
}

/** Adds the rows to what was measured before, prints the page, and writes it where that was asked for. */
export function finish(/** @type {string} */ platform, /** @type {string} */ text) {
  const cpu = /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  const known = remember(platform);
  const lines = known.map(({ what, size, goal, yardstick, theirs, ours }) => {
    const cells = [what, `${(size / 1e6).toFixed(1)} MB`, yardstick];
    cells.push(seconds(theirs.wall), seconds(ours.wall));
    const missed = ours.wall > goal * theirs.wall ? " ✗" : "";
    cells.push(`${factor(ours.wall, theirs.wall)}${missed}`, goal.toFixed(1));
    cells.push(factor(ours.cpu, theirs.cpu), `${Math.round(ours.peak)} MiB`);
    return `| ${cells.join(" | ")} |`;
  });
  const span = (/** @type {string} */ unit, digits = 0) => {
    const values = known.map((row) => row[unit].toFixed(digits)).sort((a, b) => a - b);
    return values[0] === values.at(-1) ? values[0] : `${values[0]} to ${values.at(-1)}`;
  };
  const page = `# Benchmarks of ${TITLES[platform]} wheels

Written by \`node bench/${platform}.mjs --write\`; do not edit by hand.

Medians of ${span("rounds")} rounds after one that warms the page cache, from start to exit; peaks are the highest.
${text} \`-j ${options.jobs}\`, ${cpu}, Node ${process.version}; one minute's load when a row began: ${span("load", 1)}.

✗: the goal of that row is missed.

| | size | beside | wall | wheelkit, wall | wall | goal | processor | peak |
|---|--:|---|--:|--:|--:|--:|--:|--:|
${lines.join("\n")}
`;
  console.log(page);
  if (options.write) writeFileSync(here(`../docs/benchmarks-${platform}.md`), page);
}

/** All rows that were ever measured, audits first, with those of this run in place of older ones. */
function remember(/** @type {string} */ platform) {
  const store = join(cacheFolder(), `bench-${platform}.json`);
  /** @type {any[]} */
  const before = existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : [];
  const byName = new Map([...before, ...rows].map((row) => [row.what, row]));
  const rank = (/** @type {any} */ row) => (row.what.startsWith("audit") ? row.what : "b");
  const known = [...byName.values()].sort((a, b) =>
    rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0,
  );
  writeFileSync(`${store}.${process.pid}`, JSON.stringify(known, undefined, 1));
  renameSync(`${store}.${process.pid}`, store);
  return known;
}

/** @type {Readonly<Record<string, string>>} */
const TITLES = { macos: "macOS", windows: "Windows" };

/** @param {number} ms */
function seconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} a @param {number} b */
function factor(a, b) {
  return `${(a / b).toFixed(2)} ×`;
}
