/** Published macOS wheels taken apart and repaired again, beside delocate. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { betterThanDelocate } from "./macos-better.mjs";
import { compareDumps } from "./macos-objdump.mjs";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * What became of one wheel.
 *
 * @typedef {object} Redone
 * @property {number} libraries grafted again.
 * @property {number} objdumped slices of the result compared with llvm-objdump and llvm-otool.
 * @property {string} delocate what delocate made of the same wheel: `same`, `better`, or its error.
 * @property {string[]} problems
 */

/**
 * @param {string} cli
 * @param {string} python
 * @param {string} path
 * @param {boolean} objdump whether LLVM's programs are there.
 * @returns {Redone | undefined} `undefined` without grafted libraries.
 */
export function redo(cli, python, path, objdump) {
  const wanted = graftedIn(path);
  if (wanted.length === 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-macos-"));
  // Short, as the names of real libraries outside are.
  const libraries = join(folder, "l");
  const name = path.slice(path.lastIndexOf("/") + 1);
  const unrepaired = join(folder, name);
  const problems = [];
  let delocate = "not asked";
  let objdumped = 0;
  try {
    execFileSync(python, [here("macos-undo.py"), path, unrepaired, libraries, cli]);
    const first = repair(cli, unrepaired, join(folder, "1"), "umask 022");
    const second = repair(cli, unrepaired, join(folder, "2"), "umask 077; export TZ=Asia/Tokyo");
    const again = repair(cli, first, join(folder, "3"), "umask 022");
    if (digest(first) !== digest(second)) problems.push("two repairs give different bytes");
    if (digest(first) !== digest(again)) problems.push("a second repair changes the wheel");
    const [before, after] = [wanted, graftedIn(first)].map((names) => names.join(" "));
    if (before !== after) problems.push(`libraries: ${before} became ${after}`);
    const defects = execFileSync(python, [here("macos-check.py"), "defects", first], {
      maxBuffer: 1 << 30,
    });
    for (const [member, defect] of JSON.parse(defects.toString())) {
      problems.push(`${member}: ${defect}`);
    }
    if (objdump) {
      const { problems: found, slices } = compareDumps(cli, python, first);
      objdumped = slices;
      problems.push(...found.map((each) => `repaired: ${each}`));
    }
    const beside = besideDelocate(python, unrepaired, join(folder, "4"), first);
    delocate = beside.answer;
    problems.push(...beside.problems);
  } catch (error) {
    problems.push(`${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { libraries: wanted.length, objdumped, delocate, problems };
}

/**
 * The libraries and the tag that delocate comes to. What it refuses is only told.
 *
 * @param {string} python
 * @param {string} unrepaired
 * @param {string} out
 * @param {string} ours
 */
function besideDelocate(python, unrepaired, out, ours) {
  const text = execFileSync(python, [here("macos-delocate.py"), unrepaired, out]);
  const { name, libraries, error } = JSON.parse(text.toString());
  if (error !== undefined) return { answer: error.split("\n")[0].trim(), problems: [] };
  const own = graftedIn(ours).join(" ");
  const problems = [];
  if (own !== libraries.join(" ")) problems.push(`${own}, delocate ${libraries.join(" ")}`);
  const [tag, theirs] = [ours, name].map((each) => each.slice(each.lastIndexOf("-") + 1, -4));
  if (tag === theirs) return { answer: "same", problems };
  const why = betterThanDelocate(tag, theirs);
  if (why === undefined) problems.push(`tagged ${tag}, delocate ${theirs}`);
  return { answer: `${theirs}: ${why ?? "differs"}`, problems };
}

/** @param {string} cli @param {string} wheel @param {string} out @param {string} before */
function repair(cli, wheel, out, before) {
  const command = `${before}; exec "$0" "$@"`;
  const args = [process.execPath, cli, "repair", "--no-config", "-w", out, wheel];
  const ran = spawnSync("bash", ["-c", command, ...args], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return join(out, readdirSync(out).find((name) => name.endsWith(".whl")) ?? "");
}

/** @param {string} wheel @returns {string[]} */
function graftedIn(wheel) {
  const { stdout } = spawnSync("unzip", ["-Z1", wheel], { encoding: "utf8", maxBuffer: 1 << 28 });
  return stdout
    .split("\n")
    .filter((name) => /\.dylibs\/[^/]+$/.test(name))
    .sort();
}

/** @param {string} file */
function digest(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
