/**
 * A treemap as plain HTML: boxes whose areas are bytes. Places are percentages, so it fits any width,
 * and it needs no script and nothing from elsewhere.
 */
import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import type { SizeNode } from "../shrink/sizes.ts";
import { formatSize } from "./reported.ts";
import { xmlText } from "./xml.ts";

/**
 * Rules for {@link treemapHtml}; colours keep their contrast in light and dark. A size that has no room
 * beside its name goes below it, or is not shown where that has no room either: never half of it.
 */
export const TREEMAP_STYLE: string = `
.map { position: relative; width: 100%; aspect-ratio: 2 / 1; min-height: 29rem; background: #8882; }
.map div { position: absolute; container-type: size; box-sizing: border-box; overflow: hidden; border: 1px solid var(--page); }
.map p { display: flex; flex-wrap: wrap; column-gap: .4em; margin: 0; padding: 1px 3px; font-size: 12px; line-height: 1.25; max-height: 2.5em; overflow: hidden; }
.map b, .map i { font-weight: normal; font-style: normal; white-space: nowrap; }
.map b { max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
.map .group p { max-height: 1.25em; }
@container (max-height: 2.1rem) { .map p { max-height: 1.25em; } }
@container (max-width: 3.5rem) or (max-height: 1rem) { .map p { display: none; } }
.wheel, .file { background: var(--file); } .code { background: var(--code); } .data { background: var(--data); }
.symbols { background: var(--symbols); } .device { background: var(--device); } .other { background: var(--other); }
:root { --page: #fff; --file: #e3e6ea; --code: #bcd4f6; --data: #d5cdf2; --symbols: #f7d9a8; --device: #bfe3c0; --other: #d9d9d9; }
@media (prefers-color-scheme: dark) {
:root { --page: #16181b; --file: #2b3036; --code: #24456f; --data: #453a73; --symbols: #6b4a12; --device: #24562a; --other: #444; }
}
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; font-size: 13px; }
.legend i { display: inline-block; width: 1em; height: 1em; margin-right: .35em; vertical-align: -.15em; }
`.trim();

/** Boxes thinner than this part of the whole get no label: nobody could read it. */
const LEAST_WIDTH = 0.03;
const LEAST_HEIGHT = 0.035;
/** The plane in which the boxes are placed, twice as wide as high. */
const WIDTH = 2000;
const HEIGHT = 1000;
/** Room for the name of a box that has others inside. */
const HEADING = 36;

/** @param share of the map's height that the tree takes: before and after are to the same scale. */
export function treemapHtml(tree: SizeNode, share: number = 1): string {
  const root = hierarchy<SizeNode>(tree, ({ children }) => children)
    // Only what has no parts counts, so that the sum is that of the parts.
    .sum(({ children, size }) => (children.length === 0 ? size : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const scale = Math.sqrt(Math.min(1, Math.max(0.02, share)));
  treemap<SizeNode>()
    .tile(treemapSquarify)
    .size([WIDTH * scale, HEIGHT * scale])
    .paddingTop(({ depth, children }) => (depth > 0 && children !== undefined ? HEADING : 0))
    .paddingInner(2)
    .round(true)(root);
  const boxes: string[] = [];
  root.each((node) => {
    if (node.depth === 0) return;
    const { x0 = 0, x1 = 0, y0 = 0, y1 = 0 } = node as Partial<Rectangle>;
    const [width, height] = [(x1 - x0) / WIDTH, (y1 - y0) / HEIGHT];
    if (width <= 0 || height <= 0) return;
    const { name, kind, size } = node.data;
    const text = `${name}, ${formatSize(size)}`;
    const short = name.slice(name.lastIndexOf("/") + 1);
    const label =
      width >= LEAST_WIDTH && height >= LEAST_HEIGHT
        ? `<p><b>${xmlText(short)}</b><i>${xmlText(formatSize(size))}</i></p>`
        : "";
    const group = node.children === undefined ? "" : " group";
    const place = `left:${percent(x0 / WIDTH)};top:${percent(y0 / HEIGHT)};width:${percent(width)};height:${percent(height)}`;
    boxes.push(
      `<div class="${kind}${group}" style="${place}" title="${xmlText(text)}">${label}</div>`,
    );
  });
  return `<div class="map" role="img" aria-label="${xmlText(`${tree.name}: ${formatSize(tree.size)}`)}">\n${boxes.join("\n")}\n</div>`;
}

interface Rectangle {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

const LEGEND: readonly (readonly [kind: string, text: string])[] = [
  ["device", "code for GPUs"],
  ["code", "code"],
  ["data", "data"],
  ["symbols", "symbols and debug data"],
  ["file", "other files"],
  ["other", "small things"],
];

/** What the colours of a map mean, of those that are in it. */
export function legendHtml(tree: SizeNode): string {
  const shown = new Set<string>();
  hierarchy<SizeNode>(tree, ({ children }) => children).each(({ depth, data }) => {
    if (depth > 0) shown.add(data.kind);
  });
  const items = LEGEND.filter(([kind]) => shown.has(kind)).map(
    ([kind, text]) => `<span><i class="${kind}"></i>${text}</span>`,
  );
  return `<p class="legend">${items.join("")}</p>`;
}
