/**
 * `node corpus/shrink.mjs [--only a,b] [--shrunk FOLDER]`: shrinks published CUDA wheels, or takes the
 * results that lie in a folder (`bench/shrink.mjs --keep`), and holds every library against what NVIDIA's
 * `cuobjdump` says of it and of the original: the same list of cubins and PTX, and equal bytes of each.
 *
 * Wheels are fetched into the cache; `npm run build` comes first. No GPU is needed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { npmWheel } from "./npm-wheel.mjs";
import { findPython } from "./python.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(ROOT, "dist/src/cli.cjs");
const listed = JSON.parse(readFileSync(join(ROOT, "corpus/shrink-wheels.json"), "utf8"));

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, shrunk: { type: "string" } },
});
const python = findPython();
const cuobjdump = await findCuobjdump();
let failures = 0;
const chosen = listed.wheels.filter(({ file }) =>
  values.only.split(",").some((name) => file.startsWith(name)),
);
for (const wheel of chosen) {
  const shrunk = values.shrunk === undefined ? undefined : join(values.shrunk, wheel.file);
  if (shrunk !== undefined && !existsSync(shrunk)) continue;
  const path = await (wheel.npm === undefined ? fetchWheel : npmWheel)(python, wheel);
  failures += await checkWheel(path, shrunk, wheel.file);
}
console.log(failures === 0 ? "all libraries hold the same device code" : `${failures} differ`);
process.exitCode = failures === 0 ? 0 : 1;

/** The tool, unpacked from its wheel. */
async function findCuobjdump() {
  const folder = join(cacheFolder(), listed.cuobjdump.file.split("-").slice(0, 2).join("-"));
  const program = join(folder, "nvidia/cu13/bin/cuobjdump");
  if (!existsSync(program)) unzip(await fetchWheel(python, listed.cuobjdump), folder);
  chmodSync(program, 0o755);
  return program;
}

function unzip(wheel, folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync("unzip", ["-qo", wheel, "-d", folder]);
}

async function checkWheel(path, shrunk, file) {
  const folder = mkdtempSync(join(cacheFolder(), "shrink-check-"));
  try {
    unzip(path, join(folder, "before"));
    unzip(shrunk ?? shrink(path, join(folder, "out")), join(folder, "after"));
    let failed = 0;
    for (const library of librariesOf(join(folder, "before"))) {
      const name = relative(join(folder, "before"), library);
      const before = extracted(library, folder);
      const after = extracted(join(folder, "after", name), folder);
      const same = before.length === after.length && before.every((row, at) => row === after[at]);
      if (!same) failed++;
      if (before.length > 0) console.log(same ? "same" : "DIFFERS", before.length, file, name);
    }
    return failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shrink(path, out) {
  execFileSync(process.execPath, [CLI, "shrink", "--min-driver", "550", "-w", out, path], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(out, readdirSync(out)[0]);
}

function librariesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => /\.so[.\d]*$/.test(path) && statSync(path).size > 1 << 20);
}

/** Name and SHA-256 of everything that the tool takes out of a library, and what it says at the end. */
function extracted(library, folder) {
  const place = mkdtempSync(join(folder, "x-"));
  const said = [];
  for (const option of ["--extract-elf", "--extract-ptx"]) {
    const run = spawnSync(cuobjdump, [option, "all", library], { cwd: place, encoding: "utf8" });
    // Of some libraries it stops early: then it must stop at the same place.
    said.push(`${option} ended with ${run.status}`);
  }
  const rows = readdirSync(place)
    .sort()
    .map((name) => {
      const digest = createHash("sha256")
        .update(readFileSync(join(place, name)))
        .digest("hex");
      return `${name} ${digest}`;
    });
  rmSync(place, { recursive: true });
  return rows.length === 0 ? [] : [...rows, ...said];
}
