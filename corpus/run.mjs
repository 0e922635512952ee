/**
 * `npm run corpus`: fetches the listed wheels, audits each with wheelkit and with auditwheel, reads
 * every ELF file with readelf too, and compares. A difference that `differences.json` doesn't
 * explain fails the run. A complete run writes `docs/agreement.md`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { agreementPage } from "./agreement.mjs";
import { cacheFolder, programDigest } from "./cache.mjs";
import { compareFacts, compareVerdict } from "./compare.mjs";
import { checkEvidence, explain } from "./differences.mjs";
import { fetchWheel } from "./fetch.mjs";
import { findingsOf } from "./findings-page.mjs";
import { keepVerdicts, peerVerdict, quietEnvironment } from "./peer.mjs";
import { auditwheelVersion, findPython } from "./python.mjs";
import { readelfFacts, readelfVersion } from "./readelf.mjs";

/** Other runs over real wheels, each a script with options of its own. */
const PARTS = {
  repair: "repair.mjs",
  edit: "edit.mjs",
  "edit-index": "edit-index.mjs",
  canonical: "canonical.mjs",
  windows: "windows.mjs",
  macos: "macos.mjs",
  findings: "findings.mjs",
  shrink: "shrink.mjs",
  strip: "strip.mjs",
};

const USAGE = `Usage: node corpus/run.mjs [--small | --no-big] [--only TEXT] [--list FILE] [--no-facts] [--json FILE] [--write]
       node corpus/run.mjs --part PART [OPTIONS OF THE PART]

  --small      the few wheels that the test suite uses
  --no-big     leave out wheels of more than some 60 MB
  --only TEXT  wheels whose file name contains TEXT
  --list FILE  another list than corpus/wheels.json
  --no-facts   leave readelf out
  --json FILE  write all verdicts and differences to FILE
  --write      write docs/agreement.md also without wheels that were left out: their lines stay
  --part PART  instead: ${Object.keys(PARTS).join(", ")}

Exit status: 0 agreement, 1 unexplained differences, 3 a wheel could not be fetched
`;

if (process.argv[2] === "--part") process.exit(runPart(process.argv[3], process.argv.slice(4)));
const { values: options } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    "no-big": { type: "boolean", default: false },
    only: { type: "string" },
    list: { type: "string" },
    "no-facts": { type: "boolean", default: false },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
if (!existsSync(cli)) {
  console.error(`error: no ${cli}\n\nhint: \`npm run build\` makes it`);
  process.exit(2);
}
const all = JSON.parse(readFileSync(options.list ?? here("wheels.json"), "utf8"));
const wheels = all.filter(
  (wheel) =>
    (!options.small || wheel.small === true) &&
    (!options["no-big"] || wheel.big !== true) &&
    (options.only === undefined || wheel.file.includes(options.only)),
);

const python = findPython();
const folder = join(cacheFolder(), "agreement", programDigest(cli));
mkdirSync(folder, { recursive: true });
const peerVersion = auditwheelVersion(python);
const rows = [];
let unfetched = 0;
for (const wheel of wheels) {
  let path;
  try {
    path = await fetchWheel(python, wheel);
  } catch (error) {
    unfetched += 1;
    console.log(`${wheel.file}\n  not fetched: ${error.message}`);
    continue;
  }
  rows.push(examine(wheel, path));
  report(rows.at(-1));
}
const unexplained = rows.flatMap((row) =>
  row.differences.filter(({ reason }) => reason === undefined),
);
const explained = rows.reduce((sum, row) => sum + row.differences.length, 0) - unexplained.length;
console.log(
  `\n${rows.length} wheels: ${explained} explained differences, ${unexplained.length} unexplained`,
);
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify(rows, null, 1)}\n`);
}
const whole = wheels.length === all.length && unfetched === 0;
if ((whole || options.write) && options.list === undefined && !options["no-facts"]) {
  const page = here("../docs/agreement.md");
  const before = readFileSync(page, "utf8");
  const versions = { auditwheel: peerVersion, readelf: readelfVersion() };
  const text = agreementPage(
    rows,
    versions,
    before,
    all.map(({ file }) => file),
  );
  writeFileSync(page, `${text}${findingsOf(before)}`);
  keepVerdicts(peerVersion, rows);
  console.log("wrote docs/agreement.md and corpus/auditwheel.json");
}
process.exitCode = unexplained.length > 0 ? 1 : unfetched > 0 ? 3 : 0;

function runPart(name, args) {
  const script = Object.hasOwn(PARTS, name ?? "") ? PARTS[name] : undefined;
  if (script === undefined) {
    console.error(`error: \`--part\` is one of ${Object.keys(PARTS).join(", ")}`);
    return 2;
  }
  const path = fileURLToPath(new URL(script, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], { stdio: "inherit" }).status ?? 1;
}

