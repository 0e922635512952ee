/**
 * What GNU readelf says of every ELF file of a wheel, kept in the cache by the wheel's hash.
 *
 * The wheel is unpacked by `unzip`, so nothing of wheelkit takes part in the oracle.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./cache.mjs";

const C_LOCALE = { ...process.env, LC_ALL: "C" };
/** Raised when the facts below change, so that old ones in the cache are not used. */
const LAYOUT = 6;

let version;

/** For example `2.40`. */
export function readelfVersion() {
  version ??= /(\d[\d.]*)$/m.exec(
    execFileSync("readelf", ["--version"], { encoding: "utf8", env: C_LOCALE }).split("\n")[0],
  )?.[1];
  return version;
}

/** `{member: facts}` for every ELF file of the wheel. */
export function readelfFacts(wheel, path) {
  const folder = join(cacheFolder(), `readelf-${readelfVersion()}`);
  const kept = join(folder, `${wheel.sha256}-${LAYOUT}.json`);
  if (existsSync(kept)) {
    return JSON.parse(readFileSync(kept, "utf8"));
  }
  const facts = {};
  withUnpacked(path, (root) => {
    for (const member of elfMembers(root)) {
      facts[member] = factsOf(join(root, member));
    }
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept, `${JSON.stringify(facts)}\n`);
  return facts;
}

/** Lines of readelf's output for one member that contain `text`. */
export function readelfLines(path, member, options, text) {
  return withUnpacked(
    path,
    (root) => {
      const run = readelf([...options, join(root, member)]);
      return run.split("\n").filter((line) => line.includes(text));
    },
    member,
  );
}

function withUnpacked(path, work, ...members) {
  const root = mkdtempSync(join(tmpdir(), "wheelkit-corpus-"));
  try {
    const escaped = members.map((member) => member.replace(/[[\]*?\\]/g, "\\$&"));
    const run = spawnSync("unzip", ["-qq", "-o", path, ...escaped, "-d", root], {
      stdio: "ignore",
    });
    if ((run.status ?? 2) > 1) {
      throw new Error(`unzip of \`${path}\`: status ${run.status}`);
    }
    return work(root);
  } finally {
    execFileSync("chmod", ["-R", "u+rwX", root]);
    rmSync(root, { recursive: true, force: true });
  }
}

function elfMembers(root) {
  const found = [];
  const head = Buffer.alloc(4);
  for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!item.isFile()) {
      continue;
    }
    const path = join(item.parentPath ?? item.path, item.name);
    const file = openSync(path, "r");
    const got = readSync(file, head, 0, 4, 0);
    closeSync(file);
    if (got === 4 && head.equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]))) {
      found.push(path.slice(root.length + 1));
    }
  }
  return found.sort();
}

function readelf(args) {
  const run = spawnSync("readelf", ["-W", ...args], {
    encoding: "utf8",
    env: C_LOCALE,
    maxBuffer: 1 << 29,
  });
  if (run.error !== undefined) {
    throw run.error;
  }
  return run.stdout;
}

function factsOf(path) {
  const facts = {
    class: null,
    data: null,
    machine: null,
    type: null,
    interpreter: null,
    soname: null,
    needed: [],
    rpath: [],
    runpath: [],
    execstack: "absent",
    versionNeeds: {},
    versionDefinitions: [],
    symbols: null,
  };
  readHeaders(facts, readelf(["-h", "-l", "-d", path]));
  readVersions(facts, readelf(["-V", path]));
  readSymbols(facts, readelf(["--dyn-syms", path]));
  return facts;
}

function readHeaders(facts, text) {
  for (const line of text.split("\n")) {
    let match = /^ {2}(Class|Data|Machine|Type): +(.*)$/.exec(line);
    if (match !== null) {
      facts[match[1].toLowerCase()] ??= match[2];
      continue;
    }
    match = /\[Requesting program interpreter: (.*)\]$/.exec(line);
    if (match !== null) {
      facts.interpreter = match[1];
      continue;
    }
    match = /^ {2}GNU_STACK +\S+ \S+ \S+ \S+ \S+ (...)/.exec(line);
    if (match !== null) {
      facts.execstack = match[1].includes("E") ? "yes" : "no";
      continue;
    }
    match = /\((NEEDED|SONAME|RPATH|RUNPATH)\) .*?: \[(.*)\]$/.exec(line);
    if (match === null) {
      continue;
    }
    if (match[1] === "NEEDED") facts.needed.push(match[2]);
    if (match[1] === "SONAME") facts.soname = match[2];
    if (match[1] === "RPATH") facts.rpath.push(...match[2].split(":"));
    if (match[1] === "RUNPATH") facts.runpath.push(...match[2].split(":"));
  }
}

function readVersions(facts, text) {
  let library;
  let definition = false;
  for (const line of text.split("\n")) {
    let match = /Version: \d+ +File: (.*?) +Cnt: \d+$/.exec(line);
    if (match !== null) {
      library = match[1];
      facts.versionNeeds[library] ??= [];
      continue;
    }
    match = /^ +0x[0-9a-f]+: +Name: (\S+) +Flags: /.exec(line);
    if (match !== null && library !== undefined) {
      facts.versionNeeds[library].push(match[1]);
      continue;
    }
    match = /Rev: \d+ +Flags: (.*?) +Index: \d+ +Cnt: \d+ +Name: (.*)$/.exec(line);
    if (match !== null) {
      definition = match[1].includes("BASE");
      if (!definition) {
        facts.versionDefinitions.push(match[2]);
      }
    }
  }
  for (const versions of Object.values(facts.versionNeeds)) {
    versions.sort();
  }
  facts.versionDefinitions.sort();
}

/** Counts and digests of the names, as a list of them all would fill the cache. */
function readSymbols(facts, text) {
  const imports = [];
  const exports = [];
  for (const line of text.split("\n")) {
    const match = /^Symbol table '\.dynsym' contains (\d+) entr/.exec(line);
    if (match !== null) {
      facts.symbols = { count: Number(match[1]) };
      continue;
    }
    const row =
      /^ *\d+: [0-9a-f]+ +\S+ +\S+ +(LOCAL|GLOBAL|WEAK|UNIQUE|<[^>]*>: \d+) +(\S+)(?: +\[.*?\])? +(bad section index\[ *\d+\]|\S+) (\S.*)$/.exec(
        line,
      );
    if (row === null || row[1] === "LOCAL") {
      continue;
    }
    const name = row[4].replace(/@.*$/, "");
    (row[3] === "UND" ? imports : exports).push(name);
  }
  if (facts.symbols !== null) {
    facts.symbols.imports = imports.length;
    facts.symbols.exports = exports.length;
    facts.symbols.importNames = digest(imports);
    facts.symbols.exportNames = digest(exports);
  }
}

/** Of the sorted distinct names. */
export function digest(names) {
  const distinct = [...new Set(names)].sort();
  return createHash("sha256").update(distinct.join("\n")).digest("hex").slice(0, 16);
}
