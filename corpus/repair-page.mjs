/** Writes the results of `corpus/repair.mjs` as `docs/repair.md`. */
import { CHECKS } from "./repair-checks.mjs";

/**
 * The page.
 *
 * @param versions of auditwheel, and of the patchelf that it runs.
 */
export function repairPage(rows, versions) {
  const grafted = rows.reduce((sum, { wheelkit }) => sum + (wheelkit.libraries?.length ?? 0), 0);
  const counts = (tool) => rows.filter((row) => Object.keys(row[tool].failed).length === 0).length;
  return `# Repairs of real wheels

Written by \`node corpus/repair.mjs\`; the list is \`corpus/sdists.json\`.

${rows.length} wheels are built from pinned sdists of PyPI (one from sources in this repository) against
Debian's shared libraries, and repaired twice: by wheelkit and by auditwheel ${versions.auditwheel} with
patchelf ${versions.patchelf}. ${grafted} libraries are grafted in all. Each result is installed with pip in a root
folder that holds Python, pip, the C library and compiler run time, zlib, and nothing else; there it
is imported and does a small piece of work: parse and transform XML, write and read an HDF5 file or
a PNG, project coordinates, quote an SQL string. Facts of the files are told by Python's zipfile,
pyelftools, readelf and elfutils, not by wheelkit.

${counts("wheelkit")} of ${rows.length} wheels pass all ${CHECKS.length} checks after wheelkit, ${counts("auditwheel")} after auditwheel.

## Results

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

## Checks

| check | what | wheelkit fails | auditwheel fails |
|---|---|---:|---:|
${CHECKS.map(([name, what]) => `| ${name} | ${what} | ${failing(rows, "wheelkit", name)} | ${failing(rows, "auditwheel", name)} |`).join("\n")}

\`same\` runs auditwheel with \`SOURCE_DATE_EPOCH\` set; wheelkit runs without. The checks \`grafts\` and
\`tag\` compare wheelkit with auditwheel and say nothing of auditwheel itself.
`;
}

function resultRow({ name, version, wheelkit, auditwheel }) {
  const tag = wheelkit.tag === undefined ? "" : `\`${wheelkit.tag.text}\``;
  const count = wheelkit.libraries?.length ?? 0;
  return `| ${name} ${version} | ${count} | ${tag} | ${verdict(wheelkit)} | ${verdict(auditwheel)} |`;
}

function verdict({ ms, failed }) {
  const names = Object.keys(failed);
  const passed = CHECKS.length - names.length;
  const list = names.length === 0 ? "" : `, not ${names.map((name) => `\`${name}\``).join(", ")}`;
  return `${(ms / 1000).toFixed(1)} s; ${passed} of ${CHECKS.length}${list}`;
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
  return rows.filter((row) => row[tool].failed[name] !== undefined).length;
}