/** What became of a wheel; kept for this build, so that a run which was interrupted goes on. */
function examine(wheel, path) {
  const kept = join(folder, `${wheel.sha256}${options["no-facts"] ? "-short" : ""}.json`);
  if (existsSync(kept))
    return withReasons({ ...JSON.parse(readFileSync(kept, "utf8")), wheel }, path);
  const row = compared(wheel, path);
  if (row.ours.error === undefined) writeFileSync(kept, JSON.stringify(row));
  return withReasons(row, path);
}

function compared(wheel, path) {
  const started = performance.now();
  const ours = runWheelkit(["audit", "--ldpaths", ""], path);
  const ms = Math.round(performance.now() - started);
  const differences = [];
  let peer = null;
  let elfFiles = 0;
  if (ours.error !== undefined) {
    differences.push({ field: "wheelkit", peer: "a verdict", ours: ours.error });
    return { wheel, ours, ms, peer, elfFiles, differences };
  }
  if (["linux", "android", "any"].includes(wheel.platform)) {
    peer = peerVerdict(python, peerVersion, wheel, path);
    differences.push(...compareVerdict(peer, ours.wheel));
  } else if (ours.wheel.platform.supported === null) {
    differences.push({ field: "supported", peer: "a verdict", ours: null });
  }
  if (!options["no-facts"] && wheel.platform !== "any") {
    const facts = readelfFacts(wheel, path);
    elfFiles = Object.keys(facts).length;
    const shown = runWheelkit(["show", "--imports", "--exports", "--ldpaths", ""], path);
    differences.push(
      ...(shown.error === undefined
        ? compareFacts(facts, shown.wheel.binaries)
        : [{ field: "wheelkit show", peer: "facts", ours: shown.error }]),
    );
  }
  const { supported, reachable } = ours.wheel.platform;
  return {
    wheel,
    ours: { wheel: { platform: { supported, reachable } } },
    ms,
    peer,
    elfFiles,
    differences,
  };
}

/** The row with the reasons of its differences. */
function withReasons(row, path) {
  for (const difference of row.differences) {
    const reason = explain(row.wheel, difference);
    if (reason === undefined) {
      continue;
    }
    try {
      difference.evidence = checkEvidence(reason, path);
      difference.reason = reason;
    } catch (error) {
      console.log(`  ${error.message}`);
    }
  }
  return row;
}

/** `{wheel}`, or `{error}` when the command did not print a document. */
function runWheelkit(command, path) {
  const args = [cli, ...command, "--format", "json", "--no-config", path];
  const run = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: quietEnvironment(),
    maxBuffer: 1 << 29,
    timeout: 600_000,
  });
  if (run.status !== 0 && run.status !== 1) {
    return { error: `status ${run.status ?? run.signal}: ${run.stderr.trim().split("\n").at(0)}` };
  }
  return { wheel: JSON.parse(run.stdout).wheels[0], status: run.status };
}

function report({ wheel, ms, peer, elfFiles, differences }) {
  const times = peer?.ms === undefined ? `${ms} ms` : `${ms} ms, auditwheel ${peer.ms} ms`;
  console.log(`${wheel.file}  ${times}, ${elfFiles} ELF files`);
  for (const { member, field, peer: expected, ours: got, reason } of differences) {
    const where = member === undefined ? "" : ` of ${member}`;
    const mark = reason === undefined ? "DIFFERS" : `explained (${reason.code})`;
    console.log(`  ${mark}: ${field}${where}`);
    if (reason === undefined) {
      const [left, right] = onlyHere(expected, got);
      console.log(`    peer: ${short(left)}\n    ours: ${short(right)}`);
    }
  }
}

/** Of two lists only what the other lacks. */
function onlyHere(left, right) {
  if (!Array.isArray(left) || !Array.isArray(right)) {
    return [left, right];
  }
  return [
    left.filter((item) => !right.includes(item)),
    right.filter((item) => !left.includes(item)),
  ];
}

function short(value) {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
