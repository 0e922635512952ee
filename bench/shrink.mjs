/**
 * `node bench/shrink.mjs`: shrinks published CUDA wheels, step by step, beside `unzip -tq` of each.
 *
 * `--only a,b` takes the wheels whose names begin so, `--steps "strip;default"` some of the steps,
 * `--keep FOLDER` leaves each result in a folder of its step there, `--write` writes
 * `docs/benchmarks-shrink.md` from everything that was measured so far. Wheels are fetched into the
 * cache; `npm run build` comes first. All of it takes hours of processor time.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { npmWheel } from "../corpus/npm-wheel.mjs";
import { measureRun } from "./measure.mjs";
import {
  builtProgram,
  here,
  inWorkFolder,
  loadNow,
  machineText,
  pinned,
  python,
} from "./setup.mjs";

const CLI = builtProgram();
const { wheels } = pinned("shrink-wheels");
const ARCHS = "sm_80,sm_90,sm_100,sm_120";

/** By the name of their column. */
const STEPS = {
  strip: ["--strip"],
  default: [],
  "driver 550": ["--min-driver", "550"],
  "driver 550, best": ["--min-driver", "550", "--level", "best"],
  "4 GPUs": ["--keep-archs", ARCHS, "--ptx", "newest"],
  "4 GPUs, 550, best": [
    ...["--keep-archs", ARCHS, "--ptx", "newest"],
    ...["--min-driver", "550", "--level", "best"],
  ],
};

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    steps: { type: "string", default: Object.keys(STEPS).join(";") },
    keep: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const store = join(cacheFolder(), "bench-shrink.json");
const chosen = wheels.filter(({ file }) =>
  values.only.split(",").some((name) => file.startsWith(name)),
);
for (const wheel of chosen) {
  const path = await (wheel.npm === undefined ? fetchWheel : npmWheel)(python, wheel);
  const original = originalOf(path);
  for (const step of values.steps.split(";")) {
    const measured = await measureStep(path, step);
    remember(wheel.file, original, step, measured);
    console.log(wheel.file, step, JSON.stringify(measured));
  }
}
if (values.write) writeFileSync(here("../docs/benchmarks-shrink.md"), page(measuredSoFar()));

function measuredSoFar() {
  return existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : {};
}

/** Two runs over different wheels or steps may go on at the same time: each adds to what is there. */
function remember(file, original, step, measured) {
  const known = measuredSoFar();
  const steps = { ...known[file]?.steps, [step]: measured };
  known[file] = { ...original, steps };
  writeFileSync(`${store}.${process.pid}`, JSON.stringify(known, undefined, 1));
  renameSync(`${store}.${process.pid}`, store);
}

function originalOf(path) {
  const unzip = measureRun(python, ["unzip", "-tq", path]);
  return { packed: statSync(path).size, size: installed(path), unzip: unzip.cpu };
}

function installed(path) {
  const script =
    "import sys, zipfile; print(sum(i.file_size for i in zipfile.ZipFile(sys.argv[1]).infolist()))";
  return Number(execFileSync(python, ["-c", script, path], { encoding: "utf8" }));
}

function measureStep(path, step) {
  return inWorkFolder("shrink", (folder) => {
    const [results, report] = [join(folder, "results"), join(folder, "report.json")];
    const output = ["-w", results, "-f", `json=${report}`];
    const command = [process.execPath, CLI, "shrink", ...STEPS[step], ...output, path];
    const { status, wall, cpu, peak } = measureRun(python, command);
    if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}`);
    const [file] = readdirSync(results);
    const result = join(results, file);
    execFileSync("unzip", ["-tq", result]);
    const sizes = { packed: statSync(result).size, size: installed(result) };
    const measured = { ...sizes, wall, cpu, peak, gains: gainsOf(report) };
    if (values.keep !== undefined) {
      const keep = join(values.keep, step);
      mkdirSync(keep, { recursive: true });
      renameSync(result, join(keep, file));
    }
    return measured;
  });
}

/** What the report says that each part of the work gained. */
function gainsOf(report) {
  const { wheels } = JSON.parse(readFileSync(report, "utf8"));
  return Object.fromEntries(wheels[0].steps.map(({ step, gained }) => [step, gained]));
}

function megabytes(bytes) {
  const value = bytes / 1e6;
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

function page(known) {
  const measured = wheels.filter(({ file }) => known[file] !== undefined);
  const names = Object.keys(STEPS);
  const sizes = measured.map(({ file }) => {
    const { packed, size, steps } = known[file];
    const { reference = {} } = wheels.find((wheel) => wheel.file === file);
    const cells = names.map((name) => {
      const step = steps[name];
      if (step === undefined) return "";
      const own = `${megabytes(step.packed)} / ${megabytes(step.size)}`;
      return reference[name] === undefined ? own : `${own} (${reference[name].join(" / ")})`;
    });
    return `| ${title(file)} | ${megabytes(packed)} / ${megabytes(size)} | ${cells.join(" | ")} |`;
  });
  const times = measured.map(({ file }) => {
    const { packed, unzip, steps } = known[file];
    const cells = names.map((name) => {
      const step = steps[name];
      if (step === undefined) return "";
      const each = step.cpu / 1000 / (packed / 1e8);
      return `${(step.cpu / 1000).toFixed(0)} s, ${(step.cpu / unzip).toFixed(0)} ×, ${each.toFixed(0)} s, ${step.peak.toFixed(0)} MiB`;
    });
    return `| ${title(file)} | ${(unzip / 1000).toFixed(1)} s | ${cells.join(" | ")} |`;
  });
  const head = `| wheel | {} | ${names.join(" | ")} |\n|---|--:|${"--:|".repeat(names.length)}`;
  return `# Shrinking published CUDA wheels

Written by \`node bench/shrink.mjs --write\`; do not edit by hand. Sizes in MB (10^6), download / installed.
${machineText()}; one minute's load at the end: ${loadNow()}.

* strip: \`--strip\`
* default: no options: nothing is lost, and no newer driver is needed
* driver 550: \`--min-driver 550\`, at \`--level fast\`
* driver 550, best: the same at \`--level best\`
* 4 GPUs: \`--keep-archs ${ARCHS} --ptx newest\`, otherwise as default
* 4 GPUs, 550, best: the same with \`--min-driver 550 --level best\`

In parentheses: what a prototype with native zstd reached; with 4 GPUs it stripped nothing.

${head.replace("{}", "published")}
${sizes.join("\n")}

Where a figure misses the prototype's by more than 5 %, \`--level fast\` explains it: it takes zstd at level 8 or 9; on
samples, level 19 left 11 to 15 % less for 7 to 20 times the time, level 16 some 8 to 12 % less for 4 to 9 times, and
levels 12 to 14 up to 7 % less for 2 to 5 times. An empty cell was not measured. Cells were measured
with builds of different hours, beside other work on the same machine: sizes don't depend on that, but processor time
is the higher for it, and some peaks are those of builds that held more memory.

What must hold besides: \`node corpus/shrink.mjs --shrunk FOLDER\` compares what NVIDIA's cuobjdump takes out of
each library before and after; \`python corpus/shrink-load.py WHEEL [SCRIPT]\` loads every library without a GPU, with
a stand-in for the CUDA runtime that walks each fat binary that is registered, or runs a script on the CPU.

## Processor time and memory

Processor time over all threads; the factor to \`unzip -tq\`; seconds per 100 MB of download; peak memory.

${head.replace("{}", "unzip -tq")}
${times.join("\n")}
`;
}

function title(file) {
  return file.split("-").slice(0, 2).join(" ");
}
