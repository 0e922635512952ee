/** Checks of a repaired wheel that is installed, and of its files after what people do to them. */

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installInside, loaderOf, runInside } from "./bare-root.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export function installProblems(root, path, spec, python, work) {
  const problems = [];
  const pip = installInside(root, [...(spec.requirements ?? []), path]);
  if (pip.status !== 0) problems.push(`pip: ${pip.stderr.trim().split("\n").at(-1)}`);
  for (const name of spec.files ?? []) {
    execFileSync("cp", ["-a", "--parents", name, root.folder]);
  }
  const uv = join(dirname(python), "uv");
  if (existsSync(uv)) {
    const target = join(work, "uv");
    const quiet = ["--quiet", "--offline", "--no-deps", "--no-index", "--no-cache"];
    const args = ["pip", "install", ...quiet, "--python", python, "--target", target, path];
    const run = spawnSync(uv, args, { encoding: "utf8" });
    if (run.status !== 0) problems.push(`uv: ${run.stderr.trim().split("\n").at(-1)}`);
    rmSync(target, { recursive: true, force: true });
  }
  return problems;
}

/** Where pip put a member of the wheel. */
export function installedPath(root, name) {
  const script = /^[^/]+\.data\/scripts\/([^/]+)$/.exec(name)?.[1];
  if (script !== undefined) return join(dirname(root.python), script);
  return join(root.site, name.replace(/^[^/]+\.data\/(platlib|purelib)\//, ""));
}

const PRELUDE = `
import runpy, sys
before = set(sys.modules)
runpy.run_path("/tmp/probe.py", run_name="probe")
with open("/proc/self/maps") as maps:
    for path in sorted({line.split(None, 5)[5].strip() for line in maps if ".so" in line}):
        print("map", path)
print("done")
`;

export function runProbe(root, spec) {
  copyFileSync(here(`probes/${spec.probe ?? spec.name}.py`), join(root.folder, "tmp/probe.py"));
  writeFileSync(join(root.folder, "tmp/run.py"), PRELUDE);
  const run = runInside(root, [root.python, "-B", "/tmp/run.py"]);
  const lines = run.stdout.split("\n");
  const maps = lines.filter((line) => line.startsWith("map ")).map((line) => line.slice(4));
  const fine = run.status === 0 && lines.includes("done");
  const said = run.stderr.trim().split("\n").at(-1);
  return { maps, problems: fine ? [] : [`status ${run.status ?? run.signal}: ${said}`] };
}

const LDD = `
import subprocess, sys
for path in sys.argv[2:]:
    run = subprocess.run([sys.argv[1], "--list", path], capture_output=True, text=True)
    bad = [line.strip() for line in run.stdout.splitlines() if "not found" in line]
    if run.returncode or bad:
        print(path, *(bad or [run.stderr.strip()]))
`;

export function lddProblems(root, installed) {
  if (installed.length === 0) return [];
  const run = runInside(root, [root.python, "-c", LDD, loaderOf(root), ...installed]);
  if (run.status !== 0) return [run.stderr.trim()];
  return run.stdout.split("\n").filter((line) => line !== "");
}

/** What people do to installed files afterwards. */
export function alterations({ patchelf }) {
  return [
    ["strip -g", (file) => spawnSync("strip", ["-g", file], { encoding: "utf8" })],
    ["strip", (file) => spawnSync("strip", ["--strip-unneeded", file], { encoding: "utf8" })],
    [
      "patchelf",
      (file) => {
        const show = spawnSync("readelf", ["-dW", file], { encoding: "utf8" }).stdout;
        const [, kind = "RPATH", path] = /\((RPATH|RUNPATH)\).*\[(.*)\]/.exec(show) ?? [];
        const longer = [path, "$ORIGIN/a/path/that/makes/the/string/table/longer/than/it/was"];
        const force = kind === "RPATH" ? ["--force-rpath"] : [];
        const wanted = longer.filter((part) => part !== undefined).join(":");
        return spawnSync(patchelf, [...force, "--set-rpath", wanted, file], { encoding: "utf8" });
      },
    ],
  ];
}

export function altered(root, installed, change, check) {
  const problems = [];
  const paths = installed.map((path) => join(root.folder, path));
  const kept = paths.map((path) => readFileSync(path));
  try {
    for (const path of paths) {
      const run = change(path);
      if (run.status !== 0)
        problems.push(`${basename(path)}: ${run.stderr.trim().split("\n").at(-1)}`);
    }
    problems.push(...check());
  } finally {
    paths.forEach((path, index) => {
      writeFileSync(path, kept[index]);
    });
  }
  return problems;
}
