/** What must hold of a shrunk wheel, asked of programs that are not wheelkit's. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";

const LOAD = fileURLToPath(new URL("shrink-load.py", import.meta.url));
/** Of one program over one library, in milliseconds. */
const LONGEST = 1_800_000;

/** ELF and PE files below a folder, by their first bytes. */
export function nativeFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() && /^(?:\x7fELF|MZ)/.test(head(path));
    })
    .sort();
}

function head(path) {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4);
    readSync(file, bytes);
    return bytes.toString("latin1");
  } finally {
    closeSync(file);
  }
}

/** NVIDIA's `cuobjdump`, unpacked from its wheel. */
export async function findCuobjdump(python) {
  const { cuobjdump } = JSON.parse(
    readFileSync(new URL("shrink-wheels.json", import.meta.url), "utf8"),
  );
  const folder = join(cacheFolder(), cuobjdump.file.split("-").slice(0, 2).join("-"));
  const program = join(folder, "nvidia/cu13/bin/cuobjdump");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    unzip(await fetchWheel(python, cuobjdump), folder);
  }
  chmodSync(program, 0o755);
  return program;
}

/**
 * Names of what the tool takes out of a library, `….sm_80.cubin`, `….sm_90.ptx`, and what it refuses to
 * take out though it is given it alone: so many by target and reason.
 */
export function deviceCodeOf(cuobjdump, library, folder) {
  const { files, refused } = extracted(cuobjdump, library, folder);
  return { names: [...files.keys()], refused };
}

/**
 * What NVIDIA's tool takes out of two copies of a library: how many cubins and texts of PTX, and how
 * many of them are not in both, or not with the same bytes.
 *
 * @param kept names of the targets (`sm_80`) whose code the second copy was to keep; undefined: all.
 */
export function compareDeviceCode(cuobjdump, before, after, folder, kept) {
  const old = extracted(cuobjdump, before, folder);
  const isUnchanged = readFileSync(before).equals(readFileSync(after));
  const now = isUnchanged ? old : extracted(cuobjdump, after, folder);
  const names = [...(kept === undefined ? old : now).files.keys()];
  return {
    cubins: names.filter((name) => name.endsWith(".cubin")).length,
    texts: names.filter((name) => name.endsWith(".ptx")).length,
    differ: kept === undefined ? differing(old.files, now.files) : lost(old.files, now.files, kept),
    ...(old.said === now.said ? {} : { said: [old.said, now.said] }),
  };
}

function differing(old, now) {
  return (
    [...old].filter(([name, digest]) => now.get(name) !== digest).length +
    [...now.keys()].filter((name) => !old.has(name)).length
  );
}

/** Entries are counted anew where some were left out: they are told apart by their bytes alone. */
function lost(old, now, kept) {
  const [known, left] = [new Set(old.values()), new Set(now.values())];
  const wanted = [...old].filter(([name]) => kept.includes(/sm_\d+/.exec(name)?.[0]));
  return (
    [...left].filter((digest) => !known.has(digest)).length +
    wanted.filter(([name, digest]) => name.endsWith(".cubin") && !left.has(digest)).length
  );
}

/**
 * SHA-256 by name of everything that the tool takes out of a library. Those for Windows it does not read,
 * and it stops at the first entry that it can't read: at an ELF that it calls invalid, at GPUs that its
 * release has forgotten. Then the containers are cut out and given to it one by one, and each entry alone
 * where it stops again.
 */
function extracted(cuobjdump, library, folder) {
  const whole = takenOut(cuobjdump, library, folder);
  const isRead = head(library) === "\x7fELF" && !STOPPED.test(whole.said);
  if (isRead) return { ...whole, refused: {} };
  const all = { files: new Map(), said: "", refused: {} };
  const one = join(folder, "one.fatbin");
  const take = (place, bytes, options) => {
    writeFileSync(one, bytes);
    const taken = takenOut(cuobjdump, one, folder, options);
    if (STOPPED.test(taken.said)) return taken;
    for (const [name, digest] of taken.files) all.files.set(`${place}: ${name}`, digest);
    return undefined;
  };
  for (const [index, bytes] of containersOf(library).entries()) {
    if (take(index, bytes) === undefined) continue;
    for (const [number, { alone, kind, arch }] of entriesOf(bytes).entries()) {
      const option = EXTRACT[kind];
      if (option === undefined) continue;
      const failed = take(`${index}.${number}`, alone, [option]);
      if (failed === undefined) continue;
      const target = `${kind === 1 ? "compute" : "sm"}_${arch}`;
      const reason = `${target}: ${failed.reason}`;
      all.refused[reason] = (all.refused[reason] ?? 0) + 1;
      all.said = Object.keys(all.refused).sort().join();
    }
  }
  return all;
}

/** By the kind of an entry. */
const EXTRACT = { 1: "--extract-ptx", 2: "--extract-elf" };

