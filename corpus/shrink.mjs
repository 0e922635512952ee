/**
 * `node corpus/shrink.mjs [--only TEXT]`: shrinks published CUDA
 * wheels and holds every library of the result against what NVIDIA's `cuobjdump` says of it and of the
 * original: the same list of cubins and PTX, and equal bytes of each.
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
import { findPython } from "./python.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(ROOT, "dist/src/cli.cjs");
const listed = JSON.parse(readFileSync(join(ROOT, "corpus/shrink-wheels.json"), "utf8"));

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const python = findPython();
const cuobjdump = await findCuobjdump();
let failures = 0;
for (const wheel of listed.wheels.filter(({ file }) => file.startsWith(values.only))) {
  failures += await checkWheel(await fetchWheel(python, wheel), wheel.file);
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

async function checkWheel(path, file) {
  const folder = mkdtempSync(join(cacheFolder(), "shrink-check-"));
  try {
    const out = join(folder, "out");
    execFileSync(process.execPath, [CLI, "shrink", "--min-driver", "550", "-w", out, path], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    unzip(path, join(folder, "before"));
    unzip(join(out, readdirSync(out)[0]), join(folder, "after"));
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
