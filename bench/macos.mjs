/**
 * `node bench/macos.mjs`: macOS wheels in one run with what they are measured against.
 *
 * Audits of published wheels over 30 MB beside `unzip -tq`; repairs of a library of 100 MB, thin and
 * fat, as a member that must be patched and as a library from outside, beside `unzip -tq` of the input
 * or one thread of zlib at level 6 over what was added. `--write` writes `docs/benchmarks-macos.md`.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "../corpus/cache.mjs";
import { fetchWheel } from "../corpus/fetch.mjs";
import { findPython } from "../corpus/python.mjs";
import { fatDylib, largeDylib } from "./large-dylib.mjs";
import { measureRun, median } from "./measure.mjs";

const LARGE = 100e6;
const AUDITED = 30e6;

/** Writes a wheel: `NAME=FILE` for each member. */
const PACK = `
import base64, hashlib, sys, zipfile
result, tag, *members = sys.argv[1:]
rows = []
with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as wheel:
    def put(name, data):
        info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
        info.external_attr = 0o100644 << 16
        wheel.writestr(info, data, zipfile.ZIP_DEFLATED, 6)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}")
    for member in members:
        name, _, path = member.partition("=")
        put(name, open(path, "rb").read() if path else b"")
    info = "large-1.0.dist-info"
    put(f"{info}/METADATA", b"Metadata-Version: 2.1\\nName: large\\nVersion: 1.0\\n")
    put(f"{info}/WHEEL", f"Wheel-Version: 1.0\\nGenerator: bench\\nRoot-Is-Purelib: false\\nTag: {tag}\\n".encode())
    wheel.writestr(f"{info}/RECORD", "".join(f"{row}\\n" for row in rows) + f"{info}/RECORD,,\\n")
`;
/** Prints the milliseconds that one thread of zlib takes for a file. */
const DEFLATE = `
import sys, time, zlib
data = open(sys.argv[1], "rb").read()
packer = zlib.compressobj(6, zlib.DEFLATED, -15)
start, used = time.perf_counter(), time.process_time()
packer.compress(data)
packer.flush()
print((time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000)
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
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
const python = findPython();
const bench = join(cacheFolder(), "bench");
mkdirSync(bench, { recursive: true });
const load = loadavg()[0].toFixed(1);
const work = mkdtempSync(join(bench, "macos-"));
const rows = [];
try {
  const wheels = JSON.parse(readFileSync(here("../corpus/macos-wheels.json"), "utf8"));
  for (const wheel of wheels) {
    if (wheel.size < AUDITED || !wanted(`audit ${wheel.file}`)) continue;
    const path = await fetchWheel(python, wheel);
    rows.push(
      row(`audit \`${wheel.name} ${wheel.version}\``, wheel.size, unzip(path), [
        cli,
        "audit",
        path,
      ]),
    );
  }
  for (const fat of [false, true]) {
    for (const outside of [false, true]) {
      const what = `repair: ${fat ? "fat" : "thin"}, ${outside ? "from outside" : "a member"}`;
      if (wanted(what)) rows.push(repairRow(what, fat, outside));
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const page = pageOf();
console.log(page);
if (options.write) writeFileSync(here("../docs/benchmarks-macos.md"), page);

/** @param {string} what */
function wanted(what) {
  return options.only === undefined || what.includes(options.only);
}

/** @param {string} what @param {boolean} fat @param {boolean} outside */
function repairRow(what, fat, outside) {
  const folder = join(work, what.replace(/\W+/g, "-"));
  mkdirSync(folder);
  const at = (/** @type {string} */ name) => join(folder, name);
  /** @type {("arm64" | "x86_64")[]} */
  const archs = fat ? ["x86_64", "arm64"] : ["arm64"];
  const build = (
    /** @type {string} */ name,
    /** @type {number} */ size,
    /** @type {string[]} */ loads,
  ) => {
    const slices = archs.map((arch) =>
      largeDylib({ arch, size: size / archs.length, id: name, loads, rpaths: ["/opt/build/lib"] }),
    );
    writeFileSync(at(name), fat ? fatDylib(slices, archs) : slices[0]);
  };
  build("liblarge.dylib", LARGE, outside ? [] : [at("libsmall.dylib")]);
  build("libsmall.dylib", 50e3, []);
  build("ext.so", 50e3, [outside ? at("liblarge.dylib") : "@loader_path/liblarge.dylib"]);
  const tag = `cp312-cp312-macosx_11_0_${fat ? "universal2" : "arm64"}`;
  const wheel = at(`large-1.0-${tag}.whl`);
  const members = ["large/__init__.py=", `large/ext.so=${at("ext.so")}`];
  if (!outside) members.push(`large/liblarge.dylib=${at("liblarge.dylib")}`);
  execFileSync(python, ["-c", PACK, wheel, tag, ...members]);
  const yardstick = outside ? deflate(at("liblarge.dylib")) : unzip(wheel);
  const out = at("out");
  const result = row(
    what,
    LARGE,
    yardstick,
    [cli, "repair", "-j", options.jobs, "-w", out, wheel],
    out,
  );
  rmSync(folder, { recursive: true });
  return result;
}

/** @param {string} path */
function unzip(path) {
  return { what: "unzip -tq", measure: () => measureRun(python, ["unzip", "-tq", path]) };
}

/** @param {string} path */
function deflate(path) {
  return {
    what: "zlib",
    measure() {
      const text = execFileSync(python, ["-c", DEFLATE, path], { encoding: "utf8" });
      const [wall, cpu] = text.trim().split(" ").map(Number);
      return { status: 0, wall, cpu, peak: 0 };
    },
  };
}

/**
 * @param {string} what
 * @param {number} size
 * @param {{what: string, measure(): {status: number, wall: number, cpu: number, peak: number}}} yardstick
 * @param {string[]} command
 * @param {string} [out] removed before each run.
 */
function row(what, size, yardstick, command, out) {
  /** @type {Record<"theirs" | "ours", {status: number, wall: number, cpu: number, peak: number}[]>} */
  const runs = { theirs: [], ours: [] };
  for (let round = 0; round <= rounds; round++) {
    if (out !== undefined) rmSync(out, { recursive: true, force: true });
    const theirs = yardstick.measure();
    const ours = measureRun(python, [process.execPath, ...command]);
    // An audit that finds errors ends with 1.
    if (ours.status > 1 || theirs.status !== 0) throw new Error(`${command.join(" ")} failed`);
    if (out !== undefined && readdirSync(out).length !== 1) throw new Error(`nothing in ${out}`);
    // Round 0 warms the page cache.
    if (round > 0) {
      runs.theirs.push(theirs);
      runs.ours.push(ours);
    }
  }
  const [theirs, ours] = [runs.theirs, runs.ours].map((each) => ({
    wall: median(each.map(({ wall }) => wall)),
    cpu: median(each.map(({ cpu }) => cpu)),
    peak: Math.max(...each.map(({ peak }) => peak)),
  }));
  console.error(`${what}: ${(ours.wall / theirs.wall).toFixed(2)} x`);
  return { what, size, yardstick: yardstick.what, theirs, ours };
}

function pageOf() {
  const cpu = /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  const lines = rows.map(({ what, size, yardstick, theirs, ours }) => {
    const cells = [what, `${(size / 1e6).toFixed(1)} MB`, yardstick];
    cells.push(seconds(theirs.wall), seconds(ours.wall), factor(ours.wall, theirs.wall));
    cells.push(factor(ours.cpu, theirs.cpu), `${Math.round(ours.peak)} MiB`);
    return `| ${cells.join(" | ")} |`;
  });
  return `# Benchmarks of macOS wheels

Written by \`node bench/macos.mjs --write\`; do not edit by hand.

Medians of ${rounds} rounds after one that warms the page cache, from start to exit; peaks are the highest.
Audits of published wheels; repairs of a library of 100 MB that is a member which must be patched and
signed, or comes from outside. Yardsticks: \`unzip -tq\` of the input, or one thread of zlib at level 6 over
the library, without reading it. \`-j ${options.jobs}\`, ${cpu}, Node ${process.version}; one minute's load when it began: ${load}.

| | size | beside | wall | wheelkit, wall | wall | processor | peak |
|---|--:|---|--:|--:|--:|--:|--:|
${lines.join("\n")}
`;
}

/** @param {number} ms */
function seconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} a @param {number} b */
function factor(a, b) {
  return `${(a / b).toFixed(2)} ×`;
}
