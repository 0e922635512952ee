/** What the checks of repaired wheels ask of files. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export function factsOf(python, paths) {
  const args = [here("repair-check.py"), ...paths];
  return JSON.parse(execFileSync(python, args, { encoding: "utf8", maxBuffer: 1 << 28 }));
}

/** Libraries that are not in the original, by their name there and outside. */
export function graftedLibraries(facts, original) {
  const found = [];
  for (const name of Object.keys(facts.elves)) {
    const match = /^(.*)-([0-9a-f]{8})(\..*)?$/.exec(basename(name));
    if (match === null || original.members[name] !== undefined) continue;
    found.push({
      path: name,
      name: basename(name),
      from: `${match[1]}${match[3] ?? ""}`,
      digest: match[2],
    });
  }
  return found;
}

export function hashOf(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

export function unpack(wheel, folder) {
  rmSync(folder, { recursive: true, force: true });
  execFileSync("unzip", ["-q", "-o", wheel, "-d", folder]);
  return folder;
}
