/**
 * `npm run bench`: wheelkit, auditwheel, `unzip -tq` and `node -e 0` on the same wheels in one run,
 * interleaved: medians of wall time, processor time and peak memory. `--write` writes `docs/benchmarks.md`.
 * `npm run bench -- --peers` is `bench/peers.mjs`: all tools for all platforms.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchWheel } from "../corpus/fetch.mjs";
import { auditwheelShow } from "../corpus/peer.mjs";
import { auditwheelVersion, findPython } from "../corpus/python.mjs";
import { measureRun, median } from "./measure.mjs";
import { benchmarkPage, printTable } from "./page.mjs";
import { profilePage, withProfile } from "./profile-page.mjs";
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
/** A round with auditwheel costs its time; above this size it runs once. */
const AUDITWHEEL_ONCE = 20e6;
const MODULE_WHEEL = "greenlet-3.2.3-cp312-cp312-manylinux_2_24_x86_64";

if (process.argv.includes("--peers")) {
  const rest = process.argv.slice(2).filter((each) => each !== "--peers");
  const peers = fileURLToPath(new URL("peers.mjs", import.meta.url));
  process.exit(spawnSync(process.execPath, [peers, ...rest], { stdio: "inherit" }).status ?? 1);
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
    "no-peer": { type: "boolean", default: false },
    "no-synthetic": { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    json: { type: "string" },
    // Where the time goes, instead of how much there is; beside another checkout.
    profile: { type: "boolean", default: false },
    before: { type: "string" },
  },
});
const rounds = Number(options.rounds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
const list = JSON.parse(readFileSync(here("../corpus/wheels.json"), "utf8"));
const python = findPython();

if (options.profile) {
  await profilePage(python, list, options);
  process.exit(0);
}
const load = loadavg()[0].toFixed(1);
const results = [];
for (const start of WHEELS) {
  if (options.only !== undefined && !start.includes(options.only)) {
    continue;
  }
  const wheel = list.find(({ file }) => file.startsWith(start));
  results.push(measure(wheel.file, wheel.size, await fetchWheel(python, wheel), true));
}
if (!options["no-synthetic"]) {
  const path = syntheticWheel(await moduleOf(MODULE_WHEEL));
  results.push(measure("a synthetic zip64 wheel, 5 GiB", 5 * 2 ** 30, path, false));
}
const machine = {
  cores: Number(execFileSync("nproc", { encoding: "utf8" })),
  cpu: /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "unknown",
  node: process.version,
  auditwheel: auditwheelVersion(python),
  unzip: execFileSync("unzip", ["-v"], { encoding: "utf8" }).split(" ")[1],
  rounds,
  load,
};
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ machine, results }, null, 1)}\n`);
}
if (options.write) {
  writeFileSync(here("../docs/benchmarks.md"), withProfile(benchmarkPage(results, machine)));
  console.log("wrote docs/benchmarks.md");
}

function measure(file, size, path, withPeer) {
  const audit = [process.execPath, cli, "audit", "--no-config"];
  const subjects = {
    node: [process.execPath, "-e", "0"],
    unzip: ["unzip", "-tq", path],
    audit1: [...audit, "-j", "1", path],
    audit2: [...audit, "-j", "2", path],
    noHash1: [...audit, "--no-hash", "-j", "1", path],
    noHash2: [...audit, "--no-hash", "-j", "2", path],
  };
  if (withPeer && !options["no-peer"]) {
    subjects.auditwheel = auditwheelShow(python, path);
  }
  const runs = {};
  // Gigabytes that are only read and hashed take the same time each time.
  const count = size > 1e9 ? 1 : rounds;
  for (let round = 0; round <= count; round += 1) {
    for (const [name, command] of Object.entries(subjects)) {
      const slow = name === "auditwheel" && round > (size > AUDITWHEEL_ONCE ? 1 : 3);
      // Round 0 warms the page cache and is not counted; auditwheel does not need it.
      if (slow || (name === "auditwheel" && round === 0)) {
        continue;
      }
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
  const result = { file, size, wall: {}, cpu: {}, peak: {} };
  for (const [name, list] of Object.entries(runs)) {
    for (const unit of ["wall", "cpu", "peak"]) {
      result[unit][name] = median(list.map((run) => run[unit]));
    }
  }
  printTable([result]);
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
