/**
 * `npm run bench -- --profile`: where audits and repairs spend their time, as a table. `--write` puts it
 * into `docs/benchmarks.md`, `--before CHECKOUT` measures another checkout too.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchWheel } from "../corpus/fetch.mjs";
import { graftWheel } from "./graft-wheel.mjs";
import { buildMapped, profile, STEPS } from "./profile.mjs";

/** What is audited, by the start of the file name. */
const AUDITS = [
  ["a small wheel", "greenlet-3.2.3-cp312-cp312-manylinux_2_24_x86_64"],
  ["one library with many symbols", "ortools-9.12.4544-"],
  ["many members", "scipy-1.17.1-"],
  ["one huge member", "tensorflow_cpu-2.20.0-"],
];
const GRAFTS = [10, 100];
const PAGE = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const MARKS = ["<!-- profile: begin -->", "<!-- profile: end -->"];

/**
 * @param {string} python
 * @param {readonly any[]} list
 * @param {{ before?: string, write: boolean, only?: string }} options
 */
export async function profilePage(python, list, options) {
  const { before, write, only = "" } = options;
  const work = mkdtempSync(join(tmpdir(), "wheelkit-bench-"));
  const roots = [
    ...(before === undefined ? [] : [{ name: "before", root: before }]),
    {
      name: before === undefined ? "" : "after",
      root: fileURLToPath(new URL("..", import.meta.url)),
    },
  ].map((each) => ({ ...each, built: buildMapped(each.root) }));
  const load = loadavg()[0].toFixed(1);
  const rows = [];
  try {
    for (const [what, args, clean] of await tasks(python, list, work, only)) {
      for (const { name, built } of roots) {
        const found = profile(python, built.cli, args, { clean });
        rows.push(row([what, name].filter((text) => text !== "").join(", "), found));
        console.log(rows.at(-1));
      }
    }
  } finally {
    for (const { built } of roots) rmSync(built.folder, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
  const section = sectionOf(rows, load);
  if (write) writeSection(section);
}

/** The page without the section: it is kept where the rest is written again. */
export function withProfile(page) {
  const [begin, end] = MARKS;
  const old = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const at = old.indexOf(begin);
  return at < 0 ? page : `${page}\n${old.slice(at, old.indexOf(end) + end.length)}\n`;
}

function writeSection(section) {
  const page = readFileSync(PAGE, "utf8");
  const at = page.indexOf(MARKS[0]);
  const rest = at < 0 ? page.trimEnd() : page.slice(0, at).trimEnd();
  writeFileSync(PAGE, `${rest}\n\n${section}`);
  console.log("wrote docs/benchmarks.md");
}

async function tasks(python, list, work, only) {
  const found = [];
  for (const [what, start] of AUDITS) {
    const wheel = list.find(({ file }) => file.startsWith(start));
    if (!wheel.file.includes(only)) continue;
    const args = ["audit", "--no-config", "-j", "2", await fetchWheel(python, wheel)];
    found.push([`audit: ${what} (${wheel.file.split("-").slice(0, 2).join(" ")})`, args, () => {}]);
  }
  for (const count of GRAFTS) {
    if (!"repair".includes(only)) continue;
    const { path, grafts } = graftWheel(work, count);
    const out = join(work, "out");
    const clean = () => rmSync(out, { recursive: true, force: true });
    found.push([`repair: ${grafts} grafts`, ["repair", "-j", "2", "-w", out, path], clean]);
  }
  return found;
}

function row(what, { shares, natives, waiting, wall, cpu }) {
  const cells = [...STEPS.map((step) => shares[step]), natives, cpu, waiting, wall];
  return `| ${[what, ...cells.map((ms) => String(Math.max(0, Math.round(ms))))].join(" | ")} |`;
}

function sectionOf(rows, load) {
  const head = [...STEPS, "zlib's threads", "processor", "waiting", "wall"];
  const cpu = /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  const cores = execFileSync("nproc", { encoding: "utf8" }).trim();
  return `${MARKS[0]}
## Where the time goes

Written by \`npm run bench -- --profile --write\`. Milliseconds of processor time with \`-j 2\`, from V8's
profiles of the very program that is measured, laid over what it takes without them; \`node -e 0\` is part
of the start. Medians; ${cores} cores (${cpu}), Node ${process.version}, one minute's load when it began: ${load}.
"waiting" is the main thread's, of the wall time.

| what | ${head.join(" | ")} |
|---|${"--:|".repeat(head.length)}
${rows.join("\n")}
${MARKS[1]}
`;
}
