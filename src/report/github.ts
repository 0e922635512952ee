/**
 * Workflow commands of GitHub Actions: one annotation for each finding, the worst first, because a
 * step shows only ten of each level.
 *
 * Escapes as https://github.com/actions/toolkit `packages/core/src/command.ts` does.
 */
import { printable } from "../bytes.ts";
import type { Level } from "../finding.ts";
import { platformLine, verdictWord } from "./platform-line.ts";
import { countFindings, LEVELS, type Reported, type Unread } from "./reported.ts";

const COMMAND: Readonly<Record<Level, string>> = {
  error: "error",
  warning: "warning",
  info: "notice",
};

export interface GithubOptions {
  /** What a rule is about, for the title. */
  readonly titles: Readonly<Record<string, { readonly title: string }>>;
  /** Notes too. */
  readonly verbose: boolean;
}

export function auditGithub(
  wheels: readonly Reported[],
  options: GithubOptions,
  unread: readonly Unread[] = [],
): string {
  const { titles, verbose } = options;
  const lines: string[] = [];
  for (const { uri, message } of unread) {
    const file = uri === undefined ? "" : `file=${property(uri)},`;
    lines.push(`::error ${file}title=not read::${data(printable(message))}`);
  }
  for (const level of LEVELS) {
    if (level === "info" && !verbose) continue;
    for (const { uri, result } of wheels) {
      for (const finding of result.findings) {
        if (finding.level !== level) continue;
        const where = finding.path === undefined ? "" : `${printable(finding.path)}: `;
        const hint = finding.hint === undefined ? "" : `\nhint: ${printable(finding.hint)}`;
        const about = titles[finding.code]?.title;
        const title = about === undefined ? finding.code : `${finding.code}: ${about}`;
        const properties = `file=${property(uri)},title=${property(title)}`;
        lines.push(
          `::${COMMAND[level]} ${properties}::${data(`${where}${printable(finding.message)}${hint}`)}`,
        );
      }
    }
  }
  for (const { result } of wheels) {
    const counts = countFindings(result.findings);
    lines.push(
      data(
        `${verdictWord(result)} ${printable(result.file)}: ${platformLine(result)}; ${counts === "" ? "no finding" : counts}`,
      ),
    );
  }
  return `${lines.join("\n")}\n`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
