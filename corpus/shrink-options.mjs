/**
 * `node corpus/shrink-options.mjs [--only a,b]`: options of `shrink` on published wheels that have what they
 * act on, those of `shrink-options.json`.
 *
 * 1. The step of the option gained something, and the steps together gained what the sizes say; of a
 *    refusal the options that its hint names are tried in their place, and must do it.
 * 2. `--report FILE.html` and `.md` tell the step.
 * 3. `audit` finds nothing in the result that it did not find before, but that LINKS wait for installers.
 * 4. Shrinking the result again with the same options gives the same bytes.
 * 5. pip installs it, its modules import, and the libraries that loaded before load.
 * 6. NVIDIA's `cuobjdump` takes nothing out of it that was not there, and no PTX but what was to stay.
 *
 * Prints a line for each and keeps it for `node corpus/shrink.mjs --write`. Exits with 1 when anything is
 * otherwise. `npm run build` comes first.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, sha256 } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { npmWheel } from "./npm-wheel.mjs";
import { findPython } from "./python.mjs";
import {
  compareDeviceCode,
  deviceCodeOf,
  findCuobjdump,
  installNeeds,
  loadAll,
  nativeFiles,
  unzip,
} from "./shrink-checks.mjs";

const CLI =
  process.env.WHEELKIT_CLI ?? fileURLToPath(new URL("../dist/src/cli.cjs", import.meta.url));
const LONGEST = 1_200_000;
/** The archive's own records, RECORD and LINKS are no step's. */
const OWN_BYTES = 4096;
/** What the result of `--dedupe` is told: installers of today make no links. */
const EXPECTED = "LKS002";

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const python = findPython();
const cuobjdump = await findCuobjdump(python);
const store = join(cacheFolder(), "shrink-options.json");
const listed = JSON.parse(readFileSync(new URL("shrink-options.json", import.meta.url), "utf8"));
const names = values.only.split(",");
for (const each of listed.wheels.filter(({ file }) =>
  names.some((name) => file.startsWith(name)),
)) {
  const wheel = await (each.npm === undefined ? fetchWheel : npmWheel)(python, each);
  for (const { options, step } of each.runs) {
    const tried = await tryOptions(wheel, options, step, each);
    const known = existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : {};
    known[each.file] = { ...known[each.file], [options.join(" ")]: tried };
    writeFileSync(store, JSON.stringify(known, undefined, 1));
    console.log(each.file, options.join(" "), JSON.stringify(tried));
    if (tried.faults.length > 0) process.exitCode = 1;
  }
}

function run(program, args, options = {}) {
  const done = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    timeout: LONGEST,
    ...options,
  });
  return { status: done.status ?? done.signal, out: done.stdout, said: done.stderr };
}

function shrink(wheel, out, options) {
  return run(process.execPath, [CLI, "shrink", "--no-config", ...options, "-w", out, wheel]);
}

