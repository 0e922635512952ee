/**
 * Edits the wheels of `edit-wheels.json` in five ways and asks others what they think of the
 * results: Python's zipfile (only what was planned differs), packaging, pip, uv, and wheelkit's own
 * audit (no new finding). Then edits back: METADATA and RECORD must be the original bytes.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { programDigest } from "./cache.mjs";
import { INSTALL_ARGS, installWheels } from "./edit-install.mjs";
import { editPage } from "./edit-page.mjs";
import { fetchWheel, parseFileName } from "./fetch.mjs";
import { findPython } from "./python.mjs";

const USAGE = `Usage: node corpus/edit.mjs [--only TEXT] [--list FILE] [--no-install] [--json FILE] [--slice N/M]

  --only TEXT   wheels whose file name contains TEXT
  --list FILE   another list than corpus/edit-wheels.json
  --no-install  leave pip and uv out
  --json FILE   write all results to FILE, beside those that it has of other wheels and this build
  --slice N/M   the Nth of M parts of the list, from 1 on

Exit status: 0 all as planned, 1 not, 3 a wheel could not be fetched
`;
const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    list: { type: "string" },
    "no-install": { type: "boolean", default: false },
    json: { type: "string" },
    slice: { type: "string", default: "1/1" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
const python = findPython();
const work = mkdtempSync(join(tmpdir(), "wheelkit-edit-"));
const PROBE = join(work, "probe.txt");
/** A marker that never holds, so that no installer looks for it. */
const REQUIREMENT = "wheelkit-probe>=1; python_version < '2'";
const INFO = ["METADATA", "RECORD", "RECORD.jws", "RECORD.p7s"].map(
  (name) => `*.dist-info/${name}`,
);

/** Edits; `planned` tells which members may differ, `back` the arguments that take it back. */
const PLANS = [
  {
    name: "--post",
    args: ["--post"],
    planned: ({ names }) => [...INFO, ...sboms(names)],
    // What isn't written as in the file name can't be asked for.
    back: ({ file, fields }) => {
      const { version } = parseFileName(file);
      return fields.Version?.[0] === version ? ["--version", version] : undefined;
    },
  },
  {
    name: "--add-requires",
    args: ["--add-requires", REQUIREMENT],
    planned: () => INFO,
    back: () => ["--remove-requires", "wheelkit-probe"],
  },
  {
    name: "--requires-python",
    args: ["--requires-python", ">=2.7,<4.5"],
    planned: () => INFO,
    back: ({ fields }) =>
      restore(fields, "Requires-Python", (value) => ["--requires-python", value]),
  },
  {
    name: "--set",
    args: ["--set", "Maintainer=A Probe"],
    planned: () => INFO,
    back: ({ fields }) =>
      restore(fields, "Maintainer", (value) => ["--set", `Maintainer=${value}`]),
  },
  {
    name: "--add-file",
    args: ["--add-file", `${PROBE}=wheelkit_probe/__init__.py`],
    planned: () => [...INFO, "wheelkit_probe/__init__.py"],
    back: () => ["--remove-file", "wheelkit_probe/__init__.py"],
  },
];

const all = JSON.parse(readFileSync(options.list ?? here("edit-wheels.json"), "utf8"));
const [slice, slices] = options.slice.split("/").map(Number);
const build = programDigest(cli);
/** Of earlier runs of this build with the same file. */
const known =
  options.json !== undefined && existsSync(options.json)
    ? JSON.parse(readFileSync(options.json, "utf8")).filter((row) => row.build === build)
    : [];
