/** `docs/agreement-macos.md`: what a complete run over the macOS wheels found. */

/**
 * @typedef {object} Row
 * @property {string} file
 * @property {number} size bytes of the wheel.
 * @property {string} verdict `ok`, `open`, or the codes of its errors.
 * @property {number} open how many things could not be decided.
 * @property {number} files Mach-O members.
 * @property {number} slices compared with LIEF.
 * @property {number} objdumped slices compared with llvm-objdump and llvm-otool.
 * @property {string | null} supported
 * @property {{answer: string, why: string | undefined} | null} delocate its tag, or its error; why ours is better.
 * @property {import("./macos-redo.mjs").Redone | undefined} redone
 * @property {string[]} problems
 */

/**
 * @param {readonly Row[]} rows
 * @param {Readonly<Record<string, string>>} versions of LIEF and delocate.
 * @param {string} llvm
 */
export function macosPage(rows, versions, llvm) {
  const sum = (/** @type {(row: Row) => number} */ of) =>
    rows.reduce((total, row) => total + of(row), 0);
  const count = (/** @type {(row: Row) => boolean} */ is) => rows.filter(is).length;
  const redone = rows.flatMap((row) => row.redone ?? []);
  const tagged = rows.filter(({ delocate }) => delocate !== null);
  const better = tagged.filter(({ delocate }) => delocate?.why !== undefined);
  const failed = rows.filter(({ problems }) => problems.length > 0);
  return `# Agreement with LIEF, LLVM and delocate on macOS wheels

Written by \`npm run corpus -- --part macos\`; do not edit by hand. LIEF ${versions.lief}, delocate ${versions.delocate}, LLVM ${llvm}.

${rows.length} wheels, pinned by SHA-256 in \`corpus/macos-wheels.json\`. Compared of each slice: with LIEF, install name,
dependencies and their kinds, run paths, minimum, SDK and UUID; with \`llvm-objdump --private-headers\`, every load
command and its fields; with \`llvm-otool -L\`, what is loaded. Of each wheel: the tag that delocate computes.
Wheels with grafted libraries are taken apart: the libraries move to a folder, and absolute and \`@rpath\` names lead
there. A repair must bring back the same libraries; LIEF must find no name outside the wheel, no run path that leads
out, no repetition; LLVM's programs must read every slice of it as wheelkit does; the bytes must be those of a repair in another folder, with another umask and time zone; a second
repair must change nothing; and delocate, with stand-ins for Apple's programs, must come to the same libraries and tag.

- ${sum((row) => row.files)} Mach-O files, ${sum((row) => row.slices)} slices that LIEF can judge, ${sum((row) => row.objdumped)} slices by LLVM: ${failed.length === 0 ? "no difference" : `differences in ${failed.length} wheels, below`}.
- ${tagged.length} wheels for macOS: ${tagged.length - better.length} with delocate's tag, ${better.length} with a better one.
- ${redone.length} wheels repaired again, ${redone.reduce((total, each) => total + each.libraries, 0)} libraries, ${redone.reduce((total, each) => total + each.objdumped, 0)} slices by LLVM; delocate gives the same libraries and tag for ${redone.filter(({ delocate }) => delocate === "same").length}.
- Verdicts: ${count(({ verdict }) => verdict === "ok")} \`ok\`, ${count(({ verdict }) => verdict === "open")} \`open\`, ${count(({ verdict }) => !/^(?:ok|open)$/.test(verdict))} with errors.
${failed.length === 0 ? "" : `\n## Differences\n\n${failed.flatMap(({ file, problems }) => problems.map((each) => `- \`${file}\`: ${each}`)).join("\n")}\n`}
## Tags

Where delocate says something else:

| wheel | wheelkit | delocate | why |
|---|---|---|---|
${better.map(({ file, supported, delocate }) => `| \`${file}\` | ${supported ?? "none"} | ${short(delocate?.answer ?? "")} | ${delocate?.why} |`).join("\n")}

## All wheels

Files, slices compared with LIEF and with LLVM; what the audit says: \`ok\`, \`open\` with the number of things that
could not be decided, or its errors; libraries that a repair brought back, and what delocate made of the same wheel.

| wheel | MB | files | LIEF | LLVM | audit | libraries | delocate |
|---|--:|--:|--:|--:|---|--:|---|
${rows.map(line).join("\n")}
`;
}

/** @param {Row} row */
function line({ file, size, files, slices, objdumped, verdict, open, redone }) {
  const audit = verdict === "open" ? `open (${open})` : verdict;
  return `| \`${file}\` | ${(size / 1e6).toFixed(1)} | ${files} | ${slices} | ${objdumped} | ${audit} | ${redone?.libraries ?? ""} | ${short(redone?.delocate ?? "")} |`;
}

/** @param {string} text */
function short(text) {
  const plain = text.replaceAll("|", "\\|").replaceAll(/\/tmp\/[\w./-]*/g, "…");
  return plain.length > 100 ? `${plain.slice(0, 100)}…` : plain;
}
