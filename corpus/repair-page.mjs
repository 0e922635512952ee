/** Puts the results of `corpus/repair.mjs` into `docs/repair.md`. */
import { CHECKS } from "./repair-checks.mjs";

const START = "<!-- What follows is written by corpus/repair.mjs -->\n";

/**
 * The page with new results behind its text.
 *
 * @param versions of auditwheel, and of the patchelf that it runs.
 */
export function withMeasured(page, rows, versions) {
  const at = page.indexOf(START);
  if (at === -1) throw new Error("docs/repair.md has no place for results");
  return page.slice(0, at) + START + measured(rows, versions);
}

function measured(rows, versions) {
  const grafted = rows.reduce((sum, { wheelkit }) => sum + (wheelkit.libraries?.length ?? 0), 0);
  const counts = (tool) => rows.filter((row) => Object.keys(row[tool].failed).length === 0).length;
  const quick = rows.some(({ auditwheel }) => auditwheel.quick);
  return `
## Measured on real wheels

${rows.length} wheels are built from pinned sdists of PyPI (one from sources in this repository) against
Debian's shared libraries, and repaired twice: by wheelkit and by auditwheel ${versions.auditwheel} with
patchelf ${versions.patchelf}. ${grafted} libraries are grafted in all. Each result is installed with pip in a root
folder that holds Python, pip, the C library and compiler run time, zlib, and nothing else; there it
is imported and does a small piece of work: parse and transform XML, write and read an HDF5 file or
a PNG, solve a linear program, quote an SQL string. Facts of the files are told by Python's zipfile,
pyelftools, binutils and elfutils, not by wheelkit. The list is \`corpus/sdists.json\`.

${counts("wheelkit")} of ${rows.length} wheels pass all ${CHECKS.length} checks after wheelkit; of auditwheel's results, ${counts("auditwheel")} pass those
that were made.

### Results

Time is that of one run on a machine that does other things too; its sum is worth more than a single
number. Growth is that of the ELF files against the files that they were made of.

| wheel | grafted | platform | wheelkit | auditwheel |
|---|---:|---|---|---|
${rows.map(resultRow).join("\n")}

| in all | wheelkit | auditwheel |
|---|---:|---:|
| seconds | ${seconds(rows, "wheelkit")} | ${seconds(rows, "auditwheel")} |
| bytes that ELF files grew by | ${total(rows, "wheelkit", "grown")} | ${total(rows, "auditwheel", "grown")} |
| most that one file grew by | ${most(rows, "wheelkit", "largest")} | ${most(rows, "auditwheel", "largest")} |
| load segments added | ${total(rows, "wheelkit", "loads")} | ${total(rows, "auditwheel", "loads")} |
| MB of wheels | ${megabytes(rows, "wheelkit")} | ${megabytes(rows, "auditwheel")} |

### Checks

| check | what | wheelkit fails | auditwheel fails |
|---|---|---:|---:|
${CHECKS.map(([name, what]) => `| ${name} | ${what} | ${failing(rows, "wheelkit", name)} | ${failing(rows, "auditwheel", name)} |`).join("\n")}

\`same\` runs auditwheel with \`SOURCE_DATE_EPOCH\` set; wheelkit runs without. The checks \`grafts\` and
\`tag\` compare wheelkit with auditwheel and say nothing of auditwheel itself.${quick ? SHORT : ""}
`;
}

/** Checks that a brief run leaves out for auditwheel. */
const LEFT_OUT = ["strip -g", "strip", "patchelf", "same", "twice"];

/** Why some numbers of auditwheel are small. */
const SHORT = ` auditwheel's
results were not changed with strip and patchelf and not made twice in this run.`;

function resultRow({ name, version, wheelkit, auditwheel }) {
  const tag = wheelkit.tag === undefined ? "" : `\`${wheelkit.tag.text}\``;
  const count = wheelkit.libraries?.length ?? 0;
  return `| ${name} ${version} | ${count} | ${tag} | ${verdict(wheelkit)} | ${verdict(auditwheel)} |`;
}

function verdict({ tool, ms, failed, quick }) {
  const names = Object.keys(failed);
  const made = CHECKS.length - (tool === "auditwheel" && quick ? LEFT_OUT.length : 0);
  const passed = made - names.length;
  const list = names.length === 0 ? "" : `, not ${names.map((name) => `\`${name}\``).join(", ")}`;
  return `${(ms / 1000).toFixed(1)} s; ${passed} of ${made}${list}`;
}

function seconds(rows, tool) {
  return (rows.reduce((sum, row) => sum + row[tool].ms, 0) / 1000).toFixed(1);
}

function total(rows, tool, key) {
  return rows.reduce((sum, row) => sum + (row[tool].numbers[key] ?? 0), 0).toLocaleString("en");
}

function most(rows, tool, key) {
  return Math.max(...rows.map((row) => row[tool].numbers[key] ?? 0)).toLocaleString("en");
}

function megabytes(rows, tool) {
  return (rows.reduce((sum, row) => sum + (row[tool].size ?? 0), 0) / 1e6).toFixed(1);
}

function failing(rows, tool, name) {
  if (
    tool === "auditwheel" &&
    LEFT_OUT.includes(name) &&
    rows.some(({ auditwheel }) => auditwheel.quick)
  ) {
    return "–";
  }
  return rows.filter((row) => row[tool].failed[name] !== undefined).length;
}
