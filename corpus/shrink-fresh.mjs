/**
 * `node corpus/shrink-fresh.mjs [WHEEL...]`: tries every way of shrinking on wheels that nobody chose for it;
 * without arguments on those of `shrink-fresh.json`, which are fetched into the cache.
 *
 * 1. The inventory of `show --device-code` is what NVIDIA's `cuobjdump` finds: so many cubins and texts of
 *    PTX for each GPU in each file, what it refuses to take out though it is given it alone included.
 * 2. Each way ends with a result or with a refusal that has a code; `audit` finds nothing in a result that
 *    it did not find before.
 * 3. `cuobjdump` takes the same out of both, as far as it is to be there, and what loaded before loads.
 *
 * Prints a line for each wheel and keeps it for `node corpus/shrink.mjs --write`. Exits with 1 when anything
 * differs. `npm run build` comes first.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
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
import { cacheFolder } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { findPython } from "./python.mjs";
import {
  compareDeviceCode,
  deviceCodeOf,
  findCuobjdump,
  loadAll,
  nativeFiles,
  unzip,
} from "./shrink-checks.mjs";

const CLI =
  process.env.WHEELKIT_CLI ?? fileURLToPath(new URL("../dist/src/cli.cjs", import.meta.url));
const LONGEST = 1_200_000;
const GPUS = ["sm_80", "sm_90"];
/**
 * By name: the options, and the targets that stay; undefined: all.
 *
 * @type {Record<string, { options: string[], kept?: string[], loads: boolean }>}
 */
const WAYS = {
  default: { options: [], loads: true },
  "driver 550": { options: ["--min-driver", "550"], loads: false },
  "2 GPUs": {
    options: ["--keep-archs", GPUS.join(), "--ptx", "newest"],
    kept: GPUS,
    loads: true,
  },
};

const { positionals } = parseArgs({ allowPositionals: true });
const python = findPython();
const cuobjdump = await findCuobjdump(python);
const store = join(cacheFolder(), "shrink-fresh.json");
const listed = JSON.parse(readFileSync(new URL("shrink-fresh.json", import.meta.url), "utf8"));
for (const given of positionals.length > 0 ? positionals : listed.wheels) {
  const wheel = typeof given === "string" ? given : await fetchWheel(python, given);
  const tried = tryAll(wheel);
  const known = existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : {};
  writeFileSync(store, JSON.stringify({ ...known, [basename(wheel)]: tried }, undefined, 1));
  console.log(basename(wheel), JSON.stringify(tried));
  if (tried.faults.length > 0) process.exitCode = 1;
}

function wheelkit(...args) {
  const run = spawnSync(process.execPath, [CLI, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    timeout: LONGEST,
  });
  return { status: run.status ?? run.signal, out: run.stdout, said: run.stderr };
}

