/**
 * `node bench/repair.mjs`: repairs in one run with what they are measured against.
 *
 * Large: a wheel whose large library must be patched, because a library that it brings was taken out
 * and is found on the host again, beside `unzip -tq` of it. Grafts: wheels that `npm run corpus`
 * built against this host's libraries, beside one thread of zlib at level 6 over the members that
 * the repair changed or added. `--write` writes `docs/benchmarks-repair.md`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { measureRun, median } from "./measure.mjs";
import {
  builtProgram,
  here,
  inWorkFolder,
  loadNow,
  machineText,
  megabytes,
  pinned,
  python,
  ratio,
  seconds,
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
    jobs: { type: "string", default: "2" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const cli = builtProgram();
const list = pinned("wheels");
const load = loadNow();
const large = [];
const grafts = [];
await inWorkFolder("repair", async (work) => {
  for (const { start, member } of LARGE) {
    if (options.only === undefined || start.includes(options.only)) {
      large.push(await measureLarge(work, start, member));
    }
  }
  for (const wheel of unrepaired()) {
    if (options.only === undefined || wheel.includes(options.only)) {
      grafts.push(measureGrafts(work, wheel));
    }
  }
});
const page = pageOf();
console.log(page);
if (options.write) {
  writeFileSync(here("../docs/benchmarks-repair.md"), page);
}

async function measureLarge(work, start, member) {
  const wheel = list.find(({ file }) => file.startsWith(start));
  const source = await fetchWheel(python, wheel);
  const path = join(work, wheel.file);
  const folder = join(work, `lib-${large.length}`);
  execFileSync(python, ["-c", TAKE_OUT, source, path, member, folder]);
  const out = join(work, "out");
  /** @type {Record<"unzip" | "repair", object[]>} */
  const runs = { unzip: [], repair: [] };
  for (let round = 0; round <= rounds; round++) {
    rmSync(out, { recursive: true, force: true });
    const unzip = run(["unzip", "-tq", path]);
    const repair = run([...repairCommand(out), "--ldpaths", folder, path]);
    // Round 0 warms the page cache.
    if (round > 0) {
      runs.unzip.push(unzip);
      runs.repair.push(repair);
    }
  }
  return { file: wheel.file, size: statSync(path).size, member, ...mediansOf(runs) };
}

function measureGrafts(work, path) {
  const out = join(work, "out");
  /** @type {Record<"repair" | "deflate", object[]>} */
  const runs = { repair: [], deflate: [] };
  let changed = 0;
  for (let round = 0; round <= rounds; round++) {
    rmSync(out, { recursive: true, force: true });
    const repair = run([...repairCommand(out), path]);
    const result = join(out, readdirSync(out)[0]);
    const printed = execFileSync(python, ["-c", DEFLATE_CHANGED, path, result], {
      encoding: "utf8",
    });
    const [wall, cpu, size] = printed.trim().split(" ").map(Number);
    changed = size;
    if (round > 0) {
      runs.repair.push(repair);
      runs.deflate.push({ wall, cpu, peak: 0 });
    }
  }
  return { file: basename(path), changed, ...mediansOf(runs) };
}

function repairCommand(out) {
  return [process.execPath, cli, "repair", "-j", options.jobs, "-w", out];
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
    for (const unit of ["wall", "cpu", "peak"]) {
      all[name][unit] = median(each.map((one) => one[unit]));
    }
  }
  return all;
}

/** Of each project that was built, its wheel. */
function unrepaired() {
  const folder = join(cacheFolder(), "unrepaired");
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith("-linux_x86_64.whl"))
    .sort()
    .map((name) => join(folder, name));
}

function pageOf() {
  const rows = large.map(({ file, size, member, unzip, repair }) => {
    const cells = [`\`${file}\``, `\`${basename(member)}\``, megabytes(size)];
    const factors = [ratio(repair.wall, unzip.wall), ratio(repair.cpu, unzip.cpu)];
    const times = [
      seconds(unzip.wall),
      seconds(unzip.cpu),
      seconds(repair.wall),
      seconds(repair.cpu),
    ];
    return `| ${[...cells, ...times, ...factors, `${Math.round(repair.peak)} MiB`].join(" | ")} |`;
  });
  const sum = (pick) => grafts.reduce((total, each) => total + pick(each), 0);
  const graftRow = (name, changed, repair, deflate, peak) =>
    `| ${[
      name,
      megabytes(changed),
      seconds(deflate.wall),
      seconds(deflate.cpu),
      seconds(repair.wall),
      seconds(repair.cpu),
      ratio(repair.wall, deflate.wall),
      ratio(repair.cpu, deflate.cpu),
      `${Math.round(peak)} MiB`,
    ].join(" | ")} |`;
  const graftRows = grafts.map(({ file, changed, repair, deflate }) =>
    graftRow(`\`${file.split("-").slice(0, 2).join(" ")}\``, changed, repair, deflate, repair.peak),
  );
  const total = (name) => ({
    wall: sum((each) => each[name].wall),
    cpu: sum((each) => each[name].cpu),
  });
  const most = Math.max(0, ...grafts.map(({ repair }) => repair.peak));
  const last = graftRow(
    "all",
    sum(({ changed }) => changed),
    total("repair"),
    total("deflate"),
    most,
  );
  return `# Benchmarks of repairs

Written by \`node bench/repair.mjs --write\`; do not edit by hand.

Medians of ${rounds} rounds after one that warms the page cache, all commands in turn, from start to exit:
wall and processor time, and the peak resident size. \`wheelkit repair -j ${options.jobs}\`, ${machineText()};
one minute's load when it began: ${load}. Where other work shares the processor, wall times say little;
the factors of the processor times are over all threads.

## A large library that must be patched

A library that the wheel brings was taken out of it, and is found on the host: the repair grafts it
and patches what needs it. The peer is \`unzip -tq\` of the input.

| wheel | taken out | size | unzip, wall | processor | repair, wall | processor | wall | processor | peak |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.join("\n")}

## Many grafts

Wheels that \`npm run corpus\` built against this host's libraries. The yardstick is one thread of zlib
at level 6 over the members that the repair changed or added, without reading or hashing them.

| wheel | changed | zlib, wall | processor | repair, wall | processor | wall | processor | peak |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
${[...graftRows, last].join("\n")}
`;
}
