/** The frame of a page that stands alone. */
import { VERSION } from "../version.ts";
import { xmlText } from "./xml.ts";

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; background: var(--page); }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
h1, h2 { overflow-wrap: anywhere; line-height: 1.25; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-top: 1px solid #8886; padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
details { margin: .5rem 0; } summary { cursor: pointer; }
details td:first-child { overflow-wrap: anywhere; min-width: 12rem; }
.hint { opacity: .75; }
`.trim();

/** @param style more rules. @param body lines of HTML. */
export function pageHtml(title: string, style: string, body: readonly string[]): string {
  return `${[
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${xmlText(title)}</title>`,
    `<style>${STYLE}\n${style}</style></head>`,
    "<body>",
    `<h1>${xmlText(title)}</h1>`,
    ...body,
    `<p class="hint">wheelkit ${VERSION}</p>`,
    "</body>",
    "</html>",
  ].join("\n")}\n`;
}

/** A table whose columns after the first are numbers. */
export function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (tag: string, text: string, index: number): string =>
    `<${tag}${index === 0 ? "" : ' class="n"'}>${xmlText(text)}</${tag}>`;
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((text, index) => cell(tag, text, index)).join("")}</tr>`;
  return [
    '<div class="scroll"><table>',
    line("th", head),
    ...rows.map((row) => line("td", row)),
    "</table></div>",
  ].join("\n");
}

/** Something that is folded up at first. */
export function detailsHtml(summary: string, content: string): string {
  return `<details><summary>${xmlText(summary)}</summary>\n${content}\n</details>`;
}