const started = Date.now();
const checker = startChecker();
const rows = [];
let unfetched = 0;
try {
  writeFileSync(PROBE, "# probe\n");
  for (const [index, wheel] of all.entries()) {
    if (!wheel.file.includes(options.only) || index % slices !== slice - 1) continue;
    try {
      rows.push({ ...wheel, path: await fetchWheel(python, wheel), edits: 0, restored: 0 });
    } catch (error) {
      unfetched++;
      console.log(`${wheel.file}: not fetched: ${error.message}`);
    }
  }
  const audits = auditOf(rows.map(({ path }) => path));
  for (const row of rows) {
    Object.assign(row, await checker.ask({ metadata: row.path }), { problems: [], refusals: [] });
    row.audit = audits.get(row.file);
  }
  for (const plan of PLANS) {
    console.log(`${plan.name} (${seconds()} s)`);
    await runPlan(plan);
  }
  if (!options["no-install"]) {
    console.log(`pip and uv (${seconds()} s)`);
    const out = freshFolder("all");
    const results = edit(rows, INSTALL_ARGS, out);
    installWheels(python, work, rows, results);
  }
} finally {
  checker.end();
  rmSync(work, { recursive: true, force: true });
}
const problems = rows.flatMap(({ file, problems: found }) =>
  found.map((problem) => `${file}: ${problem}`),
);
for (const problem of problems) console.log(problem);
const sum = (key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
console.log(
  `${rows.length} wheels, ${sum("edits")} edits, ${sum("restored")} taken back, ` +
    `${sum("pip") + sum("uv")} installations, ${problems.length} problems, ${seconds()} s`,
);
const candidates = [...rows.map(result), ...known];
const merged = all.flatMap(({ file }) => candidates.find((row) => row.file === file) ?? []);
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify(merged, null, 1)}\n`);
}
if (merged.length === all.length && options.list === undefined && !options["no-install"]) {
  writeFileSync(here("../docs/edit-corpus.md"), editPage(merged, PLANS));
  console.log("wrote docs/edit-corpus.md");
}
process.exitCode = problems.length > 0 ? 1 : unfetched > 0 ? 3 : 0;

/** Of a row what the page says. */
function result({ file, builder, edits, restored, errors, pip, uv, problems, refusals, refuses }) {
  return { file, build, builder, edits, restored, errors, pip, uv, problems, refusals, refuses };
}

async function runPlan(plan) {
  const report = (row, what, found) =>
    row.problems.push(...found.map((problem) => `${what}: ${problem}`));
  const out = freshFolder("out");
  const results = edit(rows, plan.args, out);
  const audits = auditOf([...results.values()].flatMap(({ path }) => path ?? []));
  const back = new Map();
  for (const row of rows) {
    const { path, error } = results.get(row.file) ?? { error: "no word of it" };
    if (path === undefined) {
      const expected = row.refuses?.[plan.name];
      if (expected !== undefined && error.includes(`[${expected}]`)) row.refusals.push(plan.name);
      else report(row, plan.name, [error]);
      continue;
    }
    row.edits++;
    report(
      row,
      plan.name,
      await checker.ask({ compare: [row.path, path], planned: plan.planned(row) }),
    );
    const now = await checker.ask({ metadata: path });
    report(
      row,
      plan.name,
      now.errors.filter((error) => !row.errors.includes(error)),
    );
    report(row, plan.name, newFindings(row.audit, audits.get(basename(path)), row.file, path));
    // What was signed can't come back.
    const args = row.names.some((name) => name.endsWith("/RECORD.jws"))
      ? undefined
      : plan.back(row);
    if (args === undefined) continue;
    const key = JSON.stringify(args);
    if (!back.has(key)) back.set(key, []);
    back.get(key).push({ row, path, file: basename(path) });
  }
  const undone = freshFolder("back");
  for (const [key, group] of back) {
    const inverse = edit(group, JSON.parse(key), undone);
    for (const { row, file } of group) {
      const { path, error } = inverse.get(file) ?? { error: "no word of it" };
      const found = path === undefined ? [error] : await checker.ask({ same: [row.path, path] });
      report(row, `${plan.name}, back`, found);
      if (found.length === 0) row.restored++;
    }
  }
}

/** One run for all; by file name the path of the result, or why there is none. */
function edit(wheels, args, out) {
  const run = wheelkit([
    "edit",
    ...args,
    "-f",
    "json",
    "-w",
    out,
    ...wheels.map(({ path }) => path),
  ]);
  const done = run.stdout === "" ? [] : JSON.parse(run.stdout).wheels;
  const results = new Map(done.map(({ file, output }) => [file, { path: join(out, output) }]));
  for (const [, path, message] of run.stderr.matchAll(/^error: `([^`]*)`: (.*)$/gm)) {
    results.set(basename(path), { error: `refused: ${message}` });
  }
  if (results.size < wheels.length) console.log(run.stderr);
  return results;
}

/** The verdicts by file name. */
function auditOf(paths) {
  if (paths.length === 0) return new Map();
  const args = ["audit", "--no-hash", "--no-config", "--ldpaths", "", "-f", "json"];
  const { stdout, stderr } = wheelkit([...args, ...paths]);
  if (stdout === "") throw new Error(`audit says nothing: ${stderr}`);
  return new Map(JSON.parse(stdout).wheels.map((wheel) => [wheel.file, wheel]));
}

/** Findings of the result that the input does not have. A local or post version alone makes none. */
function newFindings(before, after, file, result) {
  if (before === undefined || after === undefined) return ["it can't be audited"];
  const [old, now] = [file, basename(result)].map((each) => {
    const { name, version } = parseFileName(each);
    return `${name}-${version}`;
  });
  const count = new Map();
  // A note may stand for several members, and then names the first in the archive's order.
  const key = ({ code, level, path = "" }) =>
    level === "info" ? code : `${code} ${path.replace(now, old)}`;
  for (const finding of before.findings)
    count.set(key(finding), (count.get(key(finding)) ?? 0) + 1);
  const fresh = [];
  for (const finding of after.findings) {
    const left = (count.get(key(finding)) ?? 0) - 1;
    count.set(key(finding), left);
    if (left < 0) fresh.push(`new finding ${finding.code}: ${finding.message}`);
  }
  return fresh;
}

/** The edit that brings the field's only value back; none where several would be lost. */
function restore(fields, field, args) {
  const values = fields[field] ?? [];
  if (values.length > 1) return undefined;
  return values.length === 0 ? ["--unset", field] : args(values[0]);
}

function sboms(names) {
  return names.flatMap((name) =>
    name.includes(".dist-info/sboms/") ? [name.replace(/^[^/]+\.dist-info/, "*.dist-info")] : [],
  );
}

function wheelkit(args) {
  return spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
}

function freshFolder(name) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

function seconds() {
  return Math.round((Date.now() - started) / 1000);
}

function startChecker() {
  const child = spawn(python, [here("edit-check.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(task) {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the checker ended");
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}
