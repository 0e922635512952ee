/**
 * `npm run corpus -- --part macos`: real macOS wheels. Every slice is compared with what LIEF reads,
 * every load command with what llvm-objdump and llvm-otool print, and the tag with what delocate
 * computes. Wheels with grafted libraries are taken apart and repaired again: same libraries, sound,
 * the same bytes from another folder, umask and time zone, unchanged by a repair, and the libraries
 * and tags of delocate, which runs with stand-ins for Apple's tools. A complete run writes
 * `docs/agreement-macos.md`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchWheel } from "./fetch.mjs";
import { betterThanDelocate } from "./macos-better.mjs";
import { compareDumps, hasObjdump } from "./macos-objdump.mjs";
import { macosPage } from "./macos-page.mjs";
import { redo } from "./macos-redo.mjs";
import { findPython } from "./python.mjs";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");

const USAGE = `Usage: node corpus/macos.mjs [--only TEXT] [--no-facts | --no-redo] [--from FILE] [--json FILE] [WHEEL…]

  --only TEXT  wheels whose file name contains TEXT
  --no-facts   only take apart and repair
  --no-redo    only compare facts and tags
  --from FILE  what an earlier run wrote with --json: only audits and tags are made again
  --json FILE  write there what became of each wheel
  WHEEL        these files in place of the pinned wheels

Exit status: 0 agreement, 1 differences
`;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    "no-facts": { type: "boolean", default: false },
    "no-redo": { type: "boolean", default: false },
    from: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
const python = findPython();
const pinned = JSON.parse(readFileSync(here("macos-wheels.json"), "utf8")).filter(
  (/** @type {{file: string}} */ { file }) =>
    options.only === undefined || file.includes(options.only),
);
const objdump = hasObjdump();
if (!objdump) console.log("llvm-objdump and llvm-otool-19 are not there: left out");

/** @type {import("./macos-page.mjs").Row[]} */
const rows = [];
/** @type {import("./macos-page.mjs").Row[]} */
const before = options.from === undefined ? [] : JSON.parse(readFileSync(options.from, "utf8"));
for (const each of positionals.length > 0 ? positionals : pinned) {
  const path = typeof each === "string" ? each : await fetchWheel(python, each);
  const row = examine(path);
  rows.push(row);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(rows, null, 1));
  const { slices, objdumped, verdict, problems } = row;
  const failed = problems.length > 0;
  for (const problem of problems) console.log(`  ${problem}`);
  const redone = row.redone === undefined ? "" : `, ${row.redone.libraries} grafted again`;
  console.log(
    `${failed ? "FAIL" : "ok  "} ${row.file}: ${verdict}, ${slices} slices, ${objdumped} by llvm${redone}`,
  );
}
const failures = rows.filter(({ problems }) => problems.length > 0).length;
const sum = (/** @type {(row: any) => number} */ of) =>
  rows.reduce((total, row) => total + of(row), 0);
console.log(
  `${rows.length} wheels, ${sum((row) => row.slices)} slices (${sum((row) => row.objdumped)} by llvm-objdump), ${rows.filter(({ redone }) => redone !== undefined).length} repaired again, ${failures} failures`,
);
const complete =
  positionals.length === 0 && options.only === undefined && !options["no-facts"] && objdump;
if (complete && !options["no-redo"]) {
  const text = macosPage(rows, JSON.parse(ask("versions").toString()), llvmVersion());
  writeFileSync(here("../docs/agreement-macos.md"), text);
  console.log("wrote docs/agreement-macos.md");
}
process.exitCode = failures === 0 ? 0 : 1;

/** @param {string} what @param {string[]} args */
function ask(what, ...args) {
  return execFileSync(python, [here("macos-check.py"), what, ...args], { maxBuffer: 1 << 30 });
}

