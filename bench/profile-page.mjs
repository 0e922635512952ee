/**
 * `npm run bench -- --profile`: where audits and repairs spend their time, as a table. `--write` puts it
 * into `docs/benchmarks.md`, `--before CHECKOUT` measures another checkout too. Rows are kept in the cache:
 * nothing is begun after `--seconds N`, and the same command goes on where it stopped.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { graftWheel } from "./graft-wheel.mjs";
import { buildMapped, profile, STEPS } from "./profile.mjs";
import {
  buildText,
  commitOf,
  here,
  inWorkFolder,
  keptResults,
  loadNow,
  machineText,
  pinned,
  python,
  timeLeft,
} from "./setup.mjs";

/** What is audited, by the start of the file name. */
const AUDITS = [
  ["a small wheel", "greenlet-3.2.3-cp312-cp312-manylinux_2_24_x86_64"],
  ["one library with many symbols", "ortools-9.12.4544-"],
  ["many members", "scipy-1.17.1-"],
  ["one huge member", "tensorflow_cpu-2.20.0-"],
];
const GRAFTS = [10, 100];
const PAGE = here("../docs/benchmarks.md");
const MARKS = ["<!-- profile: begin -->", "<!-- profile: end -->"];

/** @param {{ before?: string, prepare: boolean, again: boolean, write: boolean, only?: string, seconds: string }} options */
export async function profilePage(options) {
  const { before, write, only = "" } = options;
  const inTime = timeLeft(options.seconds);
  const roots = [
    ...(before === undefined ? [] : [{ name: "before", root: before }]),
    { name: before === undefined ? "" : "after", root: here("..") },
  ].map((each) => ({
    ...each,
    sources: digestOf(join(each.root, "src")),
    commit: commitOf(each.root),
  }));
  const builds = join(cacheFolder(), "bench", "profile");
  const { results, keep } = keptResults("profile");
  let left = 0;
  await inWorkFolder("profile", async (work) => {
    for (const { what, args, clean } of await tasks(work, only)) {
      for (const { name, root, sources, commit } of roots) {
        const row = [what, name].filter((text) => text !== "").join(", ");
        const built = buildMapped(root, join(builds, sources));
        if (options.prepare || (results[row]?.sources === sources && !options.again)) continue;
        if (!inTime()) {
          left++;
          continue;
        }
        const load = loadNow();
        const found = profile(python, built, args, { clean });
        results[row] = { ...found, sources, commit, load };
        keep();
        console.log(lineOf(row, found));
      }
    }
  });
  if (left > 0) console.log(`${left} rows are left: run the same command again`);
  if (write) writeSection(sectionOf(results));
}

/** Of all files below a folder. */
function digestOf(folder) {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    if (name.endsWith(".ts")) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** The page without the section: it is kept where the rest is written again. */
export function withProfile(page) {
  const [begin, end] = MARKS;
  const old = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const at = old.indexOf(begin);
  return at < 0 ? page : `${page}\n${old.slice(at, old.indexOf(end) + end.length)}\n`;
}

function writeSection(section) {
  const page = readFileSync(PAGE, "utf8");
  const at = page.indexOf(MARKS[0]);
  const rest = at < 0 ? page.trimEnd() : page.slice(0, at).trimEnd();
  writeFileSync(PAGE, `${rest}\n\n${section}`);
  console.log("wrote docs/benchmarks.md");
}

/** In the order of the table; without the wheels of `only`, what they are called is known all the same. */
async function tasks(work, only) {
  const found = [];
  for (const [what, start] of AUDITS) {
    const wheel = pinned("wheels").find(({ file }) => file.startsWith(start));
    if (!wheel.file.includes(only)) continue;
    const args = ["audit", "--no-config", "-j", "2", await fetchWheel(python, wheel)];
    const name = wheel.file.split("-").slice(0, 2).join(" ");
    found.push({ what: `audit: ${what} (${name})`, args, clean: () => {} });
  }
  for (const count of GRAFTS) {
    if (!"repair".includes(only)) continue;
    const { path, grafts } = graftWheel(work, count);
    const out = join(work, "out");
    const clean = () => rmSync(out, { recursive: true, force: true });
    found.push({
      what: `repair: ${grafts} grafts`,
      args: ["repair", "-j", "2", "-w", out, path],
      clean,
    });
  }
  return found;
}

function lineOf(what, { shares, natives, waiting, wall, cpu }) {
  const cells = [...STEPS.map((step) => shares[step]), natives, cpu, waiting, wall];
  return `| ${[what, ...cells.map((ms) => String(Math.max(0, Math.round(ms))))].join(" | ")} |`;
}

function sectionOf(results) {
  const head = [...STEPS, "zlib's threads", "processor", "waiting", "wall"];
  const rows = Object.entries(results);
  /** @param {readonly [string, any]} row */
  const order = ([name]) =>
    [...AUDITS.map(([what]) => what), "repair"].findIndex((what) => name.includes(what));
  /** @param {readonly [string, any]} row */
  const grafts = ([name]) => Number(/(\d+) grafts/.exec(name)?.[1] ?? 0);
  /** @param {readonly [string, any]} row */
  const isAfter = ([name]) => Number(name.endsWith("after"));
  rows.sort((a, b) => order(a) - order(b) || grafts(a) - grafts(b) || isAfter(a) - isAfter(b));
  /** @param {string} end */
  const named = (end) => rows.flatMap(([name, row]) => (name.endsWith(end) ? [row] : []));
  const loads = rows.map(([, { load }]) => Number(load));
  return `${MARKS[0]}
## Where the time goes

Written by \`npm run bench -- --profile --write\`. Milliseconds of processor time with \`-j 2\`, from V8's
profiles of the very program that is measured, laid over what it takes without them; \`node -e 0\` is part
of the start. Medians; before: ${buildText(named("before"))}, after: ${buildText(named("after"))}; ${machineText()}, one minute's load when a row began: ${Math.min(...loads)} to ${Math.max(...loads)}.
"waiting" is the main thread's, of the wall time.

| what | ${head.join(" | ")} |
|---|${"--:|".repeat(head.length)}
${rows.map(([what, found]) => lineOf(what, found)).join("\n")}
${MARKS[1]}
`;
}
