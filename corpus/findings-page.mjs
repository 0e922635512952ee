/** The part of `docs/agreement.md` that says what the rules find in published wheels. */
import { readFileSync } from "node:fs";
import { parseFileName } from "./fetch.mjs";

const EXPLAINED = JSON.parse(
  readFileSync(new URL("findings-explained.json", import.meta.url), "utf8"),
);

export const FINDINGS = "<!-- What follows is written by corpus/findings.mjs -->\n";

const PLATFORMS = [
  ["linux", "Linux and Android"],
  ["macos", "macOS"],
  ["windows", "Windows"],
  ["any", "other or any"],
];

/** The platform that a file name claims; of several the first of `PLATFORMS`. */
export function platformOf(file) {
  const { platforms } = parseFileName(file);
  if (platforms.some((each) => /linux|^android/.test(each))) return "linux";
  if (platforms.some((each) => each.startsWith("macosx"))) return "macos";
  return platforms.some((each) => each.startsWith("win")) ? "windows" : "any";
}

/** Errors and warnings that the build before does not have of the same member. */
export function freshFindings({ now, base }) {
  return base?.findings === undefined ? [] : beyond(now.findings ?? [], base.findings);
}

/** The part of the page that other scripts leave alone, with an empty line before. */
export function findingsOf(page) {
  const at = page.indexOf(FINDINGS);
  return at === -1 ? "" : `\n${page.slice(at)}`;
}

/** `{page, section}`: the page with the counts of `rows` behind its text, and these alone. */
export function withFindings(page, rows) {
  const at = page.indexOf(FINDINGS);
  const text = at === -1 ? `${page.trimEnd()}\n\n` : page.slice(0, at);
  const section = findingsSection(rows);
  return { page: `${text}${FINDINGS}\n${section}`, section };
}

function findingsSection(rows) {
  const compared = rows.filter(({ base }) => base !== undefined);
  const platforms = PLATFORMS.filter(([key]) => of(rows, key).length > 0);
  return `## What the rules find in published wheels

${rows.length} distinct pinned wheels, audited under the default profile. \`open\`: nothing is wrong, but
not everything could be decided.

| wheels for | wheels | ok | open | with errors | errors | warnings |
|---|--:|--:|--:|--:|--:|--:|
${platforms.map(([key, name]) => platformRow(name, of(rows, key))).join("\n")}

Errors and warnings by rule, as wheels (findings):

| rule | ${platforms.map(([, name]) => name).join(" | ")} |
|---|${platforms.map(() => "--:").join("|")}|
${ruleRows(rows, platforms).join("\n")}
${compared.length === 0 ? "" : comparison(compared)}`;
}

function of(rows, platform) {
  return rows.filter(({ file }) => platformOf(file) === platform);
}

function platformRow(name, rows) {
  const level = (wanted) =>
    rows.flatMap(({ now }) => (now.findings ?? []).filter(({ level }) => level === wanted)).length;
  const failed = rows.filter(({ now }) => !now.ok).length;
  const open = rows.filter(({ now }) => now.ok && now.open.length > 0).length;
  const cells = [name, rows.length, rows.length - failed - open, open, failed];
  return `| ${[...cells, level("error"), level("warning")].join(" | ")} |`;
}

function ruleRows(rows, platforms) {
  const rules = new Map();
  for (const { file, now } of rows) {
    const platform = platformOf(file);
    const seen = new Set();
    for (const { code, level } of now.findings ?? []) {
      const key = `${code} ${level}`;
      if (!rules.has(key)) rules.set(key, new Map());
      const counts = rules.get(key).get(platform) ?? { wheels: 0, findings: 0 };
      counts.findings++;
      if (!seen.has(key)) counts.wheels++;
      seen.add(key);
      rules.get(key).set(platform, counts);
    }
  }
  return [...rules]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, counts]) => {
      const cells = platforms.map(([platform]) => {
        const { wheels, findings } = counts.get(platform) ?? { wheels: 0, findings: 0 };
        return wheels === 0 ? "" : `${wheels} (${findings})`;
      });
      return `| ${[key, ...cells].join(" | ")} |`;
    });
}

function comparison(rows) {
  const lines = [];
  const sums = { error: 0, warning: 0 };
  for (const row of rows) {
    for (const { level } of freshFindings(row)) sums[level]++;
    for (const { level, code, path = "", message } of freshFindings(row)) {
      if (level !== "error") continue;
      const where = path === "" ? "" : `\`${path}\`: `;
      const why = reasonFor(row, code) ?? "**not explained**";
      lines.push(
        `| \`${row.file}\` | ${code} | ${where}${message.replaceAll("|", "\\|")} | ${why} |`,
      );
    }
  }
  const gone = rows.flatMap(({ now, base }) => beyond(base.findings ?? [], now.findings ?? []));
  const goneOf = (wanted) => gone.filter(({ level }) => level === wanted).length;
  const mean = (sums.warning / rows.length).toFixed(2);
  return `
### Against the rules before the loader was asked

${rows.length} wheels for Linux and Android, each audited by the build of commit c4b5c0b too: ${sums.error} new errors and
${sums.warning} new warnings (${mean} a wheel); ${goneOf("error")} errors and ${goneOf("warning")} warnings are gone. New errors:

| wheel | rule | finding | why it is right |
|---|---|---|---|
${lines.join("\n")}

New warnings by rule: ${countsOf(rows.flatMap(freshFindings), "warning")}.
Gone: ${countsOf(gone, "error")} (errors); ${countsOf(gone, "warning")} (warnings).
`;
}

/** Why a new error is right: `[{file, code, why}]`. */
export function reasonFor({ file }, code) {
  return EXPLAINED.find((each) => each.file === file && each.code === code)?.why;
}

/** Findings of `left` that `right` has not, each as often as it is there; words don't count. */
function beyond(left, right) {
  const key = ({ code, level, path = "" }) => `${code} ${level} ${path}`;
  const count = new Map();
  for (const each of right) count.set(key(each), (count.get(key(each)) ?? 0) + 1);
  return left.filter((each) => {
    const rest = (count.get(key(each)) ?? 0) - 1;
    count.set(key(each), rest);
    return rest < 0;
  });
}

function countsOf(findings, wanted) {
  const counts = new Map();
  for (const { code, level } of findings) {
    if (level === wanted) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([code, number]) => `${code} ${number}`).join(", ") || "none";
}