/** @param {string} path @returns {import("./macos-page.mjs").Row} */
function examine(path) {
  const audited = audit(path);
  /** @type {import("./macos-page.mjs").Row} */
  const row = {
    file: path.slice(path.lastIndexOf("/") + 1),
    size: statSync(path).size,
    ...verdictOf(audited),
    files: 0,
    slices: 0,
    objdumped: 0,
    supported: audited.platform.supported,
    delocate: null,
    redone: undefined,
    problems: [],
  };
  const known = before.find(({ file }) => file === row.file);
  if (known !== undefined) {
    const { files, slices, objdumped, redone, problems } = known;
    Object.assign(row, { files, slices, objdumped, redone });
    row.problems.push(...problems.filter((problem) => !problem.startsWith("supports ")));
    compareTags(path, row, audited.platform.reasons);
    return row;
  }
  if (!options["no-facts"]) {
    compareFacts(path, audited, row);
    compareTags(path, row, audited.platform.reasons);
    if (objdump) {
      const { problems, slices } = compareDumps(cli, python, path);
      row.objdumped += slices;
      row.problems.push(...problems);
    }
  }
  if (!options["no-redo"] && audited.platform.family === "macos") {
    row.redone = redo(cli, python, path, objdump);
    row.problems.push(...(row.redone?.problems ?? []));
  }
  return row;
}

/** @param {string} path */
function audit(path) {
  const args = ["audit", "--no-config", "--exit-zero", "-f", "json", path];
  const ran = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", maxBuffer: 1 << 30 });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout).wheels[0];
}

/** @param {any} audited */
function verdictOf({ findings, unverified }) {
  const errors = [
    ...new Set(
      findings
        .filter((/** @type {any} */ { level }) => level === "error")
        .map((/** @type {any} */ { code }) => code),
    ),
  ].sort();
  if (errors.length > 0) return { verdict: errors.join(" "), open: unverified.length };
  return { verdict: unverified.length > 0 ? "open" : "ok", open: unverified.length };
}

/** @param {string} path @param {any} audited @param {import("./macos-page.mjs").Row} row */
function compareFacts(path, audited, row) {
  const known = new Map(audited.binaries.map((/** @type {any} */ each) => [each.path, each]));
  for (const [member, expected] of Object.entries(JSON.parse(ask("facts", path).toString()))) {
    row.files += 1;
    for (const [index, facts] of expected.entries()) {
      if (facts === null) continue;
      row.slices += 1;
      const slice = known.get(member)?.slices?.[index];
      const own = slice && {
        id: slice.id,
        dependencies: slice.dependencies.map((/** @type {any} */ each) => [each.name, each.how]),
        searchPaths: slice.searchPaths.map((/** @type {any} */ each) => each.path),
        minos: slice.minos,
        sdk: slice.minos === null ? null : slice.sdk,
        uuid: slice.uuid?.replaceAll("-", "") ?? null,
      };
      if (JSON.stringify(own) !== JSON.stringify(facts)) {
        row.problems.push(`${member}: ${JSON.stringify(own)}, LIEF ${JSON.stringify(facts)}`);
      }
    }
  }
}

/** @param {string} path @param {import("./macos-page.mjs").Row} row @param {any[]} reasons */
function compareTags(path, row, reasons) {
  if (!/macosx_/.test(row.file)) return;
  const theirs = JSON.parse(ask("tags", path).toString());
  const answer = Array.isArray(theirs) ? theirs.join(".") : theirs.error;
  const supported = (row.supported ?? "").split(".").sort().join(".");
  row.delocate = { answer, why: undefined };
  if (supported === answer) return;
  row.delocate.why = betterThanDelocate(supported, answer, reasons);
  if (row.delocate.why === undefined) {
    row.problems.push(`supports ${supported}, delocate ${answer}`);
  }
}

function llvmVersion() {
  const { stdout } = spawnSync("llvm-objdump", ["--version"], { encoding: "utf8" });
  return /version ([\d.]+)/.exec(stdout)?.[1] ?? "unknown";
}
