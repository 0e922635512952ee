/**
 * Wheels as they come out of a build: made from pinned sdists of PyPI against this host's libraries,
 * or from sources in this folder. They are kept in the cache.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./cache.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Path of the wheel.
 *
 * @throws Error when it can't be built here; `missing` says which Debian package it wants.
 */
export function buildUnrepaired(python, spec) {
  const version = execFileSync(python, ["-VV"], { encoding: "utf8" });
  const sources =
    spec.source === undefined
      ? ""
      : readdirSync(here(spec.source))
          .sort()
          .map((name) => readFileSync(join(here(spec.source), name), "utf8"))
          .join();
  const key = createHash("sha256").update(
    JSON.stringify([spec.version, spec.sha256, spec.environment, version, sources]),
  );
  const folder = join(
    cacheFolder(),
    "unrepaired",
    `${spec.name}-${key.digest("hex").slice(0, 12)}`,
  );
  const [kept] = existsSync(folder) ? readdirSync(folder) : [];
  if (kept !== undefined) return join(folder, kept);
  const missing = [
    ...(spec.programs ?? []).filter((name) => !succeeds("sh", ["-c", `command -v ${name}`])),
    ...(spec.headers ?? []).filter((name) => !succeeds("gcc", ["-E", "-"], `#include <${name}>`)),
  ];
  if (missing.length > 0) {
    const packages = spec.debian.join(" ");
    throw new Error(`there is no ${missing.join(", ")} (Debian: ${packages})`);
  }
  mkdirSync(join(cacheFolder(), "unrepaired"), { recursive: true });
  const part = mkdtempSync(join(cacheFolder(), "unrepaired", ".part-"));
  try {
    const out = join(part, "out");
    mkdirSync(out);
    if (spec.source === undefined) fromSdist(python, spec, part, out);
    else fromSource(python, spec, part, out);
    const [file] = readdirSync(out);
    if (file === undefined) throw new Error("no wheel was built");
    rmSync(folder, { recursive: true, force: true });
    renameSync(out, folder);
    return join(folder, file);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function fromSdist(python, { name, version, sha256, environment }, part, out) {
  const list = join(part, "requirements.txt");
  writeFileSync(list, `${name}==${version} --hash=sha256:${sha256}\n`);
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", "--retries", "5"];
  const only = ["--no-deps", "--no-binary", name, "--require-hashes", "-r", list];
  const run = spawnSync(python, ["-m", "pip", "wheel", ...quiet, ...only, "-w", out], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    timeout: 1_800_000,
  });
  if (run.status !== 0) {
    const lines = run.stderr.trim().split("\n");
    const error = lines.find((line) => /error:|fatal/i.test(line)) ?? lines.at(-1);
    throw new Error(`pip: ${error?.trim()}`);
  }
}

/** A folder with C programs: each becomes a program in `.data/scripts`. */
function fromSource(python, { name, version, source, libraries }, part, out) {
  const tree = join(part, "tree");
  const project = name.replaceAll("-", "_");
  const info = join(tree, `${project}-${version}.dist-info`);
  const scripts = join(tree, `${project}-${version}.data`, "scripts");
  mkdirSync(info, { recursive: true });
  mkdirSync(scripts, { recursive: true });
  for (const file of readdirSync(here(source))) {
    const from = join(here(source), file);
    if (file.endsWith(".c")) {
      const target = join(scripts, file.slice(0, -2));
      const flags = libraries.map((library) => `-l${library}`);
      execFileSync("gcc", ["-O1", "-g", "-o", target, from, ...flags]);
    } else {
      mkdirSync(join(tree, project), { recursive: true });
      cpSync(from, join(tree, project, file));
    }
  }
  writeFileSync(
    join(info, "METADATA"),
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  );
  const tag = `py3-none-linux_${process.arch === "arm64" ? "aarch64" : "x86_64"}`;
  const wheel = `Wheel-Version: 1.0\nGenerator: corpus\nRoot-Is-Purelib: false\nTag: ${tag}\n`;
  writeFileSync(join(info, "WHEEL"), wheel);
  execFileSync(python, ["-m", "wheel", "pack", tree, "-d", out], { stdio: "ignore" });
}

function succeeds(program, args, input = "") {
  return spawnSync(program, args, { input }).status === 0;
}
