/**
 * `node bench/counts.mjs`: inputs that have very much of one thing, against the limits of every command:
 * 5 seconds and 300 MB. They are listed in `counts-inputs.mjs` and built by `test/support/large-*.ts` into the cache. `--only TEXT`
 * takes some of them, `--write` writes `docs/benchmarks-counts.md`. What this build was measured on is left out
 * unless `--again` is given, and nothing is begun after `--seconds N`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build as bundle } from "esbuild";
import { cacheFolder, programDigest } from "../corpus/cache.mjs";
import { INPUTS, OF_LIBRARIES, OF_WHEELS } from "./counts-inputs.mjs";
import { measureRun } from "./measure.mjs";
import {
  buildText,
  builtProgram,
  commitOf,
  here,
  keptResults,
  loadNow,
  machineText,
  python,
  seconds,
  timeLeft,
} from "./setup.mjs";

const SECONDS = 5;
const MEGABYTES = 300;

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
const commit = commitOf(cli);
const builders = await bundled();
let left = 0;
for (const [what, builder, ...args] of INPUTS) {
  if (!what.includes(options.only)) continue;
  const path = inputOf(what, builder, args);
  if (options.prepare) continue;
  const lines = path.endsWith(".whl") ? OF_WHEELS : OF_LIBRARIES;
  for (const line of lines.filter((each) => each.includes(options.command))) {
    const argv = line.split(" ").map((word) => (word === "X" ? path : word));
    if (results[what]?.[line]?.build === build && !options.again) continue;
    if (!inTime()) {
      left++;
      continue;
    }
    const load = loadNow();
    const run = measureRun(python, [process.execPath, cli, ...argv]);
    results[what] = { ...results[what], [line]: { ...run, build, commit, load } };
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
  const outfile = join(folder, "builders.mjs");
  const files = ["inputs", "metadata", "tables"];
  const contents = files.map((name) => `export * from "./large-${name}.ts";`).join("\n");
  const stdin = { contents, resolveDir: here("../test/support") };
  await bundle({ stdin, outfile, bundle: true, platform: "node", format: "esm" });
  return await import(pathToFileURL(outfile).href);
}

/** Built once; with `in a wheel` behind its name the library is in one. */
function inputOf(what, builder, args) {
  const isInWheel = what.endsWith("in a wheel");
  const inside = join(folder, [builder, ...args, ...(isInWheel ? ["wheel"] : [])].join("-"));
  const named = join(inside, "name");
  if (!existsSync(named)) {
    rmSync(inside, { recursive: true, force: true });
    mkdirSync(inside, { recursive: true });
    const input = builders[builder](...args);
    const { name, bytes } = isInWheel ? builders.inWheel(input) : input;
    writeFileSync(join(inside, name), bytes);
    writeFileSync(named, name);
  }
  return join(inside, readFileSync(named, "utf8"));
}

function writePage() {
  const rows = INPUTS.flatMap(([what]) => {
    return Object.entries(results[what] ?? {}).map(
      ([line, run]) =>
        `| ${what} | \`${line}\` | ${mark(seconds(run.wall), run.wall > 1000 * SECONDS)} | ${mark(seconds(run.cpu), run.cpu > 1000 * SECONDS)} | ${mark(`${peakOf(run)} MB`, peakOf(run) > MEGABYTES)} |`,
    );
  });
  const runs = INPUTS.flatMap(([what]) => Object.values(results[what] ?? {}));
  const loads = runs.map(({ load }) => Number(load));
  const page = here("../docs/benchmarks-counts.md");
  writeFileSync(
    page,
    `# Very much of one thing

Written by \`node bench/counts.mjs --write\`; do not edit by hand.

Inputs that no one publishes, built by \`test/support/large-*.ts\`. Every command should end within
${SECONDS} seconds and ${MEGABYTES} MB, however it ends; what is over stands in bold. One run each; ${buildText(runs)}; ${machineText()}; one
minute's load when a run began: ${Math.min(...loads)} to ${Math.max(...loads)}.

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
