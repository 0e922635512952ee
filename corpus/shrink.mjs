/**
 * `node corpus/shrink.mjs [--only a,b] [--ways "default;driver 550"] [--write]`: shrinks published CUDA
 * wheels and proves that nothing is lost, with programs that are not wheelkit's.
 *
 * 1. NVIDIA's `cuobjdump` takes the same cubins and PTX, with equal bytes, out of every file before and
 *    after.
 * 2. Every library loads without a GPU, and a stand-in for the CUDA runtime walks as many fat binaries
 *    with as many entries as before (`shrink-load.py`).
 * 3. GNU strip (`-s`, `-g`), llvm-strip and patchelf each leave files that load.
 * 4. Shrinking again changes nothing; one thread gives the same bytes as several.
 *
 * `--shrunk FOLDER` takes results that lie in a folder of the way's name (`bench/shrink.mjs --keep`)
 * instead of shrinking. `--write` writes `docs/shrink-proof.md` from everything that was proved so far.
 * Wheels are fetched into the cache; `npm run build` comes first. Exits with 1 when anything differs.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, sha256 } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { npmWheel } from "./npm-wheel.mjs";
import { findPython } from "./python.mjs";
import { changeAndLoad, compareDeviceCode, loadAll, nativeFiles, unzip } from "./shrink-checks.mjs";
import { proofPage } from "./shrink-page.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = process.env.WHEELKIT_CLI ?? join(ROOT, "dist/src/cli.cjs");
const listed = JSON.parse(readFileSync(join(ROOT, "corpus/shrink-wheels.json"), "utf8"));

/** By the name of their column. */
const WAYS = { default: [], "driver 550": ["--min-driver", "550"] };

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    ways: { type: "string", default: Object.keys(WAYS).join(";") },
    shrunk: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const python = findPython();
const cuobjdump = await findCuobjdump();
const store = join(cacheFolder(), "shrink-proof.json");
const known = existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : {};
const names = values.only.split(",");
for (const wheel of listed.wheels.filter(({ file }) =>
  names.some((name) => file.startsWith(name)),
)) {
  const path = await (wheel.npm === undefined ? fetchWheel : npmWheel)(python, wheel);
  for (const way of values.ways.split(";")) {
    known[wheel.file] = { ...known[wheel.file], [way]: await prove(path, way, wheel) };
    writeFileSync(store, JSON.stringify(known, undefined, 1));
    console.log(wheel.file, way, JSON.stringify(known[wheel.file][way]));
    if (!isProved(known[wheel.file][way])) process.exitCode = 1;
  }
}
if (values.write) {
  writeFileSync(join(ROOT, "docs/shrink-proof.md"), proofPage(listed.wheels, known));
}

/** The tool, unpacked from its wheel. */
async function findCuobjdump() {
  const folder = join(cacheFolder(), listed.cuobjdump.file.split("-").slice(0, 2).join("-"));
  const program = join(folder, "nvidia/cu13/bin/cuobjdump");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    unzip(await fetchWheel(python, listed.cuobjdump), folder);
  }
  chmodSync(program, 0o755);
  return program;
}

async function prove(path, way, { code }) {
  const folder = mkdtempSync(join(cacheFolder(), "shrink-proof-"));
  try {
    const kept = values.shrunk && join(values.shrunk, way);
    const result =
      kept === undefined
        ? shrink(path, way, join(folder, "out"))
        : join(kept, readdirSync(kept)[0]);
    const [before, after] = [join(folder, "before"), join(folder, "after")];
    unzip(path, before);
    unzip(result, after);
    const files = nativeFiles(before);
    const found = files.map((file) =>
      compareDeviceCode(cuobjdump, join(before, file), join(after, file), folder),
    );
    const sum = (field) => found.reduce((total, each) => total + each[field], 0);
    const device = {
      cubins: sum("cubins"),
      texts: sum("texts"),
      differ: sum("differ"),
      differing: files.filter((_, index) => found[index].differ > 0),
    };
    const load = [before, after].map((each) => loadAll(python, each));
    const runs = code === undefined ? undefined : loadAll(python, after, code);
    const changed = files.filter(
      (file) => !readFileSync(join(before, file)).equals(readFileSync(join(after, file))),
    );
    const tools = changeAndLoad(python, after, changed, folder);
    const again = shrink(result, way, join(folder, "again"));
    const alone = shrink(path, way, join(folder, "alone"), ["-j", "1"]);
    const digest = await sha256(result);
    return {
      packed: [statSync(path).size, statSync(result).size],
      files: files.length,
      changed: changed.length,
      device,
      load,
      ...(runs === undefined ? {} : { runs }),
      tools,
      again: (await sha256(again)) === digest,
      alone: (await sha256(alone)) === digest,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shrink(path, way, out, options = []) {
  const command = [CLI, "shrink", "--no-config", ...WAYS[way], ...options, "-w", out, path];
  execFileSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  return join(out, readdirSync(out)[0]);
}

/** What did not load before need not load after; more must not be lost. */
function isProved({ device, load: [before, after], tools, again, alone, runs }) {
  return (
    device.differ === 0 &&
    isLoaded(before, after) &&
    Object.values(tools).every((each) => isLoaded(before, each)) &&
    again &&
    alone &&
    (runs === undefined || runs.loads)
  );
}

function isLoaded(before, after) {
  return (
    (after.loads || !before.loads) &&
    after.libraries === before.libraries &&
    after.containers === before.containers &&
    after.entries === before.entries &&
    after.broken === 0
  );
}
