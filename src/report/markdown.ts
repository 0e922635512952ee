/** GitHub-flavoured Markdown, for a job summary or a comment on a pull request. */
import { printable } from "../bytes.ts";
import { describeCause, foldReasons } from "./causes.ts";
import { groupFindings } from "./group.ts";
import { platformLine, verdictOfAll, verdictWord, wheelCount } from "./platform-line.ts";
import { countFindings, LABEL, LEVELS, type Reported, type Unread } from "./reported.ts";

const MARK = { ok: "✅", open: "❔", FAIL: "❌" } as const;
/** Rows of one wheel's table: a job summary is cut off at 1 MiB. */
const MOST_ROWS = 200;

export function auditMarkdown(wheels: readonly Reported[], unread: readonly Unread[] = []): string {
  const results = wheels.map(({ result }) => result);
  const lines = [
    `## wheelkit audit: ${wheelCount(wheels)}, ${verdictOfAll(results, unread)}`,
    "",
    "| | wheel | platform | findings |",
    "|---|---|---|---|",
  ];
  for (const { result } of wheels) {
    const counts = countFindings(result.findings);
    const cells = [
      MARK[verdictWord(result)],
      code(result.file),
      prose(platformLine(result)),
      counts === "" ? "none" : counts,
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  for (const { message } of unread) lines.push("", `${MARK.FAIL} not read: ${prose(message)}`);
  for (const { result } of wheels) {
    if (result.findings.length === 0 && result.unverified.length === 0) continue;
    lines.push("", `### ${escapeMarkdown(printable(result.file))}`, "");
    const rows = LEVELS.flatMap((level) =>
      groupFindings(result.findings.filter((finding) => finding.level === level)),
    ).map(({ level, code: rule, paths, message, hint }) => {
      const remedy = hint === undefined ? "" : `<br>Hint: ${prose(hint)}`;
      const where = paths.length === 0 ? "" : members(paths);
      return `| ${LABEL[level]} | ${rule} | ${where} | ${prose(message)}${remedy} |`;
    });
    if (rows.length > 0) {
      lines.push("| level | rule | member | finding |", "|---|---|---|---|");
      lines.push(...rows.slice(0, MOST_ROWS));
      if (rows.length > MOST_ROWS) lines.push("", `… and ${rows.length - MOST_ROWS} more`);
    }
    if (result.platform.truthful === false)
      lines.push("", "Ruled out:", "", ...causes(result.platform.reasons));
    for (const { code: rule, path, why } of result.unverified.slice(0, MOST_ROWS)) {
      const where = path === undefined ? "" : ` ${code(path)}:`;
      lines.push("", `Unverified ${rule}:${where} ${prose(why)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Up to three of the members that a finding is about. */
function members(paths: readonly string[]): string {
  const more = paths.length - 3;
  return `${paths.slice(0, 3).map(code).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function causes(reasons: Parameters<typeof foldReasons>[0]): readonly string[] {
  return foldReasons(reasons)
    .slice(0, 20)
    .map((cause) => `- ${cause.policy} and older: ${prose(describeCause(cause, 3))}`);
}

/** Text that no reader takes for Markdown or HTML, in one table cell. */
function escapeMarkdown(text: string): string {
  // GitHub makes links of bare addresses, too.
  return text.replace(/[\\`*_{}[\]<>()#+!|~&@]|:(?=\/\/)|(?<=www)\./gi, (character) =>
    character === "<" ? "&lt;" : character === "&" ? "&amp;" : `\\${character}`,
  );
}

/** A message: what stands between backticks becomes a code span. */
function prose(text: string): string {
  const parts = printable(text).split("`");
  // An odd backtick belongs to a name.
  if (parts.length % 2 === 0) return escapeMarkdown(parts.join("`"));
  return parts.map((part, index) => (index % 2 === 0 ? escapeMarkdown(part) : span(part))).join("");
}

function span(text: string): string {
  return text === "" ? "" : code(text);
}

/** A code span, or escaped text where a code span would need tricks. */
function code(text: string): string {
  const safe = printable(text);
  return /[`|<>&\\]/.test(safe) ? escapeMarkdown(safe) : `\`${safe}\``;
}
