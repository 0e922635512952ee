/**
 * Edits the wheels of the corpus in five ways and asks others what they think of the results:
 * Python's zipfile (only what was planned differs), packaging, pip, uv, and wheelkit's own audit (no
 * new finding). Then edits back: METADATA and RECORD must be the original bytes.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchWheel, parseFileName, pipTagOptions } from "./fetch.mjs";
import { findPython } from "./python.mjs";

const USAGE = `Usage: node corpus/edit.mjs [--only TEXT] [--max-size BYTES] [--limit N] [--no-install]

  --only TEXT       wheels whose file name contains TEXT
  --max-size BYTES  leave out larger wheels (default: 60000000)
  --limit N         stop after N wheels
  --no-install      leave pip and uv out

Exit status: 0 all as planned, 1 not
`;
const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    "max-size": { type: "string", default: "60000000" },
    limit: { type: "string", default: "100000" },
    "no-install": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.js");
const python = findPython();
const work = mkdtempSync(join(tmpdir(), "wheelkit-edit-"));
const checker = startChecker();
const wheels = JSON.parse(readFileSync(here("wheels.json"), "utf8"))
  .filter(({ file, size }) => file.includes(options.only) && size <= Number(options["max-size"]))
  .slice(0, Number(options.limit));

let edits = 0;
let installs = 0;
const failures = [];
try {
  writeFileSync(join(work, "probe.txt"), "probe\n");
  for (const wheel of wheels) {
    const path = await fetchWheel(python, wheel);
    const found = await editWheel(path, wheel.file);
    for (const problem of found) console.log(`${wheel.file}: ${problem}`);
    failures.push(...found);
  }
} finally {
  checker.end();
  rmSync(work, { recursive: true, force: true });
}
console.log(
  `${wheels.length} wheels, ${edits} edits, ${installs} installations, ${failures.length} problems`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

async function editWheel(path, file) {
  const problems = [];
  const report = (what, found) => problems.push(...found.map((problem) => `${what}: ${problem}`));
  const before = auditOf(path);
  if (before === undefined) return ["the input can't be audited"];
  const metadata = await checker.ask({ metadata: path });
  for (const { name, args, planned, back } of plans(path, file)) {
    const out = freshFolder("out");
    const run = wheelkit(["edit", ...args, "-w", out, path]);
    if (run.status !== 0) {
      // A wheel whose metadata is broken already may rightly be refused.
      report(name, [`refused: ${run.stderr.split("\n")[0]}`]);
      continue;
    }
    edits++;
    const result = run.stdout.trim();
    report(name, await checker.ask({ compare: [path, result], planned }));
    const now = await checker.ask({ metadata: result });
    report(
      name,
      now.errors.filter((error) => !metadata.errors.includes(error)),
    );
    report(name, newFindings(before, auditOf(result), file, result));
    if (back === undefined) continue;
    const undone = freshFolder("back");
    const inverse = wheelkit(["edit", ...back, "-w", undone, result]);
    if (inverse.status !== 0) report(`${name}, back`, [inverse.stderr.split("\n")[0]]);
    else report(`${name}, back`, await checker.ask({ same: [path, inverse.stdout.trim()] }));
  }
  if (!options["no-install"]) report("install", install(path, file));
  return problems;
}

/** Five edits, what each may change, and the edit that takes it back. */
function plans(path, file) {
  const fields = fieldsOf(path);
  const info = ["METADATA", "RECORD", "RECORD.jws", "RECORD.p7s"].map(
    (name) => `*.dist-info/${name}`,
  );
  const restore = (field, flag) => {
    const [value] = fields(field);
    return value === undefined ? ["--unset", field] : flag(value);
  };
  const { version } = parseFileName(file);
  const [written] = fields("Version");
  const signed = spawnSync("unzip", ["-l", path], { encoding: "utf8" }).stdout.includes(
    "RECORD.jws",
  );
  // What isn't in normal form, or was signed, can't come back.
  const exact = written === version && !signed;
  const folder = topFolder(path);
  const requirement = "wheelkit-probe>=1; python_version < '2'";
  return [
    {
      name: "--post",
      args: ["--post"],
      planned: [...info, ...sboms(path)],
      back: exact ? ["--version", version] : undefined,
    },
    {
      name: "--add-requires",
      args: ["--add-requires", requirement],
      planned: info,
      back: signed ? undefined : ["--remove-requires", "wheelkit-probe"],
    },
    {
      name: "--requires-python",
      args: ["--requires-python", ">=2.7,<4.5"],
      planned: info,
      back:
        signed || fields("Requires-Python").length > 1
          ? undefined
          : restore("Requires-Python", (value) => ["--requires-python", value]),
    },
    {
      name: "--set",
      args: ["--set", "Maintainer=A Probe"],
      planned: info,
      back:
        signed || fields("Maintainer").length > 1
          ? undefined
          : restore("Maintainer", (value) => ["--set", `Maintainer=${value}`]),
    },
    {
      name: "--add-file",
      args: ["--add-file", `${join(work, "probe.txt")}=${folder}wheelkit_probe.txt`],
      planned: [...info, `${folder}wheelkit_probe.txt`],
      back: signed ? undefined : ["--remove-file", `${folder}wheelkit_probe.txt`],
    },
  ];
}

