/**
 * `node bench/repair.mjs`: repairs in one run with what they are measured against.
 *
 * Large: a wheel whose large library must be patched, because a library that it brings was taken out
 * and is found on the host again, beside `unzip -tq` of it; `--wheel FILE --take-out MEMBER` measures
 * any other. Grafts: wheels that `npm run corpus` built against this host's libraries, beside one
 * thread of zlib at level 6 over the members that the repair changed or added, and beside auditwheel.
 *
 * Each wheel's row is kept in the cache, so that a long table can be measured in several runs
 * (`--part`, `--only`, `--measure times`, `memory` or `peer`); `--write` writes what is there to `docs/benchmarks-repair.md`.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { auditwheelVersion } from "../corpus/python.mjs";
import { measureRun, median } from "./measure.mjs";
import { repairPage } from "./repair-page.mjs";
import {
  builtProgram,
  here,
  inWorkFolder,
  loadNow,
  machineText,
  pinned,
  python,
} from "./setup.mjs";

/** Wheels of the corpus with a large library, and a member that it needs. */
const LARGE = [
  { start: "torch-2.7.1-cp312-cp312-manylinux", member: "torch.libs/libgomp-58a43326.so.1.0.0" },
  { start: "tensorflow_cpu-2.20.0-", member: "tensorflow/libtensorflow_framework.so.2" },
];

/** Copies a wheel without one member, which goes to a folder; data stay compressed as they are. */
const TAKE_OUT = `
import os, struct, sys, zipfile
source, target, member, folder = sys.argv[1:]
wheel = zipfile.ZipFile(source)
os.makedirs(folder, exist_ok=True)
open(os.path.join(folder, os.path.basename(member)), "wb").write(wheel.read(member))
raw = open(source, "rb")
result = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
for info in wheel.infolist():
    if info.filename == member:
        continue
    if info.filename.endswith(".dist-info/RECORD"):
        rows = wheel.read(info).decode().split("\\n")
        result.writestr(info, "\\n".join(row for row in rows if not row.startswith(member + ",")))
        continue
    raw.seek(info.header_offset + 26)
    raw.seek(sum(struct.unpack("<HH", raw.read(4))), 1)
    data = raw.read(info.compress_size)
    copy = zipfile.ZipInfo(info.filename, info.date_time)
    for name in ("compress_type", "external_attr", "create_system", "CRC", "compress_size", "file_size"):
        setattr(copy, name, getattr(info, name))
    copy.header_offset = result.fp.tell()
    result.fp.write(copy.FileHeader(False))
    result.fp.write(data)
    result.start_dir = result.fp.tell()
    result.filelist.append(copy)
    result.NameToInfo[copy.filename] = copy
result.close()
`;

/** Prints wall and processor milliseconds of zlib over what differs between two wheels, and its bytes. */
const DEFLATE_CHANGED = `
import sys, time, zipfile, zlib
before, after = (zipfile.ZipFile(path) for path in sys.argv[1:])
known = {(info.filename, info.CRC, info.file_size) for info in before.infolist()}
wall = cpu = size = 0
for info in after.infolist():
    if (info.filename, info.CRC, info.file_size) in known:
        continue
    data = after.read(info)
    size += len(data)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    start, used = time.perf_counter(), time.process_time()
    packer.compress(data)
    packer.flush()
    wall += time.perf_counter() - start
    cpu += time.process_time() - used
print(wall * 1000, cpu * 1000, size)
`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    part: { type: "string" },
    only: { type: "string", default: "" },
    wheel: { type: "string" },
    "take-out": { type: "string" },
    measure: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const cli = builtProgram();
const kept = join(cacheFolder(), "bench-repair.json");
await inWorkFolder("repair", async (work) => {
  if (options.wheel !== undefined) {
    await large(work, options.wheel, options["take-out"]);
    return;
  }
  if (wants("large")) {
    for (const { start, member } of LARGE) {
      if (!start.includes(options.only)) continue;
      const wheel = pinned("wheels").find(({ file }) => file.startsWith(start));
      await large(work, await fetchWheel(python, wheel), member);
    }
  }
  if (wants("grafts")) {
    for (const wheel of unrepaired()) {
      if (basename(wheel).includes(options.only)) grafts(work, wheel);
    }
  }
});
const page = repairPage(known(), {
  text: machineText(),
  auditwheel: auditwheelVersion(python),
});
console.log(page);
if (options.write) writeFileSync(here("../docs/benchmarks-repair.md"), page);

/** @param {"large" | "grafts"} part */
function wants(part) {
  return options.part === undefined || options.part === part;
}

/** @returns {{ large: Record<string, any>, grafts: Record<string, any> }} */
function known() {
  return existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : { large: {}, grafts: {} };
}

