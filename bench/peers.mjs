/**
 * `npm run bench -- --peers`: wheelkit and the tools that it takes the place of, on the same wheels in
 * one run, in turn: auditwheel, delocate, delvewheel, and repairwheel, which repairs for all three.
 *
 * The wheels are pinned in `corpus/`. Their grafted libraries are taken out of them first, so that each
 * tool has the same work to do; `--prepare` does only that. `--platform NAME` takes one of linux, macos
 * and windows, `--only TEXT` some wheels, `--rounds N` another number than 3.
 *
 * What was measured is kept in the cache, wheel by wheel. A wheel that this very build was measured on is
 * left out unless `--again` is given, and no other is begun after `--seconds N`: the same command goes on
 * where it stopped. `--write` puts the tables into `docs/benchmarks-peers.md`; `--rounds 0` only does that.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, programDigest } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { quietEnvironment } from "../corpus/peer.mjs";
import { measureRun, median } from "./measure.mjs";
import { PLATFORMS } from "./peer-platforms.mjs";
import { peerProgram } from "./peer-tools.mjs";
import { writePeerTables } from "./peers-page.mjs";
import {
  builtProgram,
  keptResults,
  loadNow,
  machineText,
  pinned,
  python,
  timeLeft,
} from "./setup.mjs";

const { values: options } = parseArgs({
  options: {
    platform: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "1e9" },
    prepare: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const inTime = timeLeft(options.seconds);
/** Milliseconds. What takes longer runs once. */
const SLOW = 4000;
const cli = builtProgram();
const build = programDigest(cli);
const home = join(cacheFolder(), "bench", "peers");
const repairwheel = peerProgram();

let left = 0;
for (const name of options.platform === undefined ? Object.keys(PLATFORMS) : [options.platform]) {
  const platform = PLATFORMS[name];
  if (platform === undefined) {
    console.error(`error: \`--platform\` is one of ${Object.keys(PLATFORMS).join(", ")}`);
    process.exit(2);
  }
  const { results: rows, keep } = keptResults(`peers-${name}`);
  const wheels = pinnedOf(platform);
  for (const wheel of wheels.filter(({ file }) => file.includes(options.only))) {
    if (rounds === 0) break;
    const known = rows[wheel.file]?.build === build && !options.again;
    if (known && !options.prepare) continue;
    if (!inTime()) {
      left++;
      continue;
    }
    const inputs = await prepare(platform, wheel, join(home, name, wheel.file));
    if (options.prepare) continue;
    const measured = measureWheel(platform, inputs, join(home, name, "out"));
    const { file, size } = wheel;
    const machine = machineText();
    rows[file] = { file, size, build, rounds, machine, load: inputs.load, ...measured };
    keep();
    console.log(`${file}: measured`);
  }
  if (options.write) {
    const measured = wheels.flatMap(({ file }) => rows[file] ?? []);
    writePeerTables(name, platform, measured);
  }
}
if (left > 0) console.log(`${left} wheels are left: run the same command again`);

function pinnedOf({ list, wheels }) {
  const all = pinned(list);
  return wheels.map((start) => {
    const wheel = all.find(({ file }) => file.startsWith(start));
    if (wheel === undefined) throw new Error(`no pinned wheel begins with ${start}`);
    return wheel;
  });
}

/** The wheel as it was published, as it was before its libraries were grafted, and the folder of these. */
async function prepare(platform, wheel, folder) {
  const published = await fetchWheel(python, wheel);
  const [taken, lib] = [join(folder, "in"), join(folder, "lib")];
  const load = loadNow();
  if (!existsSync(join(folder, "done"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(taken, { recursive: true });
    execFileSync(python, platform.undo(published, taken, lib), { stdio: "pipe" });
    writeFileSync(join(folder, "done"), "");
    console.log(`${wheel.file}: taken apart`);
  }
  const [name] = readdirSync(taken);
  return { published, undone: join(taken, name), lib, load };
}

/** Audits are of the published wheel, where the peer looks at one; repairs of the one that was taken apart. */
function measureWheel(platform, { published, undone, lib }, out) {
  const env = platform.env(lib);
  const node = [process.execPath, cli];
  const audited = platform.auditsUndone === true ? undone : published;
  const subjects = {
    unzip: { command: ["unzip", "-tq", audited] },
    audit: { command: [...node, "audit", "--no-config", "-j", "2", audited] },
    peerAudit: { command: platform.audit(audited, lib), env },
    repair: {
      command: [...node, "repair", "--no-config", "-j", "2", "--ldpaths", lib, "-w", out, undone],
    },
    peerRepair: { command: platform.repair(undone, out, lib), env },
    repairwheel: { command: [repairwheel, "-o", out, "-l", lib, undone], env },
  };
  /** @type {Record<string, { list: any[], error?: string }>} */
  const runs = Object.fromEntries(Object.keys(subjects).map((name) => [name, { list: [] }]));
  // Round 0 warms the page cache with what is no peer's.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { command, env: own = {} }] of Object.entries(subjects)) {
      const peer = name === "repairwheel" || name.startsWith("peer");
      const state = runs[name];
      if (state.error !== undefined || (round === 0 && peer)) continue;
      if (state.list.some(({ wall }) => wall > SLOW)) continue;
      rmSync(out, { recursive: true, force: true });
      const run = measureRun(python, command, own);
      if (run.status !== 0 && !(name === "audit" && run.status === 1)) {
        state.error = errorOf(command, own, out);
      } else if (round > 0) {
        state.list.push({ ...run, size: sizeOf(out) });
      }
    }
  }
  rmSync(out, { recursive: true, force: true });
  return Object.fromEntries(
    Object.entries(runs).map(([name, { list, error }]) => [
      name,
      error === undefined ? medians(list) : { error },
    ]),
  );
}

function medians(list) {
  return {
    wall: median(list.map(({ wall }) => wall)),
    cpu: median(list.map(({ cpu }) => cpu)),
    peak: Math.max(...list.map(({ peak }) => peak)),
    size: list[0]?.size,
    runs: list.length,
  };
}

/** Bytes of the one wheel that a repair wrote. */
function sizeOf(folder) {
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).filter((name) => name.endsWith(".whl"));
  return names.length === 1 ? statSync(join(folder, names[0])).size : undefined;
}

/** What a command that fails says, on its last line that isn't a place in its source. */
function errorOf([program, ...args], own, out) {
  rmSync(out, { recursive: true, force: true });
  const run = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...quietEnvironment(), ...own },
    maxBuffer: 1 << 28,
  });
  const lines = `${run.stdout}\n${run.stderr}`.split("\n").map((line) => line.trim());
  const said = lines.findLast((line) => line !== "" && !/^(File "|\^+$|~)/.test(line));
  return said ?? `status ${run.status ?? run.signal}`;
}
