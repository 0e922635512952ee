/**
 * `npm run corpus -- --part windows`: the listed Windows wheels. What wheelkit says of each PE file is
 * compared with pefile and LIEF, and its DLLs with `delvewheel needed`; what `show` says of each DLL with
 * `delvewheel show`; and wheels that delvewheel repaired are taken back, repaired again in both layouts, and must get the same DLLs,
 * under the same names where the bytes could be restored: not where delvewheel took a signature off
 * (pyarrow's msvcp140_atomic_wait.dll), nor those of delvewheel before 1.11, which had another formula
 * (shapely 2.0.1). What the repair changed must please pefile, LIEF, llvm-readobj and osslsigncode. A complete run writes
 * `docs/agreement-windows.md`; what a build said of a wheel is kept, so that a run which was
 * interrupted goes on.
 *
 *   --only TEXT   wheels whose file name contains TEXT
 *   --folder DIR  the wheels of a folder in place of the listed ones
 *   --no-repair   facts only
 */
import { spawnSync } from "node:child_process";
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
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, programDigest } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { findPython } from "./python.mjs";
import { windowsPage } from "./windows-page.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
const python = findPython();
const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    folder: { type: "string" },
    "no-repair": { type: "boolean", default: false },
  },
});
const listed =
  options.folder === undefined
    ? JSON.parse(readFileSync(here("windows-wheels.json"), "utf8"))
    : readdirSync(options.folder)
        .filter((file) => file.endsWith(".whl"))
        .map((file) => ({ file }));
const wheels = listed.filter(
  ({ file }) => options.only === undefined || file.includes(options.only),
);
const kept = join(cacheFolder(), "windows", programDigest(cli));
mkdirSync(kept, { recursive: true });

const rows = [];
for (const wheel of wheels) {
  const row = await examine(wheel);
  rows.push(row);
  console.log(`${wheel.file}${row.found.map((problem) => `\n  ${problem}`).join("")}`);
}
const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
const problems = rows.reduce((total, { found }) => total + found.length, 0);
console.log(
  `\n${rows.length} wheels, ${sum("files")} PE files; ${sum("dlls")} DLLs grafted again, ${sum("sameNames")} under delvewheel's names; structure of ${sum("looked")} files, ${sum("changed")} of them changed; ${problems} differences`,
);
if (options.folder === undefined && options.only === undefined && !options["no-repair"]) {
  writeFileSync(here("../docs/agreement-windows.md"), windowsPage(rows, versions()));
  console.log("wrote docs/agreement-windows.md");
}
process.exitCode = problems === 0 ? 0 : 1;

