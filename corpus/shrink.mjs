/**
 * `node corpus/shrink.mjs [--only a,b] [--ways "default;driver 550"] [--write]`: shrinks published CUDA
 * wheels and proves that nothing is lost, with programs that are not wheelkit's.
 *
 * 1. NVIDIA's `cuobjdump` takes the same cubins and PTX, with equal bytes, out of every file before and
 *    after.
 * 2. Every library loads without a GPU, and a stand-in for the CUDA runtime walks as many fat binaries
 *    with as many entries as before (`shrink-load.py`).
 *    Scripts of some wheels compute on the CPU, and print the same before and after.
 * 3. GNU strip (`-s`, `-g`), llvm-strip and patchelf each leave files that load.
 * 4. Shrinking again changes nothing; one thread gives the same bytes as several.
 *
 * `--shrunk FOLDER` takes the results that lie in folders of the ways' names (`bench/shrink.mjs --keep`)
 * instead of shrinking, and leaves out the fourth proof, since another build may have made them; ways at
 * level `best` are proved from such results alone. `--once` leaves out the fourth proof as well, for
 * wheels that take long. `--write` writes `docs/shrink-proof.md` from everything that was proved so far.
 * Wheels are fetched into the cache; `npm run build` comes first. Exits with 1 when anything differs.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, sha256 } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { npmWheel } from "./npm-wheel.mjs";
import { findPython } from "./python.mjs";
import {
  changeAndLoad,
  compareDeviceCode,
  findCuobjdump,
  installNeeds,
  loadAll,
  nativeFiles,
  runScript,
  unzip,
} from "./shrink-checks.mjs";
import { proofPage } from "./shrink-page.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = process.env.WHEELKIT_CLI ?? join(ROOT, "dist/src/cli.cjs");
const listed = JSON.parse(readFileSync(join(ROOT, "corpus/shrink-wheels.json"), "utf8"));

/** By the name of their column. */
const WAYS = { default: [], "driver 550": ["--min-driver", "550"] };
/** Ways that take hours: what `--shrunk` has of them is proved. With the targets that are kept. */
const KEPT_WAYS = {
  "driver 550, best": undefined,
  "4 GPUs, 550, best": ["sm_80", "sm_90", "sm_100", "sm_120"],
};

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    ways: { type: "string", default: Object.keys(WAYS).join(";") },
    shrunk: { type: "string" },
    once: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const python = findPython();
const cuobjdump = await findCuobjdump(python);
const store = join(cacheFolder(), "shrink-proof.json");
const names = values.only.split(",");
for (const wheel of listed.wheels.filter(({ file }) =>
  names.some((name) => file.startsWith(name)),
)) {
  const path = await (wheel.npm === undefined ? fetchWheel : npmWheel)(python, wheel);
  for (const way of values.ways.split(";")) {
    const proof = await prove(path, way, wheel);
    remember(wheel.file, way, proof);
    console.log(wheel.file, way, JSON.stringify(proof));
    if (!isProved(way, proof)) process.exitCode = 1;
  }
}
if (values.write) {
  const [thrown, fresh, options] = ["shrink-throws", "shrink-fresh", "shrink-options"].map((name) =>
    storedIn(join(cacheFolder(), `${name}.json`)),
  );
  const page = proofPage(listed.wheels, storedIn(store), thrown, fresh, options);
  writeFileSync(join(ROOT, "docs/shrink-proof.md"), page);
}

/** What this script, `throws.mjs`, `shrink-fresh.mjs` or `shrink-options.mjs` keeps. */
function storedIn(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

function remember(file, way, proof) {
  const known = storedIn(store);
  known[file] = { ...known[file], [way]: proof };
  writeFileSync(store, JSON.stringify(known, undefined, 1));
}

async function prove(path, way, { runs }) {
  const folder = mkdtempSync(join(cacheFolder(), "shrink-proof-"));
  try {
    const kept = values.shrunk && join(values.shrunk, way, basename(path));
    const result = kept ?? shrink(path, way, join(folder, "out"));
    const [before, after] = [join(folder, "before"), join(folder, "after")];
    unzip(path, before);
    unzip(result, after);
    const files = nativeFiles(before);
    const found = files.map((file) =>
      compareDeviceCode(cuobjdump, join(before, file), join(after, file), folder, KEPT_WAYS[way]),
    );
    const sum = (field) => found.reduce((total, each) => total + each[field], 0);
    const device = {
      cubins: sum("cubins"),
      texts: sum("texts"),
      differ: sum("differ"),
      differing: files.filter((_, index) => found[index].differ > 0 || found[index].said),
    };
    const load = [before, after].map((each) => loadAll(python, each));
    const prints =
      runs &&
      [before, after].map((each) =>
        runScript(
          python,
          each,
          join(ROOT, "corpus", runs.script),
          installNeeds(python, runs.needs),
        ),
      );
    const changed = files.filter(
      (file) => !readFileSync(join(before, file)).equals(readFileSync(join(after, file))),
    );
    const tools = changeAndLoad(python, after, changed, folder);
    const digest = await sha256(result);
    const isSame = async (input, name, options) =>
      (await sha256(shrink(input, way, join(folder, name), options))) === digest;
    const isRepeated = kept === undefined && !values.once;
    return {
      packed: [statSync(path).size, statSync(result).size],
      files: files.length,
      changed: changed.length,
      device,
      load,
      ...(prints === undefined ? {} : { runs: { script: runs.script, prints } }),
      tools,
      ...(isRepeated ? { again: await isSame(result, "again") } : {}),
      ...(isRepeated ? { alone: await isSame(path, "alone", ["-j", "1"]) } : {}),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shrink(path, way, out, options = []) {
  if (way in KEPT_WAYS) throw new Error(`${way} is proved of results that --shrunk names`);
  const command = [CLI, "shrink", "--no-config", ...WAYS[way], ...options, "-w", out, path];
  execFileSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  return join(out, readdirSync(out)[0]);
}

/** What did not load before need not load after; more must not be lost. */
function isProved(way, proof) {
  const { device, load, tools, again, alone, runs } = proof;
  const [before, after] = load;
  const entries = KEPT_WAYS[way] === undefined ? before.entries : after.entries;
  return (
    device.differing.length === 0 &&
    isLoaded({ ...before, entries }, after) &&
    Object.values(tools).every((each) => isLoaded(after, each)) &&
    again !== false &&
    alone !== false &&
    (runs === undefined || runs.prints[0] === runs.prints[1])
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