/** Installs the wheel with every edit in it, and asks what was installed. */
function install(path, file) {
  const out = freshFolder("all");
  const args = [
    "--post",
    "--add-requires",
    "wheelkit-probe>=1; python_version < '2'",
    "--set",
    "Summary=edited by wheelkit",
  ];
  const run = wheelkit(["edit", ...args, "-w", out, path]);
  if (run.status !== 0) return [`refused: ${run.stderr.split("\n")[0]}`];
  const result = run.stdout.trim();
  const { version } = parseFileName(result.slice(out.length + 1));
  const problems = [];
  const target = freshFolder("site");
  const quiet = [
    "--quiet",
    "--disable-pip-version-check",
    "--no-index",
    "--no-deps",
    "--no-compile",
  ];
  const pip = spawnSync(
    python,
    [
      "-m",
      "pip",
      "install",
      ...quiet,
      "--ignore-requires-python",
      "--only-binary=:all:",
      ...pipTagOptions(file),
      "--target",
      target,
      result,
    ],
    { encoding: "utf8" },
  );
  const original = () =>
    spawnSync(
      python,
      [
        "-m",
        "pip",
        "install",
        ...quiet,
        "--ignore-requires-python",
        "--only-binary=:all:",
        ...pipTagOptions(file),
        "--target",
        freshFolder("site2"),
        path,
      ],
      { encoding: "utf8" },
    );
  if (pip.status !== 0) {
    if (original().status === 0) problems.push(`pip: ${pip.stderr.trim().split("\n").at(-1)}`);
  } else {
    installs++;
    const inspected = JSON.parse(
      execFileSync(
        python,
        ["-m", "pip", "--disable-pip-version-check", "inspect", "--path", target],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      ),
    );
    const [installed] = inspected.installed;
    if (installed?.metadata.version !== version)
      problems.push(`pip installed ${installed?.metadata.version}`);
    if (installed?.metadata.summary !== "edited by wheelkit")
      problems.push("pip does not know the new summary");
  }
  const uv = join(python, "..", "uv");
  if (existsSync(uv)) {
    const uvTarget = freshFolder("uv");
    const uvRun = (wheel) =>
      spawnSync(
        uv,
        [
          "pip",
          "install",
          "--quiet",
          "--offline",
          "--no-deps",
          "--no-index",
          "--no-cache",
          "--python",
          python,
          "--target",
          uvTarget,
          wheel,
        ],
        { encoding: "utf8" },
      );
    const first = uvRun(result);
    // Wheels of other systems are no matter for uv, and what it refuses anyway none of ours.
    if (first.status === 0) {
      installs++;
      if (!readdirSync(uvTarget).some((name) => name.endsWith(`-${version}.dist-info`)))
        problems.push("uv installed another version");
    } else if (uvRun(path).status === 0) {
      problems.push(`uv: ${first.stderr.trim().split("\n").at(-1)}`);
    }
  }
  return problems;
}

function auditOf(path) {
  const { stdout } = wheelkit(["audit", "--no-hash", "--no-config", "-f", "json", path]);
  return stdout === "" ? undefined : JSON.parse(stdout).wheels[0];
}

/** Findings of the result that the input does not have. A local or post version alone makes none. */
function newFindings(before, after, file, result) {
  if (after === undefined) return ["the result can't be audited"];
  const names = [parseFileName(file), parseFileName(result.slice(result.lastIndexOf("/") + 1))];
  const [old, now] = names.map(({ name, version }) => `${name}-${version}`);
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

function wheelkit(args) {
  return spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
}

function fieldsOf(path) {
  const name = names(path).find((each) => /^[^/]+\.dist-info\/METADATA$/.test(each));
  const text = execFileSync("unzip", ["-p", path, name.replace(/[[\]]/g, "\\$&")], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const head = text.split(/\r?\n\r?\n/)[0];
  return (field) =>
    head
      .split(/\r?\n(?![ \t])/)
      .flatMap((line) =>
        line.startsWith(`${field}:`) ? [line.slice(field.length + 1).trim()] : [],
      );
}

function names(path) {
  return execFileSync("unzip", ["-Z1", path], { encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
}

function sboms(path) {
  return names(path).flatMap((name) =>
    name.includes(".dist-info/sboms/") ? [name.replace(/^[^/]+\.dist-info/, "*.dist-info")] : [],
  );
}

/** A folder of the wheel that a new file may lie in. */
function topFolder(path) {
  const file = names(path).find((name) => /^[A-Za-z_]\w*\/[^/]+$/.test(name));
  return file === undefined ? "" : file.slice(0, file.indexOf("/") + 1);
}

function freshFolder(name) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
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
