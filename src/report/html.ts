/** One page that stands alone: no script, no font, no picture, nothing from elsewhere. */
import type { WheelResult } from "../audit/result.ts";
import type { Finding } from "../finding.ts";
import { VERSION } from "../version.ts";
import { append } from "./append.ts";
import { describeCause, foldReasons } from "./causes.ts";
import { filesText, groupFindings } from "./group.ts";
import { platformLine, verdictOfAll, verdictWord, wheelCount } from "./platform-line.ts";
import {
  countFindings,
  formatSize,
  LABEL,
  LEVELS,
  plural,
  type Reported,
  type Unread,
} from "./reported.ts";
import { xmlText } from "./xml.ts";

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid #8886; padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
section { margin-top: 2.5rem; }
.hint { opacity: .75; }
.error { color: #c62828; font-weight: 600; }
.warning { color: #b26a00; font-weight: 600; }
.ok { color: #2e7d32; font-weight: 600; }
`.trim();

export function auditHtml(wheels: readonly Reported[], unread: readonly Unread[] = []): string {
  const verdict = verdictOfAll(
    wheels.map(({ result }) => result),
    unread,
  );
  const title = `wheelkit audit: ${wheelCount(wheels)}, ${verdict}`;
  const lines = [
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${xmlText(title)}</title>`,
    `<style>${STYLE}</style></head>`,
    "<body>",
    `<h1>${xmlText(title)}</h1>`,
    "<table>",
    "<tr><th></th><th>wheel</th><th>platform</th><th>findings</th></tr>",
  ];
  wheels.forEach(({ result }, index) => {
    const counts = countFindings(result.findings);
    lines.push(
      `<tr><td>${mark(result)}</td><td><a href="#w${index}"><code>${xmlText(result.file)}</code></a></td>` +
        `<td>${prose(platformLine(result))}</td><td>${counts === "" ? "none" : counts}</td></tr>`,
    );
  });
  lines.push("</table>");
  for (const { message } of unread) {
    lines.push(`<p><span class="error">not read</span>: ${prose(message)}</p>`);
  }
  wheels.forEach(({ result }, index) => {
    append(lines, section(result, index));
  });
  lines.push(`<p class="hint">wheelkit ${VERSION}</p>`, "</body>", "</html>");
  return `${lines.join("\n")}\n`;
}

function section(wheel: WheelResult, index: number): readonly string[] {
  const lines = [
    `<section id="w${index}">`,
    `<h2>${mark(wheel)} <code>${xmlText(wheel.file)}</code></h2>`,
    `<p>${prose(platformLine(wheel))}; ${formatSize(wheel.size)}</p>`,
  ];
  const grave = LEVELS.filter((level) => level !== "info").flatMap((level) =>
    wheel.findings.filter((finding) => finding.level === level),
  );
  append(lines, findingsTable(grave));
  const notes = wheel.findings.filter(({ level }) => level === "info");
  if (notes.length > 0) {
    lines.push(`<details><summary>${plural(notes.length, "note")}</summary>`);
    append(lines, findingsTable(notes));
    lines.push("</details>");
  }
  const causes = foldReasons(wheel.platform.reasons);
  if (causes.length > 0) {
    lines.push("<details><summary>ruled out</summary>", "<ul>");
    for (const cause of causes) {
      lines.push(`<li>${xmlText(cause.policy)} and older: ${prose(describeCause(cause, 10))}</li>`);
    }
    lines.push("</ul></details>");
  }
  for (const { code, path, why } of wheel.unverified) {
    const where = path === undefined ? "" : ` <code>${xmlText(path)}</code>:`;
    lines.push(`<p>unverified ${xmlText(code)}:${where} ${prose(why)}</p>`);
  }
  lines.push("</section>");
  return lines;
}

function findingsTable(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  const lines = ["<table>", "<tr><th>level</th><th>rule</th><th>finding</th></tr>"];
  for (const { level, code, paths, message, hint } of groupFindings(findings)) {
    const where = paths.length === 0 ? "" : `<code>${xmlText(filesText(paths, 3))}</code><br>`;
    const remedy = hint === undefined ? "" : `<br><span class="hint">Hint: ${prose(hint)}</span>`;
    lines.push(
      `<tr><td class="${level}">${LABEL[level]}</td><td>${xmlText(code)}</td><td>${where}${prose(message)}${remedy}</td></tr>`,
    );
  }
  return [...lines, "</table>"];
}

const CLASS = { ok: "ok", open: "warning", FAIL: "error" } as const;

function mark(wheel: WheelResult): string {
  const word = verdictWord(wheel);
  return `<span class="${CLASS[word]}">${word}</span>`;
}

/** A message: what stands between backticks is code. */
function prose(text: string): string {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return xmlText(text);
  return parts
    .map((part, index) => (index % 2 === 0 ? xmlText(part) : `<code>${xmlText(part)}</code>`))
    .join("");
}