/** What became of a wheel; from an earlier run of the same build where it found nothing wrong. */
async function examine({ file, ...pin }) {
  const keep = join(kept, `${pin.sha256 ?? file}${options["no-repair"] ? "-facts" : ""}.json`);
  if (existsSync(keep)) return JSON.parse(readFileSync(keep, "utf8"));
  const row = {
    file,
    files: 0,
    dlls: 0,
    sameNames: 0,
    looked: 0,
    changed: 0,
    found: /** @type {string[]} */ ([]),
  };
  const work = mkdtempSync(join(tmpdir(), "wheelkit-windows-"));
  try {
    const path =
      options.folder === undefined
        ? await fetchWheel(python, { file, ...pin })
        : join(options.folder, file);
    row.found.push(...checkFacts(path, work, row), ...checkPeer(path));
    if (!options["no-repair"]) row.found.push(...checkRepair(path, work, row));
  } catch (error) {
    row.found.push(error.message);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (row.found.length === 0) writeFileSync(keep, JSON.stringify(row));
  return row;
}

function versions() {
  const program =
    "from importlib.metadata import version; print(*(f'{n} {version(n)}' for n in ('pefile', 'lief', 'delvewheel')), sep=', ')";
  const readobj = spawnSync("llvm-readobj", ["--version"], { encoding: "utf8" }).stdout;
  const [, llvm = ""] = /LLVM version (\S+)/.exec(readobj) ?? [];
  return `${run(python, ["-c", program]).trim()}, llvm-readobj ${llvm}`;
}

function checkFacts(path, work, row) {
  // Of what `show` says only an audit has seen all bytes: checksums, signatures.
  const args = ["audit", "--no-config", "--exit-zero", "-f", "json", path];
  const shown = JSON.parse(run(process.execPath, [cli, ...args]));
  const list = join(work, "show.json");
  writeFileSync(
    list,
    JSON.stringify(shown.wheels[0].binaries.filter(({ format }) => format === "pe")),
  );
  const check = (what) => JSON.parse(run(python, [here("windows-check.py"), what, path, list]));
  const { files, differences } = check("facts");
  row.files = files;
  return [...differences, ...check("needed").differences].map(
    (each) => `facts: ${JSON.stringify(each)}`,
  );
}

/** DLLs that delvewheel, without any folder to search, would want: each must be no system DLL here. */
function checkPeer(path) {
  const { stdout, status } = spawnSync(python, ["-m", "delvewheel", "show", path], {
    encoding: "utf8",
    env: { ...process.env, PATH: "/nonexistent" },
  });
  if (status !== 0 || /has already repaired/.test(stdout)) return [];
  const section = (title) => {
    const [, list = ""] = new RegExp(`${title}.*\\n((?: {4}.*\\n?)*)`).exec(stdout) ?? [];
    return list
      .split("\n")
      .map((line) =>
        line
          .trim()
          .replace(/ \(.*$/, "")
          .toLowerCase(),
      )
      .filter((name) => name !== "" && name !== "none");
  };
  const wanted = new Set(section("will be copied into the wheel"));
  const given = new Set(section("are assumed to be present"));
  const ours = JSON.parse(run(process.execPath, [cli, "show", "--no-config", "-f", "json", path]));
  const found = [];
  for (const { path: file, dependencies } of ours.wheels[0].binaries) {
    if (!/\.pyd$/i.test(file)) continue;
    for (const { name, in: place, how } of dependencies) {
      const key = name.toLowerCase();
      const outside = place === "external" || place === "missing";
      if (given.has(key) && outside) found.push(`peer: ${key} is given, here ${place}`);
      // It searches neither the wheel nor newer Windows, and knows no ext-ms sets.
      const known =
        place === "wheel" ||
        (place === "system" && wheelNeedsWindows(key)) ||
        // Its table has no `abi3` of old Pythons for ARM64, where all that exist bring the runtime.
        (key === "vcruntime140.dll" && path.includes("win_arm64"));
      if (wanted.has(key) && !outside && !known && how !== "forwarder") {
        found.push(`peer: ${key} is wanted, here ${place}`);
      }
    }
  }
  return [...new Set(found)];
}

/** Of Windows 8 or later, or side by side: delvewheel's list is that of Windows 7. */
function wheelNeedsWindows(name) {
  return /^(ext-ms-|ucrtbase|shcore|d3d12|dxcore|dcomp|icu|gdiplus|combase|d3dcompiler_47|xinput1_4|win32u|directml|mfplat|comctl32|windows\.|nvcuda|nvml|kernel\.appcore|wldp)/.test(
    name,
  );
}

function checkRepair(path, work, row) {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const restored = join(work, file);
  const lib = join(work, "lib");
  const { published } = JSON.parse(
    run(python, [here("windows-check.py"), "restore", path, restored, lib]),
  );
  if (published.length === 0) return [];
  const found = [];
  for (const layout of ["init", "adjacent"]) {
    const out = join(work, layout);
    const args = ["repair", "--no-config", "--no-sys-paths", "--windows-layout", layout];
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, ...args, "--add-path", lib, "-w", out, restored],
      { encoding: "utf8" },
    );
    if (status !== 0) {
      found.push(`${layout}: ${stderr.trim().split("\n")[0]}`);
      continue;
    }
    const names = dllsOf(join(out, file));
    const stem = (name) => name.replace(/-[0-9a-f]{32}(?=\.[^.]*$)/, "").toLowerCase();
    const stems = new Set([...names].map(stem));
    if (layout === "init") {
      row.dlls = published.length;
      row.sameNames = published.filter((name) => names.has(name)).length;
    }
    for (const name of published) if (!stems.has(stem(name))) found.push(`${layout}: no ${name}`);
    const structure = JSON.parse(
      run(python, [here("windows-check.py"), "structure", restored, lib, join(out, file)]),
    );
    row.looked += structure.files;
    row.changed += structure.changed;
    found.push(...structure.problems.map((each) => `${layout}: ${each.join(": ")}`));
    const again = join(work, `${layout}-again`);
    run(process.execPath, [cli, ...args, "-w", again, join(out, file)]);
    const same = readFileSync(join(again, file)).equals(readFileSync(join(out, file)));
    if (!same) found.push(`${layout}: a second repair changes the wheel`);
  }
  return found;
}

function dllsOf(path) {
  const program =
    "import sys, zipfile, os; print('\\n'.join(os.path.basename(n) for n in zipfile.ZipFile(sys.argv[1]).namelist() if n.lower().endswith('.dll')))";
  return new Set(run(python, ["-c", program, path]).trim().split("\n"));
}

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  throw new Error(`${args[0]} ${args[1] ?? ""}: ${(stderr ?? "").trim().split("\n").at(-1)}`);
}