async function tryOptions(wheel, given, step, each) {
  const folder = mkdtempSync(join(cacheFolder(), "shrink-options-"));
  const faults = [];
  const isTrue = (holds, what) => {
    if (!holds) faults.push(what);
  };
  try {
    const reports = ["json", "html", "md"].map((kind) => join(folder, `report.${kind}`));
    const asked = reports.flatMap((path) => ["--report", path]);
    const out = join(folder, "out");
    let options = given;
    let refused;
    let done = shrink(wheel, out, [...options, ...asked]);
    if (done.status === 3) {
      const [, code] = /\[([a-z]+(?:-[a-z]+)+)\]/.exec(done.said) ?? [];
      const cure = /hint: .*?`(--[^`]+)`/.exec(done.said)?.[1]?.split(" ") ?? [];
      refused = { code, cure: cure.join(" ") };
      options = [...without(given, cure[0] ?? ""), ...cure];
      done = shrink(wheel, out, [...options, ...asked]);
    }
    if (done.status !== 0) {
      return { refused, faults: [`ended with ${done.status}: ${done.said.slice(0, 400)}`] };
    }
    const result = join(out, basename(wheel));
    const [{ before, after, steps, files }] = JSON.parse(readFileSync(reports[0], "utf8")).wheels;
    const gain = steps.find((one) => one.step === step);
    isTrue((gain?.gained.size ?? 0) > 0 || (gain?.gained.packed ?? 0) > 0, `no gain of ${step}`);
    for (const key of ["packed", "size"]) {
      const sum = steps.reduce((total, { gained }) => total + gained[key], 0);
      const rest = before[key] - after[key] - sum;
      isTrue(
        Math.abs(rest) <= OWN_BYTES,
        `${key}: the steps make ${sum}, and ${rest} come from nowhere`,
      );
    }
    isTrue(after.packed === statSync(result).size, "the report's size is another one");
    const title = done.out.split("\n").find((line) => /^ {2}\S/.test(line));
    isTrue(title !== undefined, "no line of a gain");
    for (const path of reports.slice(1)) isTrue(/<td|\|/.test(readFileSync(path, "utf8")), path);
    const known = rulesOf(wheel);
    const fresh = rulesOf(result).filter((rule) => !known.includes(rule) && rule !== EXPECTED);
    isTrue(fresh.length === 0, `audit: ${fresh.join()}`);
    const again = shrink(result, join(folder, "again"), options);
    const repeated = again.status === 0 && join(folder, "again", basename(wheel));
    isTrue(
      repeated && (await sha256(repeated)) === (await sha256(result)),
      `again: ${again.status}`,
    );
    const places = [wheel, result].map((path, index) => {
      const place = join(folder, ["before", "after"][index]);
      unzip(path, place);
      return place;
    });
    const loads = places.map((place) => loadAll(python, place));
    const gone = files.filter((file) => file.after === null).length;
    isTrue(loads[1].loads || !loads[0].loads, `loads: ${loads[1].text}`);
    isTrue(loads[1].broken === 0, "broken fat binaries");
    // Copies that crash in one process are loaded, and counted, in several.
    const isLess = !loads[0].loads && loads[1].libraries < loads[0].libraries - gone;
    isTrue(!isLess, `loads ${loads[1].libraries} of ${loads[0].libraries}`);
    const imported = each.imports && importAll(result, each, join(folder, "site"), isTrue);
    const texts =
      step === "ptx" ? countTexts(places[0], places[1], options, folder, isTrue) : undefined;
    return {
      packed: [before.packed, after.packed],
      installed: [before.size, after.size],
      gained: gain?.gained,
      gone,
      libraries: loads[1].libraries,
      ...(refused === undefined ? {} : { refused }),
      ...(imported ? { imported: each.imports } : {}),
      ...(texts === undefined ? {} : { texts }),
      faults,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The options without one and its value: what a hint says takes its place. */
function without(options, name) {
  const at = options.indexOf(name);
  return at === -1 ? options : [...options.slice(0, at), ...options.slice(at + 2)];
}

function rulesOf(wheel) {
  const { out } = run(process.execPath, [CLI, "audit", "--no-config", "-f", "json", wheel]);
  return [...out.matchAll(/"rule": ?"([^"]+)"/g)].map(([, rule]) => rule);
}

function importAll(wheel, { imports, needs = [] }, site, isTrue) {
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel];
  const installed = run(python, pip);
  isTrue(installed.status === 0, `pip: ${installed.said.slice(-300)}`);
  const program = imports.map((name) => `import ${name}`).join("\n");
  const paths = [site, installNeeds(python, needs)];
  const env = { ...process.env, PYTHONPATH: paths.join(":") };
  const ran = run(python, ["-c", program], { env });
  isTrue(ran.status === 0, `import: ${ran.said.slice(-300)}`);
  return ran.status === 0;
}

/** How many texts of PTX `cuobjdump` takes out before and after; nothing new may be among them. */
function countTexts(before, after, options, folder, isTrue) {
  const counts = [0, 0];
  const targets = new Set();
  for (const file of nativeFiles(before)) {
    const pair = [before, after].map((place) => join(place, file));
    const device = compareDeviceCode(cuobjdump, ...pair, folder, []);
    isTrue(device.differ === 0, `${file}: ${device.differ} that were not there`);
    for (const [index, path] of pair.entries()) {
      const texts = deviceCodeOf(cuobjdump, path, folder).names.filter((name) =>
        name.endsWith(".ptx"),
      );
      counts[index] += texts.length;
      if (index === 1) for (const name of texts) targets.add(/sm_\w+(?=\.ptx)/.exec(name)?.[0]);
    }
  }
  isTrue(counts[1] < counts[0], `PTX: ${counts.join(" and ")}`);
  return { counts, targets: [...targets].sort(), asked: options.join(" ") };
}
