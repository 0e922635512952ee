/** The checks that a repaired wheel has to pass, whoever repaired it. */

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { addLibraries, cloneRoot } from "./bare-root.mjs";
import { parseFileName } from "./fetch.mjs";
import { quietEnvironment } from "./peer.mjs";
import {
  freshLines,
  growthProblems,
  layoutProblems,
  lintProblems,
  modeProblems,
  originsOf,
  pathProblems,
  symbolProblems,
  warnings,
} from "./repair-elf.mjs";
import { factsOf, graftedLibraries, hashOf, unpack } from "./repair-facts.mjs";
import {
  alterations,
  altered,
  installedPath,
  installProblems,
  lddProblems,
  runProbe,
} from "./repair-install.mjs";

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
 * @param job `compared`: only what another result is compared with is found out; `peer`: libraries
 *   and tag of the result of auditwheel, if there is one.
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

function outputProblems({ status, stderr, files }) {
  if (status !== 0) {
    const left = files.length === 0 ? "" : `, and ${files.join(", ")} is in the folder`;
    return [`status ${status}: ${stderr.trim().split("\n").at(-1)}${left}`];
  }
  return files.length === 1 && files[0].endsWith(".whl")
    ? []
    : [`${files.length} files: ${files.join(", ")}`];
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

function sameProblems(folder, { status, stderr, files }, expected) {
  if (status !== 0) return [`status ${status}: ${stderr.trim().split("\n").at(-1)}`];
  const [file] = files;
  if (file !== expected.file) return [`${files.join(", ")}, not ${expected.file}`];
  return hashOf(join(folder, file)) === expected.sha256 ? [] : ["other bytes"];
}
