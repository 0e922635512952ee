/**
 * `node bench/counts.mjs`: inputs that have very much of one thing, against the limits of every command:
 * 5 seconds and 300 MB. They are built by `test/support/large-inputs.ts` into the cache. `--only TEXT`
 * takes some of them, `--write` writes `docs/benchmarks-counts.md`. What this build was measured on is left out
 * unless `--again` is given, and nothing is begun after `--seconds N`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build as bundle } from "esbuild";
import { cacheFolder, programDigest } from "../corpus/cache.mjs";
import { measureRun } from "./measure.mjs";
import {
  builtProgram,
  here,
  keptResults,
  machineText,
  python,
  seconds,
  timeLeft,
} from "./setup.mjs";

const SECONDS = 5;
const MEGABYTES = 300;

/** What it has, the builder and its arguments. Wheels get all commands, libraries those that read them. */
/** @type {readonly (readonly [string, string, ...(number | boolean)[]])[]} */
const INPUTS = [
  ["1,500 ELF libraries that each need 1,500", "elfNeeds", 1500],
  ["1,500 dylibs that each load 1,500", "machoLoads", 1500, 4],
  ["300 dylibs that each load 300 by 1,000 run paths", "machoLoads", 300, 1000],
  ["1,500 DLLs that each import from 1,500", "peImports", 1500],
  ["1,000,000 ELF symbols", "elfSymbols", 1_000_000, 8],
  ["199,000 ELF symbols of 300 bytes", "elfSymbols", 199_000, 300],
  ["1,000,000 Mach-O symbols", "machoSymbols", 6],
  ["1,000,000 PE imports", "peSymbols", 1_000_000, 10, false],
  ["65,000 PE exports, all forwarders", "peSymbols", 10, 65_000, true],
  ["150,000 members with 300 bytes of extra data", "extraData", 150_000, 300],
  ["15,000 members with paths of 4 KB", "longPaths", 15_000, 4000],
  ["100,000 broken ELF files", "brokenElf", 100_000],
];
const OF_WHEELS = [
  "audit --exit-zero X",
  "audit --exit-zero -f json X",
  "show X",
  "show -v X",
  "show -f json X",
  "show --imports --exports -f json X",
  "diff X X",
  "repair -n X",
  "tags -n --python-tag +py2 X",
];
const OF_LIBRARIES = [
  "show X",
  "show --exports X",
  "show --exports -f json X",
  "show --imports X",
  "show --imports --exports -f json X",
];

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    command: { type: "string", default: "" },
    seconds: { type: "string", default: "1e9" },
    again: { type: "boolean", default: false },
    prepare: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const cli = builtProgram();
const folder = join(cacheFolder(), "bench", "counts");
const { results, keep } = keptResults("counts");
const inTime = timeLeft(options.seconds);
const build = programDigest(cli);
const builders = await bundled();
let left = 0;
for (const [what, builder, ...args] of INPUTS) {
  if (!what.includes(options.only)) continue;
  const path = inputOf(builder, args);
  if (options.prepare) continue;
  const lines = path.endsWith(".whl") ? OF_WHEELS : OF_LIBRARIES;
  for (const line of lines.filter((each) => each.includes(options.command))) {
    const argv = line.split(" ").map((word) => (word === "X" ? path : word));
    if (results[what]?.[line]?.build === build && !options.again) continue;
    if (!inTime()) {
      left++;
      continue;
    }
    const run = measureRun(python, [process.execPath, cli, ...argv]);
    results[what] = { ...results[what], [line]: { ...run, build } };
    keep();
    const over = run.wall > 1000 * SECONDS || peakOf(run) > MEGABYTES ? "OVER" : "";
    console.log(
      `${what} | ${line} | ${seconds(run.wall)}, processor ${seconds(run.cpu)}, ${peakOf(run)} MB, status ${run.status} ${over}`,
    );
  }
}
if (left > 0) console.log(`${left} commands are left: run the same command again`);
if (options.write) writePage();

/** The builders of the tests, for Node. */
async function bundled() {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, "large-inputs.mjs");
  const entryPoints = [here("../test/support/large-inputs.ts")];
  await bundle({ entryPoints, outfile, bundle: true, platform: "node", format: "esm" });
  return await import(pathToFileURL(outfile).href);
}

/** Built once. */
function inputOf(builder, args) {
  const inside = join(folder, [builder, ...args].join("-"));
  const named = join(inside, "name");
  if (!existsSync(named)) {
    rmSync(inside, { recursive: true, force: true });
    mkdirSync(inside, { recursive: true });
    const { name, bytes } = builders[builder](...args);
    writeFileSync(join(inside, name), bytes);
    writeFileSync(named, name);
  }
  return join(inside, readFileSync(named, "utf8"));
}

function writePage() {
  const rows = INPUTS.flatMap(([what]) => {
    return Object.entries(results[what] ?? {}).map(
      ([line, run]) =>
        `| ${what} | \`${line}\` | ${mark(seconds(run.wall), run.wall > 1000 * SECONDS)} | ${seconds(run.cpu)} | ${mark(`${peakOf(run)} MB`, peakOf(run) > MEGABYTES)} |`,
    );
  });
  const page = here("../docs/benchmarks-counts.md");
  writeFileSync(
    page,
    `# Very much of one thing

Written by \`node bench/counts.mjs --write\`; do not edit by hand.

Inputs that no one publishes, built by \`test/support/large-inputs.ts\`. Every command should end within
${SECONDS} seconds and ${MEGABYTES} MB, however it ends. ${machineText()}; one run each.

| input | command | wall | processor | peak |
|---|---|--:|--:|--:|
${rows.join("\n")}
`,
  );
  console.log(`wrote ${page}`);
}

/** In 10^6 bytes. */
function peakOf({ peak }) {
  return Math.round((peak * 2 ** 20) / 1e6);
}

function mark(text, over) {
  return over ? `**${text}**` : text;
}
