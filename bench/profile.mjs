/**
 * Where a run spends its time: V8's profiles of all threads, each sample put down to a step by the
 * function at work, with source maps of the very program that is measured.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join } from "node:path";
import { measureRun, median } from "./measure.mjs";

/** The steps, in the order of the table. */
export const STEPS = [
  "start",
  "index",
  "read",
  "inflate",
  "CRC",
  "hash",
  "parse",
  "rules",
  "report",
  "plan",
  "deflate",
  "write",
  "garbage",
  "other",
];

/**
 * Node's functions that do one step whoever calls them: name, file, step.
 * @type {readonly (readonly [RegExp, RegExp, string])[]}
 */
const NATIVE = [
  [/^crc32$/, /^node:zlib|^$/, "CRC"],
  [/^(update|digest|Hash|hash)$/, /^node:internal\/crypto\/hash/, "hash"],
  [/^(read|readSync|readFileSync|openSync|fstatSync)$/, /^node:fs/, "read"],
  [/^(write|writeSync|copyFileSync|copyFile|fsyncSync|renameSync)$/, /^node:fs/, "write"],
];

/**
 * Sources of the project by step, the first that fits.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const SOURCES = [
  [/^src\/(cli|start|load|program|version)\.ts|^src\/commands\/|node_modules\//, "start"],
  [/^src\/node\/(compiled-code|io|terminal|cleanup|find-config)\.ts/, "start"],
  [/^src\/zip\/(deflate|draft|writer)/, "deflate"],
  [/^src\/node\/(deflate|splice-member|spool)\.ts/, "deflate"],
  [/^src\/zip\//, "index"],
  [/^src\/(elf|macho|pe)\/(edit|cut|strip|verify)\//, "plan"],
  [/^src\/rewrite\.ts/, "plan"],
  [/^src\/(elf|macho|pe|audit\/inspect)\//, "parse"],
  [/^src\/(struct|source|formats?|symbol-hash|bytes)\.ts/, "parse"],
  [/^src\/(wheel|audit|policy)\//, "rules"],
  [/^src\/report\//, "report"],
  [/^src\/(repair|edit)\//, "plan"],
];

/** The program of the checkout `root` with source maps, built in `folder` where it is not there yet. */
export function buildMapped(root, folder) {
  const out = join(folder, "dist");
  const isBuilt = () =>
    ["cli.cjs", "cli.js"].map((name) => join(out, "src", name)).find(existsSync);
  const known = isBuilt();
  if (known !== undefined) return known;
  mkdirSync(folder, { recursive: true });
  const script = join(root, "scripts", "build.mjs");
  const built = spawnSync(process.execPath, [script, "--no-types", "--maps", "--out", out], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
  symlinkSync(realpathSync(join(root, "node_modules")), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const cli = isBuilt();
  if (cli === undefined) throw new Error(`${root} was not built`);
  return cli;
}

/**
 * Milliseconds of one command: by step on threads with JavaScript, `node -e 0` as part of the start;
 * of the main thread's `waiting`; of `natives`, the threads without JavaScript (zlib's, V8's); in all.
 */
export function profile(python, cli, args, { rounds = 3, clean = () => {} } = {}) {
  const base = medianOf(rounds + 2, () => measureRun(python, [process.execPath, "-e", "0"]).cpu);
  const bare = [];
  for (let round = 0; round <= rounds; round++) {
    clean();
    const run = measureRun(python, [process.execPath, cli, ...args]);
    if (run.status > 1) throw new Error(`\`${args.join(" ")}\` ended with status ${run.status}`);
    if (round > 0) bare.push(run);
  }
  const profiles = [];
  // Of one name for all: compiled code is kept for the very options of Node.
  const samples = join(dirname(cli), "samples");
  const options = ["--cpu-prof", "--cpu-prof-interval", "250", "--cpu-prof-dir", samples];
  // The first runs compile: what they keep is not that of runs without a profile.
  for (let round = 0; round < rounds + 2; round++) {
    clean();
    rmSync(samples, { recursive: true, force: true });
    measureRun(python, [process.execPath, ...options, cli, ...args]);
    if (round >= 2) profiles.push(stepsOf(samples));
  }
  profiles.sort((a, b) => a.total - b.total);
  const steps = profiles[0].steps;
  const wall = median(bare.map((run) => run.wall));
  const cpu = median(bare.map((run) => run.cpu));
  // A profile slows its run: its shares are laid over what the run takes without it.
  const { waiting } = steps;
  const scripted = Object.values(steps).reduce((sum, ms) => sum + ms, 0) - waiting;
  const scale = Math.min(1, (cpu - base) / scripted);
  const shares = Object.fromEntries(STEPS.map((step) => [step, (steps[step] ?? 0) * scale]));
  shares.start += base;
  return { shares, waiting, natives: cpu - base - scripted * scale, wall, cpu };
}

function medianOf(count, measure) {
  return median(Array.from({ length: count }, measure));
}

/** All threads together; `waiting` is that of the main thread. */
function stepsOf(folder) {
  const steps = { waiting: 0 };
  let total = 0;
  const files = readdirSync(folder).sort();
  for (const file of files) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const parents = new Map();
    for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node.id);
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const known = new Map();
    const isMain = /\.0\.\d+\.cpuprofile$/.test(file);
    samples.forEach((id, at) => {
      const step = known.get(id) ?? stepOf(id, byId, parents);
      known.set(id, step);
      const ms = timeDeltas[at] / 1000;
      if (step === "waiting" && !isMain) return;
      steps[step] = (steps[step] ?? 0) + ms;
      if (step !== "waiting") total += ms;
    });
  }
  return { steps, total };
}

