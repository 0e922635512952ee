/** What `edit`, `tags` and `links` did to wheels, as text and as JSON. */

import { printable } from "../bytes.ts";
import type { MemberChange } from "../edit/draft.ts";
import type { FieldChange } from "../edit/field-changes.ts";
import type { Finding } from "../finding.ts";
import { baseNameOf } from "../paths.ts";
import { document } from "./json.ts";
import type { Palette } from "./palette.ts";
import type { RepairReport } from "./repair.ts";
import { describeEdit, graftLines, verifiedBy } from "./repair.ts";
import { formatSize } from "./reported.ts";

/** One wheel that was rewritten, or would be. */
export interface EditedWheel {
  /** Base name of the input. */
  readonly file: string;
  /** Base name of the result. */
  readonly output: string;
  readonly changes: readonly MemberChange[];
  readonly metadata: readonly FieldChange[];
  readonly tags: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly warnings: readonly string[];
  readonly findings: readonly Finding[];
  /** What `repair` did besides. */
  readonly repair?: RepairReport;
}

/** What was checked of the result before it was written. */
const VERIFIED = ["archive", "file name", "METADATA", "WHEEL", "RECORD", "entry points"];

export function editJson(schema: string, wheels: readonly EditedWheel[]): string {
  return document(schema, {
    wheels: wheels.map((wheel) => ({
      file: wheel.file,
      output: wheel.output,
      changed: wheel.changes
        .filter(({ what }) => what === "changed" || what === "renamed")
        .map(({ path, from, what, before, after }) => ({
          path,
          from,
          what,
          before,
          after,
          ...editsOf(wheel, path),
        })),
      added: pathsOf(wheel.changes, "added"),
      removed: pathsOf(wheel.changes, "removed"),
      ...(wheel.repair === undefined
        ? {}
        : {
            grafted: wheel.repair.grafted.map((each) => ({
              ...each,
              ...editsOf(wheel, each.path),
            })),
          }),
      metadata: wheel.metadata.map(({ field, removed, added }) => ({ field, removed, added })),
      tags: wheel.tags,
      warnings: wheel.warnings,
      findings: wheel.findings.map(({ code, level, path, message }) => ({
        code,
        level,
        path,
        message,
      })),
      verified: wheel.repair === undefined ? VERIFIED : [...VERIFIED, ...verifiedBy(wheel.repair)],
    })),
  });
}

/** In words: an edit is for people here, and its form may change with what a format can do. */
function editsOf({ repair }: EditedWheel, path: string): { edits?: readonly string[] } {
  const edits = repair?.edits.find((each) => each.path === path)?.edits;
  if (repair === undefined || edits === undefined) return {};
  return { edits: edits.map((edit) => describeEdit(edit, repair.format)) };
}

function pathsOf(changes: readonly MemberChange[], wanted: MemberChange["what"]): string[] {
  return changes.filter(({ what }) => what === wanted).map(({ path }) => path);
}

/** The changes of one wheel, indented below a line that names it. */
export function editText(wheel: EditedWheel, palette: Palette): string {
  const lines = fieldLines("METADATA", wheel.metadata, palette);
  const { before, after } = wheel.tags;
  if (before.join() !== after.join()) {
    lines.push("  tags");
    for (const tag of before) if (!after.includes(tag)) lines.push(minus(tag, palette));
    for (const tag of after) if (!before.includes(tag)) lines.push(plus(tag, palette));
  }
  const grafted = new Set(wheel.repair?.grafted.map(({ name }) => name));
  const others = wheel.changes.filter(
    ({ what, path }) =>
      !/\.dist-info\/(METADATA|RECORD)$/.test(path) &&
      !(what === "added" && grafted.has(baseNameOf(path))),
  );
  // A new version moves all of dist-info; that it does so needs no line for each file.
  const renamed = others.filter(({ what }) => what === "renamed");
  for (const change of others) {
    if (change.what !== "renamed" || renamed.length <= 3) lines.push(`  ${changeLine(change)}`);
    for (const edit of editsOf(wheel, change.path).edits ?? []) lines.push(`           ${edit}`);
  }
  if (renamed.length > 3) lines.push(`  renamed  ${renamed.length} files, bytes unchanged`);
  for (const line of graftLines(wheel.repair?.grafted ?? [])) lines.push(`  ${line}`);
  if (lines.length === 0) lines.push("  no change of content");
  return `${lines.join("\n")}\n`;
}

/** A repair in one line, for a terminal; nothing for other edits. */
export function repairSummary({ output, changes, repair, tags }: EditedWheel): string {
  if (repair === undefined) return "";
  const paths = new Set(repair.grafted.map(({ path }) => path));
  const bytes = changes
    .filter(({ what, path }) => what === "added" && paths.has(path))
    .reduce((sum, { after = 0 }) => sum + after, 0);
  const count = paths.size === 1 ? "1 library" : `${paths.size} libraries`;
  const grafted =
    paths.size === 0 ? "nothing to graft" : `${count} grafted (+${formatSize(bytes)})`;
  const platforms = new Set(tags.after.map((tag) => tag.slice(tag.lastIndexOf("-") + 1)));
  const name = output.slice(0, output.indexOf("-"));
  return `${printable(name)}: ${grafted}, tagged ${printable([...platforms].join("."))}; -v for details\n`;
}

function changeLine({ what, path, from, before, after }: MemberChange): string {
  const size =
    before === undefined && after === undefined
      ? ""
      : before === undefined || after === undefined
        ? ` (${before ?? after} bytes)`
        : ` (${before} -> ${after} bytes)`;
  const origin = from === undefined ? "" : `${printable(from)} -> `;
  return `${what.padEnd(8)} ${origin}${printable(path)}${size}`;
}

const MAX_VALUE = 100;

/** `- Field: value` and `+ Field: value` below a heading. */
export function fieldLines(
  heading: string,
  changes: readonly FieldChange[],
  palette: Palette,
): string[] {
  if (changes.length === 0) return [];
  const lines = [`  ${heading}`];
  for (const { field, removed, added } of changes) {
    const shown = (value: string): string => {
      const [first = "", ...more] = value.trim().split("\n");
      const cut = first.length > MAX_VALUE ? `${first.slice(0, MAX_VALUE)}…` : first;
      return `${field}: ${printable(cut)}${more.length === 0 ? "" : ` (${more.length + 1} lines)`}`;
    };
    for (const value of removed) lines.push(minus(shown(value), palette));
    for (const value of added) lines.push(plus(shown(value), palette));
  }
  return lines;
}

export function minus(text: string, palette: Palette): string {
  return palette.error(`    - ${printable(text)}`);
}

export function plus(text: string, palette: Palette): string {
  return palette.good(`    + ${printable(text)}`);
}
