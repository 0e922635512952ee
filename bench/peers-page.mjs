/** `docs/benchmarks-peers.md`: for each platform a table of audits and one of repairs, between their marks. */
import { readFileSync, writeFileSync } from "node:fs";
import { cacheFolder } from "../corpus/cache.mjs";
import { median } from "./measure.mjs";
import { here, megabytes, ratio, seconds } from "./setup.mjs";

const PAGE = here("../docs/benchmarks-peers.md");

/**
 * @param {string} name of the platform, as in the marks
 * @param {{ title: string, peer: string, auditName: string }} platform
 * @param {readonly any[]} rows what `peers.mjs` measured
 */
export function writePeerTables(name, platform, rows) {
  const [open, close] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const page = readFileSync(PAGE, "utf8");
  const [before, rest = ""] = page.split(open);
  const [, after] = rest.split(close);
  if (after === undefined) throw new Error(`${PAGE} has no marks for ${name}`);
  writeFileSync(PAGE, `${before}${open}\n${tables(platform, rows)}\n${close}${after}`);
  console.log(`wrote ${rows.length} wheels of ${name} into docs/benchmarks-peers.md`);
}

function tables({ title, peer, auditName }, rows) {
  const audit = rows.map((row) => [
    ...wheelCells(row),
    seconds(row.unzip.wall),
    timeCell(row.audit, row.unzip),
    timeCell(row.peerAudit, row.audit),
  ]);
  const repair = rows.map((row) => [
    ...wheelCells(row),
    repairCell(row.repair),
    repairCell(row.peerRepair, row.repair),
    repairCell(row.repairwheel, row.repair),
  ]);
  const audits = table(["wheel", "size", "unzip -tq", "wheelkit audit", auditName], audit);
  const heads = ["wheel, taken apart", "size", "wheelkit repair", `${peer} repair`, "repairwheel"];
  const builds = new Set(rows.map(({ build }) => build)).size;
  return `## ${title}

${[...new Set(rows.map(({ machine }) => machine))].join(", ")}; medians of ${Math.max(...rows.map(({ rounds }) => rounds))} rounds;
${builds === 1 ? "one build of wheelkit" : `${builds} builds of wheelkit, of one day's work`}; one minute's load when a wheel began: ${rangeOf(rows.map(({ load }) => Number(load)))}.

In the middle, ${auditName} takes ${gain(rows, "peerAudit", "audit")} the time of \`audit\`; in sum over the wheels that
both repair, ${peer} takes ${total(rows, "peerRepair")} the time of \`repair\`, repairwheel ${total(rows, "repairwheel")}.

### Audit

${audits}

### Repair

${table(heads, repair)}`;
}

const wheelCells = ({ file, size }) => [`\`${file}\``, megabytes(size)];

function timeCell(run, base) {
  if (run.error !== undefined) return errorCell(run);
  const factor = base?.wall === undefined ? "" : ` (${ratio(run.wall, base.wall)})`;
  return `${seconds(run.wall)}${factor}, ${Math.round(run.peak)} MiB`;
}

function repairCell(run, base) {
  const size = run.size === undefined ? "" : `, ${megabytes(run.size)}`;
  return `${timeCell(run, base)}${size}`;
}

/** An error without the paths of this machine. */
function errorCell({ error }) {
  const text = error
    .replaceAll(cacheFolder(), "…")
    .replace(/(?:\/[\w.-]+){3,}\//g, "…/")
    .replace(/[\\|<>`*_]/g, "\\$&");
  return `fails: ${text.length > 120 ? `${text.slice(0, 120)}…` : text}`;
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|---|${"--:|".repeat(heads.length - 1)}`, ...rows.map(line)].join("\n");
}

/** Pairs of two commands that both ran. */
function pairs(rows, name, base) {
  return rows.filter((row) => row[name].error === undefined && row[base].error === undefined);
}

function gain(rows, name, base) {
  const factors = pairs(rows, name, base).map((row) => row[name].wall / row[base].wall);
  return factors.length === 0 ? "none of" : `${median(factors).toFixed(1)} ×`;
}

function total(rows, name) {
  const both = pairs(rows, name, "repair");
  const sum = (key) => both.reduce((all, row) => all + row[key].wall, 0);
  return both.length === 0 ? "none of" : `${(sum(name) / sum("repair")).toFixed(1)} ×`;
}

function rangeOf(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? `${most}` : `${least} to ${most}`;
}
