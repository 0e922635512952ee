/**
 * `npm run bench`: audits, `unzip -tq` and `node -e 0` on the same wheels in one run, interleaved: medians
 * of wall time, processor time and peak memory, and beside them what the project wants.
 *
 * Each wheel is kept in the cache as soon as it is measured. A wheel that this very build was measured on is
 * left out unless `--again` is given, and no other is begun after `--seconds N`: the same command goes on
 * where it stopped. `--only TEXT` takes some wheels; `--write` writes `docs/benchmarks.md` from all that is
 * kept, and `--rounds 0` does only that. `--peers` is `bench/peers.mjs`, all tools for all platforms;
 * `--profile` says where the time goes (`bench/profile-page.mjs`).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { programDigest } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { measureRun, median } from "./measure.mjs";
import { benchmarkPage, printTable } from "./page.mjs";
import { profilePage, withProfile } from "./profile-page.mjs";
import {
  buildText,
  builtProgram,
  commitOf,
  here,
  keptResults,
  loadNow,
  machineText,
  pinned,
  python,
  timeLeft,
} from "./setup.mjs";
import { syntheticWheel } from "./synthetic.mjs";

/** Wheels of the corpus, by the start of the file name, smallest first. */
const WHEELS = [
  "wrapt-2.0.1-",
  "psutil-7.0.0-cp36-abi3-manylinux",
  "greenlet-3.2.3-cp312-cp312-manylinux_2_24_x86_64",
  "pydantic_core-2.33.2-cp312-cp312-manylinux_2_17_s390x",
  "psycopg2_binary-2.8.6-",
  "cryptography-45.0.6-cp311-abi3-manylinux",
  "grpcio-1.74.0-cp312-cp312-manylinux",
  "ruff-0.15.5-py3-none-manylinux_2_31_riscv64",
  "numpy-1.26.4-",
  "ortools-9.12.4544-",
  "scipy-1.17.1-",
  "pyarrow-21.0.0-",
  "opencv_python_headless-",
  "triton-3.4.0-",
  "tensorflow_cpu-2.20.0-",
];
/** Bytes. Of larger wheels two rounds are enough; of gigabytes that are only read, one without warming. */
const LARGE = 100e6;
const HUGE = 1e9;
/** Seconds that a round takes, and a byte in a round: more than on a quick machine, so that parts end in time. */
const ROUND = 1;
const BYTE = 0.1e-6;
const SYNTHETIC = "a synthetic zip64 wheel, 5 GiB";
const MODULE_WHEEL = "greenlet-3.2.3-cp312-cp312-manylinux_2_24_x86_64";

if (process.argv.includes("--peers")) {
  const rest = process.argv.slice(2).filter((each) => each !== "--peers");
  const { status } = spawnSync(process.execPath, [here("peers.mjs"), ...rest], {
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    seconds: { type: "string", default: "1e9" },
    again: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    // With --profile: another checkout beside this one.
    before: { type: "string" },
    // Only the wheels, or the builds of a profile.
    prepare: { type: "boolean", default: false },
  },
});
if (options.profile) {
  await profilePage(options);
  process.exit(0);
}
const rounds = Number(options.rounds);
const inTime = timeLeft(options.seconds);
const cli = builtProgram();
const build = programDigest(cli);
const commit = commitOf(cli);
const { results, keep } = keptResults("audits");
const node = [process.execPath, "-e", "0"];
const list = pinned("wheels");
const wheels = WHEELS.map((start) => list.find(({ file }) => file.startsWith(start)));
let left = 0;
await kept("--version", 0, async () => ({
  node,
  version: [process.execPath, cli, "--version"],
}));
for (const wheel of wheels) {
  await kept(wheel.file, wheel.size, async () => audits(await fetchWheel(python, wheel)));
}
await kept(SYNTHETIC, 5 * 2 ** 30, async () =>
  audits(syntheticWheel(await moduleOf(MODULE_WHEEL))),
);
if (left > 0) console.log(`${left} wheels are left: run the same command again`);
if (options.write) {
  const names = ["--version", ...wheels.map(({ file }) => file), SYNTHETIC];
  const found = names.flatMap((name) => results[name] ?? []);
  const unzip = execFileSync("unzip", ["-v"], { encoding: "utf8" }).split(" ")[1];
  const page = benchmarkPage(found, { unzip, text: `${buildText(found)}; ${machineText()}` });
  writeFileSync(here("../docs/benchmarks.md"), withProfile(page));
  console.log("wrote docs/benchmarks.md");
}

/** Measures what is not yet known of this build, as long as there is time. */
async function kept(name, size, subjects) {
  if (rounds === 0 || !name.includes(options.only)) return;
  if (results[name]?.build === build && !options.again) return;
  if (options.prepare) {
    await subjects();
    return;
  }
  if (!inTime(roundsOf(size) * (ROUND + size * BYTE))) {
    left++;
    return;
  }
  const commands = await subjects();
  const load = loadNow();
  results[name] = { file: name, size, build, commit, load, ...measure(commands, size) };
  keep();
  printTable([results[name]]);
}

/** With the one that warms. */
function roundsOf(size) {
  return size > HUGE ? 1 : 1 + (size > LARGE ? Math.min(2, rounds) : rounds);
}

function audits(path) {
  const audit = [process.execPath, cli, "audit", "--no-config"];
  return {
    node,
    unzip: ["unzip", "-tq", path],
    audit1: [...audit, "-j", "1", path],
    audit2: [...audit, "-j", "2", path],
    audit4: [...audit, "-j", "4", path],
    noHash1: [...audit, "--no-hash", "-j", "1", path],
    noHash2: [...audit, "--no-hash", "-j", "2", path],
  };
}

function measure(subjects, size) {
  const runs = {};
  const count = roundsOf(size) - Number(size <= HUGE);
  // Round 0 warms the page cache and is not counted.
  for (let round = size > HUGE ? 1 : 0; round <= count; round += 1) {
    for (const [name, command] of Object.entries(subjects)) {
      // With four threads only the memory is of interest.
      if (name === "audit4" && round !== 1) continue;
      const run = measureRun(python, command);
      if (run.status !== 0 && run.status !== 1) {
        throw new Error(`\`${command.join(" ")}\` ended with status ${run.status}`);
      }
      if (round > 0) {
        runs[name] ??= [];
        runs[name].push(run);
      }
    }
  }
  const result = { rounds: count, wall: {}, cpu: {}, peak: {} };
  for (const [name, each] of Object.entries(runs)) {
    for (const unit of ["wall", "cpu"]) result[unit][name] = median(each.map((run) => run[unit]));
    result.peak[name] = Math.max(...each.map(({ peak }) => peak));
  }
  return result;
}

async function moduleOf(start) {
  const wheel = list.find(({ file }) => file.startsWith(start));
  const path = await fetchWheel(python, wheel);
  const names = execFileSync("unzip", ["-Z1", path], { encoding: "utf8" }).split("\n");
  const name = names.find((member) => member.endsWith(".so"));
  if (name === undefined) throw new Error(`no module in ${wheel.file}`);
  const bytes = execFileSync("unzip", ["-p", path, name], { maxBuffer: 1 << 28 });
  return { name: name.slice(name.lastIndexOf("/") + 1), bytes };
}
