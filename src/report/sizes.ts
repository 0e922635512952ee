/** `show --sizes` and `show --device-code`: who takes the bytes, as text, JSON and a page. */
import { printable } from "../bytes.ts";
import type { LibrarySizes, SizeNode, WheelSizes } from "../shrink/sizes.ts";
import { document } from "./json.ts";
import { detailsHtml, pageHtml, tableHtml } from "./page.ts";
import type { Palette } from "./palette.ts";
import { formatSize } from "./reported.ts";
import { alignedTable } from "./text-table.ts";
import { legendHtml, TREEMAP_STYLE, treemapHtml } from "./treemap.ts";
import { xmlText } from "./xml.ts";

export interface SizesShown {
  /** Members and sections. */
  readonly sizes: boolean;
  /** Device code by target and method. */
  readonly deviceCode: boolean;
}

export function sizesJson(wheels: readonly WheelSizes[], shown: SizesShown): string {
  return document("wheelkit.sizes/1", {
    files: wheels.map(({ file, tree, libraries }) => ({
      file,
      ...(shown.sizes ? { tree } : {}),
      ...(shown.deviceCode ? { deviceCode: libraries.filter(hasDeviceCode).map(deviceJson) } : {}),
    })),
  });
}

function deviceJson({ path, rows, device }: LibrarySizes): object {
  return {
    path,
    rows,
    regions: device.regions.map(({ region, relocatable, containers, fixed }) => ({
      name: region.name,
      size: region.size,
      relocatable,
      containers: containers.length,
      fixed,
    })),
    others: device.others,
  };
}

function hasDeviceCode({ rows, device }: LibrarySizes): boolean {
  return rows.length > 0 || device.others.length > 0 || device.regions.length > 0;
}

export function sizesText(wheel: WheelSizes, shown: SizesShown, palette: Palette): string {
  const { tree, libraries } = wheel;
  const packed = tree.packed === undefined ? "" : `${formatSize(tree.packed)}, `;
  const lines = [
    `${palette.strong(printable(wheel.file))} (${packed}${formatSize(tree.size)} installed)`,
  ];
  if (shown.sizes) {
    const rows: string[][] = [];
    for (const node of tree.children) sizeRows(rows, node, tree.size, 0);
    lines.push(...alignedTable(["", "installed", "", "download"], rows).map((row) => `  ${row}`));
  }
  if (shown.deviceCode) {
    const found = libraries.filter(hasDeviceCode);
    if (found.length === 0) lines.push("  no device code");
    for (const library of found) lines.push("", ...deviceLines(library, palette));
  }
  return `${lines.join("\n")}\n`;
}

function sizeRows(rows: string[][], node: SizeNode, whole: number, depth: number): void {
  const { name, size, packed, children } = node;
  const share = `${((size / Math.max(1, whole)) * 100).toFixed(1)} %`;
  const indent = "  ".repeat(depth);
  rows.push([
    `${indent}${printable(name)}`,
    formatSize(size),
    share,
    packed === undefined ? "" : formatSize(packed),
  ]);
  for (const child of children) sizeRows(rows, child, whole, depth + 1);
}

function deviceLines({ path, rows, device }: LibrarySizes, palette: Palette): readonly string[] {
  const lines = [`  ${palette.strong(printable(path))}`];
  const table = rows.map(({ target, codec, entries, stored, size }) => [
    target,
    codec,
    String(entries),
    formatSize(stored),
    formatSize(size),
  ]);
  if (table.length > 0) {
    const head = ["target", "method", "entries", "stored", "decoded"];
    lines.push(...alignedTable(head, table).map((row) => `    ${row}`));
  }
  for (const { region, containers, fixed } of device.regions) {
    const why = fixed === null ? "" : `; can't be changed: ${fixed}`;
    lines.push(
      `    ${region.name}: ${formatSize(region.size)} in ${containers.length} containers${why}`,
    );
  }
  for (const { region, target, size } of device.others) {
    lines.push(`    ${region}: ${formatSize(size)} of ${printable(target)}`);
  }
  return lines;
}

export function sizesHtml(wheels: readonly WheelSizes[], shown: SizesShown): string {
  const [only] = wheels;
  const title = `wheelkit show: ${only !== undefined && wheels.length === 1 ? only.file : `${wheels.length} files`}`;
  const body = wheels.flatMap(({ file, tree, libraries }) => {
    const lines = wheels.length === 1 ? [] : [`<h2>${xmlText(file)}</h2>`];
    const packed = tree.packed === undefined ? "" : `${formatSize(tree.packed)} to download, `;
    lines.push(`<p>${packed}${formatSize(tree.size)} installed</p>`);
    if (shown.sizes) {
      const rows: string[][] = [];
      for (const node of tree.children) sizeRows(rows, node, tree.size, 0);
      // Blanks at the beginning of a cell would be lost.
      const indented = rows.map(([name = "", ...sizes]) => [
        name.replace(/^ +/, (blanks) => "\u00a0".repeat(blanks.length)),
        ...sizes,
      ]);
      const table = tableHtml(["", "installed", "", "download"], indented);
      lines.push(legendHtml(tree), treemapHtml(tree), detailsHtml("All as a table", table));
    }
    if (!shown.deviceCode) return lines;
    for (const { path, rows } of libraries.filter(hasDeviceCode)) {
      lines.push(`<h3><code>${xmlText(path)}</code></h3>`);
      const head = ["target", "method", "entries", "stored", "decoded"];
      lines.push(
        tableHtml(
          head,
          rows.map(({ target, codec, entries, stored, size }) => [
            target,
            codec,
            String(entries),
            formatSize(stored),
            formatSize(size),
          ]),
        ),
      );
    }
    return lines;
  });
  return pageHtml(title, TREEMAP_STYLE, body);
}
