/** What a shrink gained, as a page: the bytes before and after to one scale, the steps, what is left. */
import { printable } from "../bytes.ts";
import type { ShrinkReport } from "../shrink/report.ts";
import type { FileReport } from "../shrink/shrink.ts";
import { foldSmall, type SizeNode, targetNodes } from "../shrink/sizes.ts";
import { detailsHtml, pageHtml, tableHtml } from "./page.ts";
import { formatSize } from "./reported.ts";
import { fixedLines, gpuLines, moreLines, STEP_TITLE, shareOf } from "./shrink.ts";
import { legendHtml, TREEMAP_STYLE, treemapHtml } from "./treemap.ts";
import { xmlText } from "./xml.ts";

export function shrinkHtml(reports: readonly ShrinkReport[]): string {
  const [only] = reports;
  const title =
    only !== undefined && reports.length === 1
      ? `wheelkit shrink: ${only.output}`
      : `wheelkit shrink: ${reports.length} wheels`;
  return pageHtml(
    title,
    TREEMAP_STYLE,
    reports.flatMap((report) => [
      ...(reports.length === 1 ? [] : [`<h2>${xmlText(report.output)}</h2>`]),
      ...section(report),
    ]),
  );
}

function section(report: ShrinkReport): readonly string[] {
  const { before, after, steps } = report;
  const tree = treeOf(report, "before");
  const lines = [
    tableHtml(
      ["", "before", "after", ""],
      [
        [
          "download",
          formatSize(before.packed),
          formatSize(after.packed),
          shareOf(before.packed, after.packed),
        ],
        [
          "installed",
          formatSize(before.size),
          formatSize(after.size),
          shareOf(before.size, after.size),
        ],
      ],
    ),
    "<h3>Steps</h3>",
    steps.length === 0
      ? "<p>nothing could be made smaller</p>"
      : tableHtml(
          ["step", "download", "installed"],
          steps.map(({ step, gained }) => [
            STEP_TITLE[step],
            `-${formatSize(gained.packed)}`,
            `-${formatSize(gained.size)}`,
          ]),
        ),
    "<h3>Installed bytes before</h3>",
    legendHtml(tree),
    treemapHtml(tree),
    "<h3>Installed bytes after</h3>",
    treemapHtml(treeOf(report, "after"), after.size / Math.max(1, before.size)),
    detailsHtml("Files as a table", filesTable(report)),
  ];
  const notes = [...gpuLines(report), ...fixedLines(report), ...moreLines(report)];
  if (notes.length > 0) {
    lines.push("<ul>", ...notes.map((note) => `<li>${xmlText(note)}</li>`), "</ul>");
  }
  return lines;
}

/** Files of which a table has a row. */
const LISTED = 500;

/** The largest files, with what became of them. */
function filesTable({ files }: ShrinkReport): string {
  const sorted = [...files].sort((a, b) => b.before.size - a.before.size);
  const rows = sorted
    .slice(0, LISTED)
    .map(({ path, before, after }) => [
      printable(path),
      formatSize(before.packed),
      after === undefined ? "left out" : formatSize(after.packed),
      formatSize(before.size),
      after === undefined ? "left out" : formatSize(after.size),
    ]);
  const rest = sorted.length - rows.length;
  if (rest > 0) rows.push([`${rest} more`, "", "", "", ""]);
  return tableHtml(["", "download before", "after", "installed before", "after"], rows);
}

function treeOf(report: ShrinkReport, when: "before" | "after"): SizeNode {
  const files = report.files.flatMap((file) => fileNode(file, when) ?? []);
  const named = files.reduce((sum, { size }) => sum + size, 0);
  const { size } = report[when];
  const rest: SizeNode = { name: "other files", kind: "file", size: size - named, children: [] };
  const nodes = rest.size > 0 ? [...files, rest] : files;
  return { name: report.output, kind: "wheel", size, children: foldSmall(nodes, size) };
}

function fileNode(file: FileReport, when: "before" | "after"): SizeNode | undefined {
  const size = file[when]?.size;
  if (size === undefined) return undefined;
  const rows = file.device?.[when] ?? [];
  const device = rows.reduce((sum, { stored }) => sum + stored, 0);
  const stripped = file.gains.find(({ step }) => step === "strip");
  const symbols = when === "before" ? Math.max(0, stripped?.gained.size ?? 0) : 0;
  const rest = size - device - symbols;
  const parts: SizeNode[] = [
    ...targetNodes(rows),
    { name: "symbols and debug data", kind: "symbols", size: symbols, children: [] },
    { name: "code and data", kind: "code", size: Math.max(0, rest), children: [] },
  ];
  const children = foldSmall(
    parts.filter((part) => part.size > 0),
    size,
  );
  return { name: file.path, kind: "file", size, children };
}