/** The step of a sample, from the function at work outwards. */
function stepOf(leaf, byId, parents) {
  const { functionName } = byId.get(leaf).callFrame;
  if (functionName === "(idle)") return "waiting";
  if (functionName === "(garbage collector)") return "garbage";
  let zlib = false;
  let deep = false;
  for (let id = leaf; id !== undefined; id = parents.get(id)) {
    const frame = byId.get(id).callFrame;
    const native = NATIVE.find(
      ([name, url]) => name.test(frame.functionName) && url.test(frame.url),
    );
    if (native !== undefined && !startsUp(id, byId, parents)) return native[2];
    if (frame.url === "node:zlib") zlib = true;
    if (/^(compileForInternalLoader|requireBuiltin|Script)$/.test(frame.functionName))
      return "start";
    const source = sourceOf(frame);
    if (source === undefined) continue;
    deep = true;
    if (zlib) return /deflate/i.test(source) ? "deflate" : zlibStep(id, byId, parents);
    const found = SOURCES.find(([path]) => path.test(source));
    if (found !== undefined) return found[1];
  }
  if (zlib) return "inflate";
  return deep ? "other" : outside(leaf, byId, parents);
}

function zlibStep(id, byId, parents) {
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const source = sourceOf(byId.get(at).callFrame);
    if (source !== undefined && /deflate\.ts|assemble|encode|content\.ts/.test(source))
      return "deflate";
  }
  return "inflate";
}

/** Hashing and reading the program itself. */
function startsUp(id, byId, parents) {
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const source = sourceOf(byId.get(at).callFrame);
    if (source !== undefined) return /compiled-code\.ts|cli\.ts|load\.ts/.test(source);
  }
  return true;
}

function outside(leaf, byId, parents) {
  for (let id = leaf; id !== undefined; id = parents.get(id)) {
    const { url, functionName } = byId.get(id).callFrame;
    if (/internal\/(modules|bootstrap|main|process\/(pre|esm))/.test(url)) return "start";
    if (functionName === "(program)") return "other";
  }
  return "other";
}

const maps = new Map();
/** The project's file that a frame is from. */
function sourceOf({ url, lineNumber, columnNumber }) {
  if (!/dist\/(src|workers)\//.test(url)) return undefined;
  const path = url.replace(/^file:\/\//, "");
  if (!maps.has(path)) {
    const map = `${path}.map`;
    maps.set(
      path,
      existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, "utf8"))) : undefined,
    );
  }
  const found = maps.get(path)?.findEntry(lineNumber, columnNumber);
  return /(?:node_modules|src|workers)\/.*$/.exec(found?.originalSource ?? "")?.[0];
}
