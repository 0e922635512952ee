/**
 * `npm run corpus -- --part findings`: audits all pinned wheels and counts what the rules say, by
 * platform and rule. With `--base CLI`, another build audits them too, and every error and warning
 * that it does not have is printed. Audits are kept in the cache by the wheel's hash and the
 * program's, so that a run which was interrupted goes on where it was.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder, programDigest, sha256 } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { freshFindings, platformOf, reasonFor, withFindings } from "./findings-page.mjs";
import { quietEnvironment } from "./peer.mjs";
import { findPython } from "./python.mjs";

const LISTS = [
  "wheels.json",
  "edit-wheels.json",
  "findings-wheels.json",
  "macos-wheels.json",
  "windows-wheels.json",
];

/** So many wheels in one run of the program. */
const BATCH = 12;

const USAGE = `Usage: node corpus/findings.mjs [--base CLI] [--platform NAME] [--only TEXT] [--no-big] [--write] [WHEEL…]

  --base CLI       dist/src/cli.cjs of another build, to be compared with
  --platform NAMES some of linux, macos, windows and any, with commas between
  --only TEXT      wheels whose file name contains TEXT
  --no-big         leave out wheels of more than some 60 MB
  --write          put the counts into docs/agreement.md
  WHEEL            these files in place of the pinned wheels

Exit status: 0, 1 with new errors that findings-explained.json doesn't explain, 3 a wheel could not
be fetched
`;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: "string" },
    platform: { type: "string" },
    only: { type: "string", default: "" },
    "no-big": { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const now = program(process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs"));
const base = options.base === undefined ? undefined : program(options.base);
const python = findPython();
const wheels = await listed();
const { fetched, unfetched } = await fetchAll(wheels);
const nowOf = auditsOf(now, fetched);
// The build before knows Linux alone.
const linux = fetched.filter(({ file }) => platformOf(file) === "linux");
const baseOf = base === undefined ? new Map() : auditsOf(base, linux);
const rows = fetched.map(({ file, sha256: sum }) => ({
  file,
  now: nowOf.get(sum) ?? { error: "not audited" },
  base: baseOf.get(sum),
}));
for (const row of rows) {
  if (row.now.error !== undefined) console.log(`${row.file}\n  ${row.now.error}`);
  const [verdict, before] = [row.now.verdict, row.base?.verdict].map((it) => JSON.stringify(it));
  if (before !== undefined && verdict !== before) {
    console.log(`${row.file}\n  verdict ${verdict}, was ${before}`);
  }
  for (const { level, code, path = "", message } of freshFindings(row)) {
    console.log(`${row.file}\n  new ${level} ${code} ${path}: ${message}`);
  }
}
const page = here("../docs/agreement.md");
const written = withFindings(readFileSync(page, "utf8"), rows);
console.log(written.section);
if (options.write) writeFileSync(page, written.page);
const unexplained = rows.flatMap((row) =>
  freshFindings(row).filter(
    ({ level, code }) => level === "error" && reasonFor(row, code) === undefined,
  ),
);
process.exitCode = unexplained.length > 0 ? 1 : unfetched > 0 ? 3 : 0;

/** The wheels to look at, each once, in the order of the lists. */
async function listed() {
  const given = [];
  for (const path of positionals) {
    given.push({ path, file: basename(path), sha256: await sha256(path) });
  }
  const all =
    given.length > 0
      ? given
      : LISTS.flatMap((name) => JSON.parse(readFileSync(here(name), "utf8")));
  const bySum = new Map(all.map((wheel) => [wheel.sha256, wheel]));
  return [...bySum.values()].filter(
    ({ file, big }) =>
      file.includes(options.only) &&
      (!options["no-big"] || big !== true) &&
      (options.platform === undefined || options.platform.split(",").includes(platformOf(file))),
  );
}

function program(cli) {
  if (!existsSync(cli)) throw new Error(`there is no ${cli}; \`npm run build\` makes it`);
  return { cli, digest: programDigest(cli) };
}

async function fetchAll(list) {
  const fetched = [];
  let unfetched = 0;
  for (const wheel of list) {
    try {
      fetched.push({ ...wheel, path: wheel.path ?? (await fetchWheel(python, wheel)) });
    } catch (error) {
      unfetched++;
      console.log(`${wheel.file}: not fetched: ${error.message}`);
    }
  }
  return { fetched, unfetched };
}

/** What audits find, by the wheel's hash: `{ok, open, findings}`, or `{error}`. */
function auditsOf({ cli, digest }, list) {
  const folder = join(cacheFolder(), "audits", digest);
  mkdirSync(folder, { recursive: true });
  const kept = (sum) => join(folder, `${sum}.json`);
  const missing = list.filter(({ sha256: sum }) => !existsSync(kept(sum)));
  for (let at = 0; at < missing.length; at += BATCH) {
    const batch = missing.slice(at, at + BATCH);
    const args = [cli, "audit", "--no-config", "--ldpaths", "", "-f", "json"];
    const run = spawnSync(process.execPath, [...args, ...batch.map(({ path }) => path)], {
      encoding: "utf8",
      env: quietEnvironment(),
      maxBuffer: 1 << 30,
      timeout: 900_000,
    });
    const done = run.stdout === "" ? [] : JSON.parse(run.stdout).wheels;
    const found = new Map(done.map((wheel) => [wheel.sha256, short(wheel)]));
    const words = `status ${run.status ?? run.signal}: ${run.stderr.trim().split("\n")[0]}`;
    for (const { sha256: sum } of batch) {
      writeFileSync(kept(sum), JSON.stringify(found.get(sum) ?? { error: words }));
    }
    console.error(`${digest}: ${at + batch.length} of ${missing.length}`);
  }
  return new Map(list.map(({ sha256: sum }) => [sum, JSON.parse(readFileSync(kept(sum), "utf8"))]));
}

function short({ ok, platform, external, unverified, findings }) {
  const { supported, reachable } = platform;
  return {
    ok,
    verdict: { supported, reachable, external: [...new Set(external.map(({ name }) => name))] },
    open: [...new Set(unverified.map(({ code }) => code))],
    findings: findings
      .filter(({ level }) => level !== "info")
      .map(({ code, level, path, message }) => ({ code, level, path, message })),
  };
}
