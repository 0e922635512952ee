/**
 * Fetches wheels with pip, one at a time, into the cache. What is there already, with the right
 * SHA-256, is not fetched again; a broken download leaves nothing behind under a wheel's name.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { sha256, wheelFolder } from "./cache.mjs";

/** Takes a wheel's file name apart, from the right, as the name may not hold a `-`. */
export function parseFileName(file) {
  const parts = file.replace(/\.whl$/, "").split("-");
  const platforms = parts.pop().split(".");
  const abis = parts.pop().split(".");
  const pythons = parts.pop().split(".");
  return { name: parts[0], version: parts[1], pythons, abis, platforms };
}

/** The pip options that make exactly the tags of this file name acceptable. */
export function pipTagOptions(file) {
  const { pythons, abis, platforms } = parseFileName(file);
  const last = pythons.at(-1);
  const options = [];
  for (const platform of platforms) {
    if (platform !== "any") {
      options.push("--platform", platform);
    }
  }
  const [, implementation, major, minor] = /^(cp|pp|graalpy)(\d)(\d+)$/.exec(last) ?? [];
  if (implementation !== undefined) {
    const abi3 = abis.includes("abi3");
    options.push("--implementation", implementation);
    options.push("--python-version", abi3 ? "3.14" : `${major}.${minor}`);
  } else {
    options.push("--python-version", last.startsWith("py2") ? "2.7" : "3.12");
  }
  for (const abi of abis) {
    options.push("--abi", abi);
  }
  return options;
}

function runPip(python, file, folder) {
  const { name, version } = parseFileName(file);
  const options = ["--no-deps", "--only-binary=:all:", "--ignore-requires-python"];
  const quiet = ["--quiet", "--no-cache-dir", "--disable-pip-version-check", "--retries", "5"];
  const what = [`${name}==${version}`, "--dest", folder];
  const args = ["-m", "pip", "download", ...quiet, ...options, ...pipTagOptions(file), ...what];
  return spawnSync(python, args, { encoding: "utf8", timeout: 1_800_000 });
}

/**
 * Fetches one wheel by its exact file name. Returns its path, size and hash; throws when pip finds
 * another file or none.
 */
export async function download(python, file) {
  const target = join(wheelFolder(), file);
  mkdirSync(wheelFolder(), { recursive: true });
  if (!existsSync(target)) {
    const folder = mkdtempSync(join(wheelFolder(), ".part-"));
    try {
      const pip = runPip(python, file, folder);
      const got = readdirSync(folder);
      if (pip.status !== 0) {
        throw new Error(
          `pip found no \`${file}\`: ${(pip.stderr ?? "").trim().split("\n").at(-1)}`,
        );
      }
      if (!got.includes(file)) {
        throw new Error(`pip fetched \`${got.join(", ")}\` in place of \`${file}\``);
      }
      renameSync(join(folder, file), target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { path: target, size: statSync(target).size, sha256: await sha256(target) };
}

/** The path of a listed wheel in the cache, fetched when it is not there; its hash is checked. */
export async function fetchWheel(python, wheel) {
  const got = await download(python, wheel.file);
  if (got.sha256 !== wheel.sha256) {
    rmSync(got.path);
    throw new Error(`\`${wheel.file}\` has SHA-256 ${got.sha256}, but ${wheel.sha256} is pinned`);
  }
  return got.path;
}
