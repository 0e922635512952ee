/** The checks that a repaired wheel has to pass, whoever repaired it. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addLibraries, cloneRoot, installInside, loaderOf, runInside } from "./bare-root.mjs";
import { parseFileName } from "./fetch.mjs";
import { quietEnvironment } from "./peer.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Name and meaning of each check, in the order in which they run. */
export const CHECKS = [
  ["output", "the command succeeds and leaves one wheel, and nothing else, in the folder"],
  ["grafts", "the same libraries are in the wheel as after auditwheel"],
  ["tag", "the platform tag is that of auditwheel or a better one"],
  ["input", "the input has the bytes and the time that it had"],
  ["show", "`auditwheel show` and `wheelkit audit` agree that the tag is true"],
  ["archive", "`unzip -t` and zipfile read it; no data descriptor, no name twice"],
  ["RECORD", "every member is listed with its hash and size, and nothing else is"],
  ["WHEEL", "the tags are those of the file name, `Root-Is-Purelib` is false, no body"],
  ["SBOM", "the bill of materials has each grafted library once, its hash and its Debian package"],
  ["modes", "members keep their permissions, and programs that moved can be executed"],
  ["paths", "no ELF file of the wheel has a search path that leads out of the wheel"],
  ["layout", "segments in order and congruent, sections inside them, `.dynamic` still in RELRO"],
  ["growth", "no file grows by more than 64 KiB or by more than one load segment"],
  ["elflint", "`eu-elflint --gnu-ld` says nothing that it does not say of the original"],
  ["readelf", "`readelf -Wa` warns of nothing that it does not warn of in the original"],
  ["symbols", "`nm` and `nm -D` list what they list of the original"],
  ["install", "pip installs it in a root without the libraries, uv takes it too"],
  ["work", "there it is imported and does a small piece of work"],
  ["maps", "`/proc/self/maps` shows the grafted copies"],
  ["ldd", "the loader finds everything that each file of the wheel needs"],
  ["strip -g", "it still works after `strip -g` on every file"],
  ["strip", "it still works after `strip --strip-unneeded` on every file"],
  ["patchelf", "it still works after `patchelf --set-rpath` with a longer path on every file"],
  ["same", "the same bytes with other threads, folder, user, umask, time zone and locale"],
  ["twice", "a second repair gives the same bytes"],
];

/** Ways of running the same repair that must not show in the result. */
const VARIANTS = [
  {
    jobs: "1",
    umask: "077",
    env: { TZ: "Asia/Tokyo", LC_ALL: "C", LANG: "C", HOME: "/nonexistent" },
    cwd: "/",
    nobody: true,
  },
  { jobs: "2", umask: "000", env: { TZ: "America/Los_Angeles", LC_ALL: "C.UTF-8" }, cwd: "/tmp" },
];

/** Runs a repair. Returns `{status, stderr, ms, files}`. */
export function repair(tool, wheel, out, variant = {}) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true, mode: 0o777 });
  const nobody = variant.nobody === true && spawnSync("unshare", ["-U", "true"]).status === 0;
  const command = tool.command(wheel, out, variant.jobs);
  const script = `umask ${variant.umask ?? "022"}; cd "$0" && exec "$@"`;
  const args = [
    "-c",
    script,
    variant.cwd ?? dirname(out),
    ...(nobody ? ["unshare", "-U"] : []),
    ...command,
  ];
  const started = performance.now();
  const run = spawnSync("sh", args, {
    encoding: "utf8",
    env: { ...tool.env, ...variant.env },
    timeout: 900_000,
  });
  const ms = Math.round(performance.now() - started);
  return { status: run.status, stderr: run.stderr, ms, files: readdirSync(out).sort() };
}

/**
 * Repairs `wheel` with `tool` and checks the result.
 *
 * @param job.compared true: only what another result is compared with is found out.
 * @param job.peer `{libraries, tag}` of the result of auditwheel, if there is one.
 */
