/**
 * `npm run corpus -- --part macos`: real macOS wheels. Every slice is compared with what LIEF reads,
 * every load command with what llvm-objdump and llvm-otool print, and the tag with what delocate
 * computes. With `--redo`, wheels with grafted libraries are taken
 * apart and repaired again: same libraries, sound, the same bytes twice, unchanged by a repair, and
 * the libraries and tags of delocate, which runs with stand-ins for Apple's tools.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fetchWheel } from "./fetch.mjs";
import { compareCommands, hasObjdump } from "./macos-objdump.mjs";
import { findPython } from "./python.mjs";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
/** Answers that are better than delocate's, and why. */
const BETTER = new Map([
  ["arm64 before 11.0", /^macosx_10_\d+_arm64$/],
  ["no code for the tag", /required architecture/],
]);

const { values: options } = parseArgs({
  options: { only: { type: "string" }, redo: { type: "boolean", default: false } },
});
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
const python = findPython();
const wheels = JSON.parse(readFileSync(here("macos-wheels.json"), "utf8")).filter(
  (/** @type {{file: string}} */ { file }) =>
    options.only === undefined || file.includes(options.only),
);
let failures = 0;
let slices = 0;
let objdumped = 0;
let redone = 0;
let delocated = 0;
const objdump = !options.redo && hasObjdump();
if (!options.redo && !objdump)
  console.log("llvm-objdump and llvm-otool-19 are not there: left out");
for (const wheel of wheels) {
  const path = await fetchWheel(python, wheel);
  const problems = options.redo ? redo(path) : [...compare(path), ...dumped(path)];
  if (problems === undefined) continue;
  redone += 1;
  for (const problem of problems) console.log(`  ${problem}`);
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${wheel.file}`);
  failures += problems.length === 0 ? 0 : 1;
}
console.log(
  options.redo
    ? `${redone} wheels repaired again, ${delocated} beside delocate, ${failures} failures`
    : `${wheels.length} wheels, ${slices} slices (${objdumped} by llvm-objdump), ${failures} failures`,
);
process.exitCode = failures === 0 ? 0 : 1;

/** @param {string} what @param {string[]} args */
function ask(what, ...args) {
  const text = execFileSync(python, [here("macos-check.py"), what, ...args], {
    maxBuffer: 1 << 30,
  });
  return JSON.parse(text.toString());
}

/** @param {string} path @returns {string[]} */
function compare(path) {
  const shown = spawnSync(process.execPath, [cli, "show", "-f", "json", "--no-hash", path], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const [wheel] = JSON.parse(shown.stdout).wheels;
  const known = new Map(wheel.binaries.map((/** @type {any} */ each) => [each.path, each]));
  const problems = [];
  for (const [member, expected] of Object.entries(ask("facts", path))) {
    for (const [index, facts] of expected.entries()) {
      if (facts === null) continue;
      slices += 1;
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
        problems.push(`${member}: ${JSON.stringify(own)}, LIEF ${JSON.stringify(facts)}`);
      }
    }
  }
  if (wheel.platform.family !== "macos") return problems;
  const theirs = ask("tags", path);
  const supported = (wheel.platform.supported ?? "").split(".").sort();
  const answer = Array.isArray(theirs) ? theirs.join(".") : theirs.error;
  const better = [...BETTER].some(([, pattern]) => pattern.test(answer));
  if (supported.join(".") !== answer && !better) {
    problems.push(`supports ${supported.join(".")}, delocate ${answer}`);
  }
  return problems;
}

/** @param {string} path @returns {string[]} */
function dumped(path) {
  if (!objdump) return [];
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-macos-"));
  try {
    const { problems, slices: seen } = compareCommands(cli, ask("unpack", path, folder));
    objdumped += seen;
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path @returns {string[] | undefined} `undefined` without grafted libraries. */
function redo(path) {
  if (grafted(path).length === 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-macos-"));
  // Short, as the names of real libraries outside are.
  const libraries = join(folder, "l");
  const name = path.slice(path.lastIndexOf("/") + 1);
  const unrepaired = join(folder, name);
  const problems = [];
  try {
    execFileSync(python, [here("macos-undo.py"), path, unrepaired, libraries, cli]);
    const first = repair(unrepaired, join(folder, "1"), {});
    const second = repair(unrepaired, join(folder, "2"), { TZ: "Asia/Tokyo" });
    const again = repair(first, join(folder, "3"), {});
    if (digest(first) !== digest(second)) problems.push("two repairs give different bytes");
    if (digest(first) !== digest(again)) problems.push("a second repair changes the wheel");
    const [before, after] = [grafted(path), grafted(first)].map((names) => names.join(" "));
    if (before !== after) problems.push(`libraries: ${before} became ${after}`);
    for (const [member, defect] of ask("defects", first)) problems.push(`${member}: ${defect}`);
    problems.push(...besideDelocate(unrepaired, join(folder, "4"), first));
  } catch (error) {
    problems.push(`${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return problems;
}

/**
 * The libraries and the tag that delocate comes to. What it refuses is only told.
 *
 * @param {string} unrepaired
 * @param {string} out
 * @param {string} ours
 * @returns {string[]}
 */
function besideDelocate(unrepaired, out, ours) {
  const text = execFileSync(python, [here("macos-delocate.py"), unrepaired, out]);
  const { name, libraries, error } = JSON.parse(text.toString());
  if (error !== undefined) {
    console.log(`  delocate: ${error.split("\n")[0]}`);
    return [];
  }
  delocated += 1;
  const own = grafted(ours).join(" ");
  const problems = [];
  if (own !== libraries.join(" ")) problems.push(`${own}, delocate ${libraries.join(" ")}`);
  const [tag, theirs] = [ours, name].map((each) => each.slice(each.lastIndexOf("-") + 1, -4));
  const better = [...BETTER.values()].some((pattern) => pattern.test(theirs));
  if (tag !== theirs && !better) problems.push(`tagged ${tag}, delocate ${theirs}`);
  return problems;
}

/** @param {string} wheel @param {string} out @param {Record<string, string>} env @returns {string} */
function repair(wheel, out, env) {
  const ran = spawnSync(process.execPath, [cli, "repair", "-w", out, wheel], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return join(out, readdirSync(out).find((name) => name.endsWith(".whl")) ?? "");
}

/** @param {string} wheel @returns {string[]} */
function grafted(wheel) {
  const { stdout } = spawnSync("unzip", ["-Z1", wheel], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((name) => /\.dylibs\/[^/]+$/.test(name))
    .sort();
}

/** @param {string} file */
function digest(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
