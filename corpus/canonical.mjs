/**
 * Builds three packages twice, under another umask, with files created in another order and at other
 * times, and asks whether `edit --canonical` makes each pair the same bytes. Where it can't, `diff`
 * must name the cause.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython } from "./python.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
const python = findPython();
/** setuptools with an extension in C, flit, hatchling. */
const PACKAGES = ["markupsafe==3.0.2", "click==8.1.8", "attrs==25.1.0"];

const work = mkdtempSync(join(tmpdir(), "wheelkit-canonical-"));
let problems = 0;
try {
  for (const name of PACKAGES) {
    const [first, second] = [1, 2].map((round) => build(name, round));
    const different = !same(first, second);
    const canonical = [first, second].map((wheel, at) => {
      const out = join(work, `canonical-${at}`);
      return run(process.execPath, [cli, "edit", "--canonical", "-w", out, wheel]).stdout.trim();
    });
    const equal = same(...canonical);
    if (!equal) problems++;
    const diff = run(process.execPath, [
      cli,
      "diff",
      ...(equal ? [first, second] : canonical),
    ]).stdout;
    console.log(
      `${name}: builds ${different ? "differ" : "are equal"}, canonical ${equal ? "equal" : "NOT equal"}`,
    );
    console.log(diff.replace(/^/gm, "    "));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = problems === 0 ? 0 : 1;

function build(name, round) {
  const source = join(work, "src");
  const sdist = join(work, "sdist", name);
  mkdirSync(sdist, { recursive: true });
  if (readdirSync(sdist).length === 0) {
    run(
      python,
      [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary=:all:",
        "--no-build-isolation",
        "-d",
        sdist,
        name,
      ],
      [0, 1],
    );
    if (readdirSync(sdist).length === 0)
      run(python, [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary=:all:",
        "-d",
        sdist,
        name,
      ]);
  }
  const [archive] = readdirSync(sdist);
  const unpacked = join(work, "unpacked");
  for (const folder of [source, unpacked]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  run("tar", ["xf", join(sdist, archive), "-C", unpacked]);
  copy(join(unpacked, readdirSync(unpacked)[0]), source, round);
  const out = join(work, `dist-${round}`, name);
  // The compiler must see the same path, or debug information differs, which is no matter of the archive.
  run("sh", [
    "-c",
    `umask ${round === 1 ? "022" : "077"}; exec "$0" -m pip wheel --quiet --no-deps --no-cache-dir -w "$1" "$2"`,
    python,
    out,
    source,
  ]);
  return join(out, readdirSync(out)[0]);
}

/** Creates the files in another order and at another time in each round. */
function copy(from, to, round) {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from).sort();
  for (const name of round === 1 ? names : names.reverse()) {
    const path = join(from, name);
    if (statSync(path).isDirectory()) copy(path, join(to, name), round);
    else {
      cpSync(path, join(to, name));
      const time = new Date(Date.UTC(2020 + round, round, 3, 4, 5, 6));
      utimesSync(join(to, name), time, time);
    }
  }
}

function same(a, b) {
  return readFileSync(a).equals(readFileSync(b));
}

function run(command, args, allowed = [0]) {
  const result = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, SOURCE_DATE_EPOCH: undefined },
  });
  if (!allowed.includes(result.status ?? -1))
    throw new Error(`${command} ${args.join(" ")}: ${result.stderr}`);
  return result;
}