export function checkRepair(job) {
  const { tool, wheel, original, spec, base, work, python, peer, quick, compared } = job;
  const out = join(work, "out");
  const before = [hashOf(wheel), statSync(wheel).mtimeMs].join();
  const first = repair(tool, wheel, out);
  const result = { tool: tool.name, ms: first.ms, quick, failed: {}, numbers: {} };
  const fail = (check, problems) => {
    if (problems.length > 0) result.failed[check] = problems.slice(0, 10);
  };
  fail("output", outputProblems(first));
  const after = [hashOf(wheel), statSync(wheel).mtimeMs].join();
  fail("input", after === before ? [] : ["it changed"]);
  if (first.status !== 0 || first.files.length !== 1) return result;
  const path = join(out, first.files[0]);
  const [facts] = factsOf(python, [path]);
  result.file = first.files[0];
  result.libraries = graftedLibraries(facts, original);
  result.tag = bestTag(first.files[0]);
  result.sha256 = hashOf(path);
  result.size = statSync(path).size;
  if (compared === true) return result;
  if (peer?.libraries !== undefined) {
    fail(
      "grafts",
      difference(
        result.libraries.map(({ from }) => from),
        peer.libraries,
      ),
    );
    fail(
      "tag",
      result.tag.rank <= peer.tag.rank ? [] : [`${result.tag.text}, not ${peer.tag.text}`],
    );
  }
  fail("show", showProblems(path, result.tag, tool, quick ? undefined : python));
  const unzip = spawnSync("unzip", ["-tq", path], { encoding: "utf8" });
  fail("archive", [...facts.archive, ...(unzip.status === 0 ? [] : [unzip.stdout.trim()])]);
  fail("RECORD", facts.record);
  fail("WHEEL", facts.wheel);
  fail("SBOM", sbomProblems(facts, result.libraries, tool));
  fail("modes", modeProblems(facts, original));
  fail("paths", pathProblems(facts));
  const origins = originsOf(python, facts, original, wheel, work);
  fail("layout", layoutProblems(facts, origins));
  fail("growth", growthProblems(facts, origins, result.numbers));
  const files = unpack(path, join(work, "after"));
  fail("elflint", lintProblems(facts, origins, files));
  fail("readelf", freshLines(facts, origins, files, warnings));
  fail("symbols", symbolProblems(facts, origins, files));

  const root = cloneRoot(base, join(work, "root"));
  try {
    addLibraries(root, spec.system ?? []);
    fail("install", installProblems(root, path, spec, python, work));
    const installed = Object.keys(facts.elves).map((name) => installedPath(root, name));
    const plain = runProbe(root, spec);
    fail("work", plain.problems);
    const names = result.libraries.map(({ name }) => name);
    const loaded = names.filter((name) => plain.maps.some((each) => each.endsWith(`/${name}`)));
    result.numbers.loaded = loaded.length;
    const allowed = spec.unloaded ?? [];
    fail(
      "maps",
      names.length > 0 && loaded.length === 0 && allowed.length === 0
        ? ["no grafted library was loaded"]
        : [],
    );
    fail("ldd", lddProblems(root, installed));
    if (!quick || tool.ours) {
      for (const [check, change] of alterations(tool)) {
        const problems = altered(root, installed, change, () => [
          ...runProbe(root, spec).problems,
          ...lddProblems(root, installed),
        ]);
        fail(check, problems);
      }
    }
  } finally {
    rmSync(root.folder, { recursive: true, force: true });
  }
  if (!quick || tool.ours) {
    const problems = [];
    VARIANTS.slice(0, quick ? 1 : VARIANTS.length).forEach((variant, index) => {
      const again = repair(tool, wheel, join(work, `again${index}`), variant);
      problems.push(...sameProblems(join(work, `again${index}`), again, result));
    });
    fail("same", problems);
    const twice = repair(tool, path, join(work, "twice"));
    fail("twice", sameProblems(join(work, "twice"), twice, result));
  }
  const started = performance.now();
  spawnSync("unzip", ["-tq", path]);
  result.unzipMs = Math.round(performance.now() - started);
  return result;
}

export function factsOf(python, paths) {
  const args = [here("repair-check.py"), ...paths];
  return JSON.parse(execFileSync(python, args, { encoding: "utf8", maxBuffer: 1 << 28 }));
}

function outputProblems({ status, stderr, files }) {
  if (status !== 0) {
    const left = files.length === 0 ? "" : `, and ${files.join(", ")} is in the folder`;
    return [`status ${status}: ${stderr.trim().split("\n").at(-1)}${left}`];
  }
  return files.length === 1 && files[0].endsWith(".whl")
    ? []
    : [`${files.length} files: ${files.join(", ")}`];
}

/** Libraries that are not in the original, by their name there and outside. */
function graftedLibraries(facts, original) {
  const found = [];
  for (const name of Object.keys(facts.elves)) {
    const match = /^(.*)-([0-9a-f]{8})(\..*)?$/.exec(basename(name));
    if (match === null || original.members[name] !== undefined) continue;
    found.push({
      path: name,
      name: basename(name),
      from: `${match[1]}${match[3] ?? ""}`,
      digest: match[2],
    });
  }
  return found;
}

