/** Checks of the ELF files of a repaired wheel. */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { factsOf, graftedLibraries, hashOf, unpack } from "./repair-facts.mjs";

export function modeProblems(facts, original) {
  const problems = [];
  for (const [name, { mode }] of Object.entries(facts.members)) {
    const before = original.members[name]?.mode;
    const octal = mode.toString(8);
    // The owner may always read and write, as after unpacking with auditwheel.
    if (before !== undefined && (before | 0o600) !== mode && before !== 0) {
      problems.push(`${name}: ${before.toString(8)} became ${octal}`);
    }
    const program = /\.(data\/)?scripts\//.test(name);
    if (before === undefined && program && (mode & 0o111) === 0) {
      problems.push(`${name}: ${octal} can't be executed`);
    }
  }
  return problems;
}

export function pathProblems(facts) {
  const problems = [];
  for (const [name, { rpath, runpath }] of Object.entries(facts.elves)) {
    for (const entry of `${rpath ?? ""}:${runpath ?? ""}`.split(":")) {
      if (entry === "") continue;
      const match = /^\$(?:ORIGIN|\{ORIGIN\})(\/.*)?$/.exec(entry);
      const folder = installedFolder(name);
      const target = match === null ? ".." : join("/", folder, match[1] ?? "").slice(1);
      const climbs = match === null || depth(join(folder, `.${match[1] ?? ""}`)) < 0;
      if (climbs || target.startsWith("..")) problems.push(`${name}: ${entry}`);
    }
    if (rpath !== null && runpath !== null) problems.push(`${name} has both kinds of path`);
  }
  return problems;
}

function installedFolder(name) {
  return dirname(name.replace(/^[^/]+\.data\/(platlib|purelib)\//, ""));
}

function depth(path) {
  return path.startsWith("..") ? -1 : 0;
}

/** The file that each ELF file of the result was made of. */
export function originsOf(python, facts, original, wheel, work) {
  const before = unpack(wheel, join(work, "before"));
  const origins = {};
  for (const name of Object.keys(facts.elves)) {
    const moved = /^[^/]+\.scripts\/([^/]+)$/.exec(name)?.[1];
    const source = Object.keys(original.elves).find(
      (each) => each === name || (moved !== undefined && each.endsWith(`.data/scripts/${moved}`)),
    );
    if (source !== undefined)
      origins[name] = { path: join(before, source), ...original.elves[source] };
  }
  const outside = [];
  for (const { path, from, digest } of graftedLibraries(facts, original)) {
    const found = findLibrary(from, digest);
    if (found !== undefined) outside.push([path, found]);
  }
  const found =
    outside.length === 0
      ? []
      : factsOf(
          python,
          outside.map(([, file]) => file),
        );
  outside.forEach(([path, file], index) => {
    origins[path] = { path: file, ...found[index] };
  });
  return origins;
}

let folders;
/** The library of this host with that name and hash. */
function findLibrary(name, digest) {
  if (folders === undefined) {
    const program = ["/sbin/ldconfig", "/usr/sbin/ldconfig"].find((path) => existsSync(path));
    const text = execFileSync(program ?? "ldconfig", ["-p"], { encoding: "utf8" });
    const own = [...new Set([...text.matchAll(/ => (\S+)$/gm)].map(([, path]) => dirname(path)))];
    // Some lie in a folder of their own: alternatives, and private libraries.
    folders = own.flatMap((folder) => [
      folder,
      ...readdirSync(folder, { withFileTypes: true })
        .filter((each) => each.isDirectory())
        .map((each) => join(folder, each.name)),
    ]);
  }
  for (const folder of folders) {
    const path = join(folder, name);
    if (existsSync(path) && hashOf(path).startsWith(digest)) return path;
  }
  return undefined;
}

export function layoutProblems(facts, origins) {
  const problems = [];
  for (const [name, elf] of Object.entries(facts.elves)) {
    const before = origins[name];
    if (before === undefined) {
      problems.push(`${name}: nobody knows what it was made of`);
      continue;
    }
    for (const problem of elf.problems) {
      if (!before.problems.includes(problem)) problems.push(`${name}: ${problem}`);
    }
    if (before.relro === true && elf.relro !== true)
      problems.push(`${name}: \`.dynamic\` left RELRO`);
    if (elf.align < before.align)
      problems.push(`${name}: alignment ${before.align} became ${elf.align}`);
  }
  return problems;
}

const GROWTH_LIMIT = 64 << 10;

export function growthProblems(facts, origins, numbers) {
  const problems = [];
  Object.assign(numbers, { files: 0, grown: 0, largest: 0, loads: 0 });
  for (const [name, elf] of Object.entries(facts.elves)) {
    const before = origins[name];
    if (before === undefined) continue;
    const growth = elf.size - before.size;
    const loads = elf.loads - before.loads;
    numbers.files += 1;
    numbers.grown += growth;
    numbers.largest = Math.max(numbers.largest, growth);
    numbers.loads += loads;
    if (growth > GROWTH_LIMIT || loads > 1) {
      problems.push(`${name}: ${growth} bytes and ${loads} load segments more`);
    }
  }
  return problems;
}

export function lintProblems(facts, origins, folder) {
  return freshLines(facts, origins, folder, lint);
}

/** Lines that `tell` has of a file and not of what it was made of. */
export function freshLines(facts, origins, folder, tell) {
  const problems = [];
  for (const name of Object.keys(facts.elves)) {
    if (origins[name] === undefined) continue;
    const before = tell(origins[name].path);
    for (const [line, count] of tell(join(folder, name))) {
      if (count > (before.get(line) ?? 0)) problems.push(`${name}: ${line}`);
    }
  }
  return problems;
}

/** Complaints of elfutils. */
function lint(path) {
  const { stdout } = spawnSync("eu-elflint", ["--gnu-ld", path], { encoding: "utf8" });
  return counted(
    (stdout ?? "").split("\n").filter((line) => line !== "No errors"),
    path,
  );
}

/** Complaints of binutils. */
export function warnings(path) {
  const run = spawnSync("sh", ["-c", 'readelf -Wa "$0" 2>&1 >/dev/null', path], {
    encoding: "utf8",
  });
  return counted(run.stdout.split("\n"), path);
}

/** The lines without the numbers in them, and how often each is there. */
function counted(lines, path) {
  const found = new Map();
  for (const line of lines) {
    if (line === "") continue;
    const kind = line.replaceAll(path, "FILE").replace(/0x[0-9a-f]+|\d+/g, "N");
    found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  return found;
}

export function symbolProblems(facts, origins, folder) {
  const problems = [];
  for (const name of Object.keys(facts.elves)) {
    if (origins[name] === undefined) continue;
    for (const options of ["-D", "-a"]) {
      const [before, after] = [origins[name].path, join(folder, name)].map((path) => {
        const script = 'nm "$0" "$1" 2>/dev/null | sha256sum';
        return spawnSync("sh", ["-c", script, options, path], { encoding: "utf8" }).stdout;
      });
      if (before !== after) problems.push(`${name}: \`nm ${options}\` differs`);
    }
  }
  return problems;
}