function takenOut(cuobjdump, library, folder, options = Object.values(EXTRACT)) {
  const files = new Map();
  const said = [];
  let reason = "";
  // Without `--all-fatbin` it leaves relocatable code out.
  for (const option of options) {
    const place = mkdtempSync(join(folder, "x-"));
    const run = spawnSync(cuobjdump, ["--all-fatbin", option, "all", library], {
      cwd: place,
      encoding: "utf8",
      timeout: LONGEST,
    });
    said.push(`${option} ended with ${run.status ?? run.signal}`);
    reason ||= /fatal *: (.*?)(?:\.| in '|$)/m.exec(run.stderr)?.[1] ?? "";
    for (const name of readdirSync(place)) {
      const content = readFileSync(join(place, name));
      files.set(name, createHash("sha256").update(content).digest("hex"));
    }
    rmSync(place, { recursive: true });
  }
  return { files, said: said.join(), reason };
}

const STOPPED = /ended with (?!0)/;
const FATBIN = 0xba55ed50;
/** PE keeps eight letters. */
const SECTIONS = new Set([".nv_fatbin", "__nv_relfatbin", ".nv_fatb", "__nv_rel"]);

/** The containers of a 64-bit ELF or PE file, one after the other as their own lengths say. */
function containersOf(library) {
  const data = readFileSync(library);
  const sections = data.readUInt32LE(0) === 0x464c457f ? elfSections(data) : peSections(data);
  return sections.flatMap(({ name, start, size }) => {
    if (!SECTIONS.has(name)) return [];
    const containers = [];
    for (let at = start; at + 16 <= start + size; ) {
      if (data.readUInt32LE(at) !== FATBIN) {
        at += 8;
        continue;
      }
      const next = at + data.readUInt16LE(at + 6) + Number(data.readBigUInt64LE(at + 8));
      containers.push(data.subarray(at, next));
      at = next;
    }
    return containers;
  });
}

/** Each entry of a container in a container of its own. */
function entriesOf(container) {
  const start = container.readUInt16LE(6);
  const entries = [];
  for (let at = start; at + 64 <= container.length; ) {
    const next = at + container.readUInt32LE(at + 4) + Number(container.readBigUInt64LE(at + 8));
    const alone = Buffer.concat([container.subarray(0, start), container.subarray(at, next)]);
    alone.writeBigUInt64LE(BigInt(next - at), 8);
    entries.push({ alone, kind: container[at], arch: container.readUInt32LE(at + 0x1c) });
    at = next;
  }
  return entries;
}

function elfSections(data) {
  const table = Number(data.readBigUInt64LE(0x28));
  const [stride, count, names] = [0x3a, 0x3c, 0x3e].map((at) => data.readUInt16LE(at));
  const heads = Array.from({ length: count }, (_, index) => {
    const at = table + index * stride;
    const [start, size] = [0x18, 0x20].map((field) => Number(data.readBigUInt64LE(at + field)));
    return { name: data.readUInt32LE(at), start, size };
  });
  const texts = heads[names]?.start ?? 0;
  return heads.map(({ name, start, size }) => {
    const end = data.indexOf(0, texts + name);
    return { name: data.toString("latin1", texts + name, end), start, size };
  });
}

function peSections(data) {
  const header = data.readUInt32LE(0x3c);
  const [count, optional] = [header + 6, header + 20].map((at) => data.readUInt16LE(at));
  return Array.from({ length: count }, (_, index) => {
    const at = header + 24 + optional + 40 * index;
    const name = data.toString("latin1", at, at + 8).replace(/\0+$/, "");
    return { name, start: data.readUInt32LE(at + 20), size: data.readUInt32LE(at + 16) };
  });
}

/** Loads every library of an unpacked wheel without a GPU, and walks what it registers. */
export function loadAll(python, folder) {
  const run = spawnSync(python, [LOAD, folder], { encoding: "utf8", timeout: LONGEST });
  const text = `${run.stdout}\n${run.stderr}`;
  const counted = (pattern) =>
    [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
  return {
    loads: run.status === 0,
    libraries: counted(/^loaded (\d+)/gm),
    containers: counted(/^registered (\d+) fat binaries/gm),
    entries: counted(/^registered .* with (\d+) entries/gm),
    broken: counted(/^registered .* (\d+) broken/gm),
    text: run.status === 0 ? "" : text.trim().split("\n").slice(-8).join("\n"),
  };
}

/** A folder with the Python packages that a wheel's script needs besides the wheel. */
export function installNeeds(python, needs) {
  const digest = createHash("sha256").update(needs.join()).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `shrink-needs-${digest}`);
  if (!existsSync(folder)) {
    const part = `${folder}-part`;
    mkdirSync(part, { recursive: true });
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    if (needs.length > 0) {
      execFileSync(python, [...pip, "--target", part, ...needs], { stdio: ["ignore", 2, 2] });
    }
    renameSync(part, folder);
  }
  return folder;
}

/**
 * What a script prints that runs with an unpacked wheel on its path.
 *
 * @param needs a folder of packages.
 * @param preload a library that is loaded first.
 */
export function runScript(python, folder, script, needs, preload = "") {
  return execFileSync(python, [LOAD, folder, script], {
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: needs, LD_PRELOAD: preload },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: LONGEST,
  });
}

/** What people may do to a library later on. */
const TOOLS = {
  "strip -s": ["strip", "-s"],
  "strip -g": ["strip", "-g"],
  "llvm-strip": ["llvm-strip"],
  patchelf: ["patchelf", "--set-rpath", `$ORIGIN:/${"x".repeat(300)}`],
};

/**
 * Whether every library still loads after each of the tools; which files a tool refused.
 *
 * @param changed files that the tools are run on: those that a shrink changed.
 */
export function changeAndLoad(python, folder, changed, scratch) {
  const results = {};
  for (const [name, [program, ...args]] of Object.entries(TOOLS)) {
    const copy = mkdtempSync(join(scratch, "tool-"));
    try {
      execFileSync("cp", ["-al", `${folder}/.`, copy]);
      const refused = changed.filter((file) => {
        rmSync(join(copy, file));
        copyFileSync(join(folder, file), join(copy, file));
        const command = [...args, join(copy, file)];
        return spawnSync(program, command, { stdio: "ignore", timeout: LONGEST }).status !== 0;
      });
      results[name] = { ...loadAll(python, copy), refused };
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
  return results;
}

export function unzip(wheel, folder) {
  execFileSync("unzip", ["-qo", wheel, "-d", folder], { stdio: ["ignore", "ignore", "inherit"] });
}