function tryAll(wheel) {
  const folder = mkdtempSync(join(cacheFolder(), "shrink-fresh-"));
  const faults = [];
  try {
    const before = join(folder, "before");
    unzip(wheel, before);
    /** @type {Record<string, number>} */
    const unread = {};
    const inventory = compareInventory(wheel, before, folder, { faults, unread });
    const sizes = wheelkit("show", "--no-config", "--sizes", wheel);
    if (sizes.status !== 0) faults.push(`show --sizes: ${sizes.status}`);
    const known = codesOf(wheel);
    const loaded = loadAll(python, before);
    const ways = {};
    for (const [name, way] of Object.entries(WAYS)) {
      // cuobjdump names what it takes out by the path, up to a blank.
      const place = join(folder, name.replaceAll(" ", "-"));
      const found = tryWay(wheel, before, way, place, known, loaded);
      faults.push(...found.faults.map((fault) => `${name}: ${fault}`));
      ways[name] = found.result;
    }
    const digest = createHash("sha256").update(readFileSync(wheel)).digest("hex");
    return { size: statSync(wheel).size, sha256: digest, inventory, unread, ways, faults };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many entries of each target a file has, as `3 sm_80, 1 compute_90`. */
function compareInventory(wheel, before, folder, { faults, unread }) {
  const { status, out } = wheelkit("show", "--no-config", "--device-code", "-f", "json", wheel);
  if (status !== 0) {
    faults.push(`show --device-code: ${status}`);
    return {};
  }
  const ours = new Map();
  for (const { path, rows } of JSON.parse(out).files[0].deviceCode) {
    const counts = {};
    // cuobjdump names `sm_100f` so in its dump, but `sm_100` what it takes out.
    for (const { target: full, entries } of rows) {
      const target = full.replace(/f$/, "");
      counts[target] = (counts[target] ?? 0) + entries;
    }
    ours.set(path, counts);
  }
  const total = {};
  for (const file of nativeFiles(before)) {
    const theirs = {};
    const { names, refused } = deviceCodeOf(cuobjdump, join(before, file), folder);
    for (const name of names) {
      const [, target, kind] = /\.sm_(\w+)\.(\w+)$/.exec(name) ?? [];
      const full = `${kind === "ptx" ? "compute" : "sm"}_${target}`;
      theirs[full] = (theirs[full] ?? 0) + 1;
      total[full] = (total[full] ?? 0) + 1;
    }
    for (const [reason, count] of Object.entries(refused)) {
      const [target] = reason.split(":");
      theirs[target] = (theirs[target] ?? 0) + count;
      unread[reason] = (unread[reason] ?? 0) + count;
    }
    const [own, other] = [ours.get(file) ?? {}, theirs].map((counts) =>
      Object.entries(counts)
        .filter(([target]) => /^(sm|compute)_/.test(target))
        .map(([target, count]) => `${count} ${target}`)
        .sort()
        .join(", "),
    );
    if (own !== other) {
      faults.push(`${file}: ${own || "nothing"}, but cuobjdump: ${other || "nothing"}`);
    }
  }
  return total;
}

function codesOf(wheel) {
  const { out } = wheelkit("audit", "--no-config", "-f", "json", wheel);
  return new Set([...out.matchAll(/"rule": ?"([^"]+)"/g)].map(([, rule]) => rule));
}

function tryWay(wheel, before, way, folder, known, loaded) {
  const { options, kept, loads } = way;
  const out = join(folder, "out");
  const run = wheelkit("shrink", "--no-config", ...options, "-w", out, wheel);
  if (run.status === 3) {
    const [, code] = /error\[?:? ?.*?\[?([a-z]+(?:-[a-z]+)+)\]?/.exec(run.said) ?? [];
    return { result: { refused: code ?? run.said.trim() }, faults: [] };
  }
  if (run.status !== 0) return { result: {}, faults: [`ended with ${run.status}: ${run.said}`] };
  const result = join(out, readdirSync(out)[0]);
  const after = join(folder, "after");
  unzip(result, after);
  const faults = [];
  let [cubins, texts, changed] = [0, 0, 0];
  for (const file of nativeFiles(before)) {
    const [old, now] = [before, after].map((each) => join(each, file));
    if (!readFileSync(old).equals(readFileSync(now))) changed += 1;
    const device = compareDeviceCode(cuobjdump, old, now, folder, kept);
    cubins += device.cubins;
    texts += device.texts;
    if (device.differ > 0) faults.push(`${file}: ${device.differ} differ`);
  }
  const fresh = [...codesOf(result)].filter((rule) => !known.has(rule));
  if (fresh.length > 0) faults.push(`audit: ${fresh.join()}`);
  if (loads) {
    const now = loadAll(python, after);
    const same =
      (now.loads || !loaded.loads) &&
      now.libraries === loaded.libraries &&
      now.containers === loaded.containers &&
      now.broken === 0;
    if (!same) faults.push(`loads otherwise: ${now.libraries} of ${loaded.libraries}; ${now.text}`);
  }
  rmSync(after, { recursive: true });
  const { size } = statSync(result);
  return { result: { size, changed, cubins, texts, libraries: loaded.libraries }, faults };
}