const LEGACY = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };

/** The tag that runs in most places: the lower its rank, the better. */
export function bestTag(file) {
  const ranked = parseFileName(file).platforms.map((text) => ({ text, rank: rankOf(text) }));
  return ranked.sort((a, b) => a.rank - b.rank)[0];
}

function rankOf(platform) {
  const perennial = /^(?:many|musl)linux_(\d+)_(\d+)_/.exec(platform);
  const legacy = LEGACY[platform.split("_")[0]];
  return perennial !== null ? Number(perennial[2]) : (legacy ?? 1000);
}

function difference(ours, theirs) {
  return [
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `${name} is missing`),
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `${name} is only here`),
  ];
}

function modeProblems(facts, original) {
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

function pathProblems(facts) {
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
function originsOf(python, facts, original, wheel, work) {
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

function layoutProblems(facts, origins) {
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

function growthProblems(facts, origins, numbers) {
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

function lintProblems(facts, origins, folder) {
  return freshLines(facts, origins, folder, lint);
}

/** Lines that `tell` has of a file and not of what it was made of. */
function freshLines(facts, origins, folder, tell) {
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
function warnings(path) {
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

function symbolProblems(facts, origins, folder) {
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

/** What the peer, and we, make of the finished wheel. */
function showProblems(path, tag, { ours, audit }, python) {
  const problems = [];
  if (python !== undefined) {
    const args = ["-m", "auditwheel", "show", "--json", path];
    const run = spawnSync(python, args, { encoding: "utf8", env: quietEnvironment() });
    const told = run.status === 0 ? JSON.parse(run.stdout).overall_tag : "nothing";
    if (rankOf(told) > tag.rank) problems.push(`auditwheel says ${told}, the name ${tag.text}`);
  }
  if (!ours) return problems;
  const [program, ...rest] = audit(path);
  const judged = spawnSync(program, rest, { encoding: "utf8", env: quietEnvironment() });
  if (judged.status !== 0) problems.push(`wheelkit audit: ${judged.stdout.trim().split("\n")[0]}`);
  return problems;
}

/** One component for each grafted file, with the hash that its name begins with. */
function sbomProblems(facts, libraries, { ours }) {
  const boms = Object.values(facts.sbom);
  if (libraries.length === 0) return boms.length === 0 ? [] : ["a bill of nothing"];
  if (boms.length !== 1) return [`${boms.length} bills`];
  const [{ bomFormat, components = [], dependencies = [] }] = boms;
  const problems = bomFormat === "CycloneDX" ? [] : [`bomFormat is ${bomFormat}`];
  const refs = components.map((component) => component["bom-ref"]);
  if (new Set(refs).size !== refs.length) problems.push("a reference twice");
  if (
    dependencies.some(({ ref, dependsOn = [] }) => [ref, ...dependsOn].some((each) => !known(each)))
  )
    problems.push("a reference to nothing");
  // auditwheel gives no hashes, so which file a component stands for is not known.
  if (!ours) {
    if (components.length < libraries.length) problems.push(`only ${components.length} components`);
    return problems;
  }
  for (const { name, digest } of libraries) {
    const own = components.filter(({ "bom-ref": ref, hashes = [] }) => {
      const hashed = hashes.some(({ content }) => content.startsWith(digest));
      return hashed || ref.endsWith(`/${name}`);
    });
    if (own.length !== 1) problems.push(`${name} is there ${own.length} times`);
    else if (!own[0].purl?.startsWith("pkg:deb/")) problems.push(`${name} has no package`);
  }
  return problems;

  function known(ref) {
    return refs.includes(ref) || !ref.startsWith("pkg:deb/");
  }
}

function unpack(wheel, folder) {
  rmSync(folder, { recursive: true, force: true });
  execFileSync("unzip", ["-q", "-o", wheel, "-d", folder]);
  return folder;
}

function installProblems(root, path, spec, python, work) {
  const problems = [];
  const pip = installInside(root, [...(spec.requirements ?? []), path]);
  if (pip.status !== 0) problems.push(`pip: ${pip.stderr.trim().split("\n").at(-1)}`);
  for (const name of spec.files ?? []) {
    execFileSync("cp", ["-a", "--parents", name, root.folder]);
  }
  const uv = join(dirname(python), "uv");
  if (existsSync(uv)) {
    const target = join(work, "uv");
    const quiet = ["--quiet", "--offline", "--no-deps", "--no-index", "--no-cache"];
    const args = ["pip", "install", ...quiet, "--python", python, "--target", target, path];
    const run = spawnSync(uv, args, { encoding: "utf8" });
    if (run.status !== 0) problems.push(`uv: ${run.stderr.trim().split("\n").at(-1)}`);
    rmSync(target, { recursive: true, force: true });
  }
  return problems;
}

/** Where pip put a member of the wheel. */
function installedPath(root, name) {
  const script = /^[^/]+\.data\/scripts\/([^/]+)$/.exec(name)?.[1];
  if (script !== undefined) return join(dirname(root.python), script);
  return join(root.site, name.replace(/^[^/]+\.data\/(platlib|purelib)\//, ""));
}

const PRELUDE = `
import runpy, sys
before = set(sys.modules)
runpy.run_path("/tmp/probe.py", run_name="probe")
with open("/proc/self/maps") as maps:
    for path in sorted({line.split(None, 5)[5].strip() for line in maps if ".so" in line}):
        print("map", path)
print("done")
`;

function runProbe(root, spec) {
  copyFileSync(here(`probes/${spec.probe ?? spec.name}.py`), join(root.folder, "tmp/probe.py"));
  writeFileSync(join(root.folder, "tmp/run.py"), PRELUDE);
  const run = runInside(root, [root.python, "-B", "/tmp/run.py"]);
  const lines = run.stdout.split("\n");
  const maps = lines.filter((line) => line.startsWith("map ")).map((line) => line.slice(4));
  const fine = run.status === 0 && lines.includes("done");
  const said = run.stderr.trim().split("\n").at(-1);
  return { maps, problems: fine ? [] : [`status ${run.status ?? run.signal}: ${said}`] };
}

const LDD = `
import subprocess, sys
for path in sys.argv[2:]:
    run = subprocess.run([sys.argv[1], "--list", path], capture_output=True, text=True)
    bad = [line.strip() for line in run.stdout.splitlines() if "not found" in line]
    if run.returncode or bad:
        print(path, *(bad or [run.stderr.strip()]))
`;

function lddProblems(root, installed) {
  if (installed.length === 0) return [];
  const run = runInside(root, [root.python, "-c", LDD, loaderOf(root), ...installed]);
  if (run.status !== 0) return [run.stderr.trim()];
  return run.stdout.split("\n").filter((line) => line !== "");
}

/** What people do to installed files afterwards. */
function alterations({ patchelf }) {
  return [
    ["strip -g", (file) => spawnSync("strip", ["-g", file], { encoding: "utf8" })],
    ["strip", (file) => spawnSync("strip", ["--strip-unneeded", file], { encoding: "utf8" })],
    [
      "patchelf",
      (file) => {
        const show = spawnSync("readelf", ["-dW", file], { encoding: "utf8" }).stdout;
        const [, kind = "RPATH", path] = /\((RPATH|RUNPATH)\).*\[(.*)\]/.exec(show) ?? [];
        const longer = [path, "$ORIGIN/a/path/that/makes/the/string/table/longer/than/it/was"];
        const force = kind === "RPATH" ? ["--force-rpath"] : [];
        const wanted = longer.filter((part) => part !== undefined).join(":");
        return spawnSync(patchelf, [...force, "--set-rpath", wanted, file], { encoding: "utf8" });
      },
    ],
  ];
}

function altered(root, installed, change, check) {
  const problems = [];
  const paths = installed.map((path) => join(root.folder, path));
  const kept = paths.map((path) => readFileSync(path));
  try {
    for (const path of paths) {
      const run = change(path);
      if (run.status !== 0)
        problems.push(`${basename(path)}: ${run.stderr.trim().split("\n").at(-1)}`);
    }
    problems.push(...check());
  } finally {
    paths.forEach((path, index) => {
      writeFileSync(path, kept[index]);
    });
  }
  return problems;
}

function sameProblems(folder, { status, stderr, files }, expected) {
  if (status !== 0) return [`status ${status}: ${stderr.trim().split("\n").at(-1)}`];
  const [file] = files;
  if (file !== expected.file) return [`${files.join(", ")}, not ${expected.file}`];
  return hashOf(join(folder, file)) === expected.sha256 ? [] : ["other bytes"];
}

function hashOf(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