/** @param {"times" | "memory" | "peer"} what */
function measures(what) {
  return options.measure === undefined || options.measure === what;
}

function keep(part, path, row) {
  // Another run may have put something there meanwhile.
  const rows = known();
  rows[part][basename(path)] = { ...rows[part][basename(path)], ...row };
  writeFileSync(kept, `${JSON.stringify(rows, null, 1)}\n`);
}

async function large(work, source, member) {
  const path = join(work, basename(source));
  const folder = join(work, "lib");
  rmSync(folder, { recursive: true, force: true });
  execFileSync(python, ["-c", TAKE_OUT, source, path, member, folder]);
  const more = ["--ldpaths", folder];
  const out = join(work, "out");
  keep("large", path, { size: statSync(path).size, member });
  if (measures("times")) {
    keep("large", path, inTurn(out, path, more, { unzip: () => run(["unzip", "-tq", path]) }));
  }
  if (measures("memory")) keep("large", path, { peaks: peaksOf(out, path, more) });
  rmSync(path);
}

function grafts(work, path) {
  const out = join(work, "out");
  if (measures("times")) {
    let changed = 0;
    const times = inTurn(out, path, [], {
      node: () => run([process.execPath, "-e", "0"]),
      deflate(result) {
        const printed = execFileSync(python, ["-c", DEFLATE_CHANGED, path, result], {
          encoding: "utf8",
        });
        const [wall, cpu, size] = printed.trim().split(" ").map(Number);
        changed = size;
        return { wall, cpu };
      },
    });
    keep("grafts", path, { changed, size: statSync(resultIn(out)).size, ...times });
  }
  if (measures("memory")) keep("grafts", path, { peaks: peaksOf(out, path, []) });
  if (measures("peer")) keep("grafts", path, { peer: auditwheel(out, path) });
}

/**
 * Medians of rounds of the repair and of `others`, which get its result, after one that warms the page
 * cache.
 */
function inTurn(out, path, more, others) {
  const load = loadNow();
  /** @type {Record<string, any[]>} */
  const runs = { repair: [] };
  for (let round = 0; round <= rounds; round++) {
    const repair = repairOnce(out, "2", path, more);
    const all = { repair };
    for (const [name, measure] of Object.entries(others)) all[name] = measure(resultIn(out));
    if (round === 0) continue;
    for (const [name, each] of Object.entries(all)) {
      runs[name] ??= [];
      runs[name].push(each);
    }
  }
  return { ...mediansOf(runs), rounds, load };
}

/** MiB of one run with each of `-j` 1 to 4. All make the same bytes. */
function peaksOf(out, path, more) {
  /** @type {Record<string, number>} */
  const peaks = {};
  let wanted;
  for (const jobs of ["1", "2", "3", "4"]) {
    peaks[jobs] = repairOnce(out, jobs, path, more).peak;
    const digest = createHash("sha256")
      .update(readFileSync(resultIn(out)))
      .digest("hex");
    wanted ??= digest;
    if (digest !== wanted) throw new Error(`${basename(path)}: -j ${jobs} makes other bytes`);
  }
  return peaks;
}

function repairOnce(out, jobs, path, more) {
  rmSync(out, { recursive: true, force: true });
  const command = ["repair", "--no-config", "-j", jobs, "-w", out, ...more, path];
  return run([process.execPath, cli, ...command]);
}

function resultIn(out) {
  return join(out, readdirSync(out)[0]);
}

/** Wall time and result of auditwheel, once; `undefined` where it refuses the wheel. */
function auditwheel(out, path) {
  rmSync(out, { recursive: true, force: true });
  const result = measureRun(python, [python, "-m", "auditwheel", "repair", "-w", out, path], {
    PATH: `${dirname(python)}${delimiter}${process.env.PATH}`,
    SOURCE_DATE_EPOCH: "1700000000",
  });
  if (result.status !== 0) return undefined;
  return { wall: result.wall, size: statSync(resultIn(out)).size };
}

function run(command) {
  const result = measureRun(python, command);
  if (result.status !== 0) {
    throw new Error(`\`${command.join(" ")}\` ended with status ${result.status}`);
  }
  return result;
}

function mediansOf(runs) {
  const all = {};
  for (const [name, each] of Object.entries(runs)) {
    all[name] = {};
    for (const unit of ["wall", "cpu"]) all[name][unit] = median(each.map((one) => one[unit]));
  }
  return all;
}

/** Of each project that was built, its wheel. */
function unrepaired() {
  const folder = join(cacheFolder(), "unrepaired");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith("-linux_x86_64.whl") && !name.startsWith("."))
    .sort()
    .map((name) => join(folder, name));
}
