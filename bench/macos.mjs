/**
 * `node bench/macos.mjs`: macOS wheels in one run with what they are measured against.
 *
 * Audits of published wheels over 30 MB beside `unzip -tq`; repairs of a library of 100 MB, thin and
 * fat, as a member that must be patched and as a library from outside, beside `unzip -tq` of the input
 * or one thread of zlib at level 6 over what was added. `--write` writes `docs/benchmarks-macos.md`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../corpus/cache.mjs";
import { auditRows, cli, finish, measure, options, python, unzip, wanted } from "./beside.mjs";
import { fatDylib, largeDylib } from "./large-dylib.mjs";

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

const bench = join(cacheFolder(), "bench");
mkdirSync(bench, { recursive: true });
const work = mkdtempSync(join(bench, "macos-"));
try {
  await auditRows("macos-wheels.json", AUDITED);
  for (const fat of [false, true]) {
    for (const outside of [false, true]) {
      const what = `repair: ${fat ? "fat" : "thin"}, ${outside ? "from outside" : "a member"}`;
      if (wanted(what)) repairRow(what, fat, outside);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
finish(
  "macos",
  `Audits of published wheels; repairs of a library of 100 MB that is a member which must be patched and
signed, or comes from outside. Yardsticks: \`unzip -tq\` of the input, or one thread of zlib at level 6 over
the library, without reading it.`,
);

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
  measure(
    what,
    { size: LARGE, goal: outside ? 1 : 2.5 },
    yardstick,
    [cli, "repair", "-j", options.jobs, "-w", out, wheel],
    out,
  );
  rmSync(folder, { recursive: true });
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
