/** A comparison of two wheels as text, as JSON and as an attestation. */

import { printable } from "../bytes.ts";
import { kindsOf } from "../edit/diff.ts";
import type { NativeChange, SetChange } from "../edit/native-diff.ts";
import type { MemberDifference, WheelDiff } from "../edit/wheel-diff.ts";
import { VERSION } from "../version.ts";
import { fieldLines, minus, plus } from "./edit.ts";
import { document } from "./json.ts";
import type { Palette } from "./palette.ts";
import { wrap } from "./wrap.ts";

export interface DiffTextOptions {
  readonly palette: Palette;
  readonly width: number;
  /** Every item of long lists. */
  readonly verbose: boolean;
}

const SHORT_LIST = 8;

export function diffText(diff: WheelDiff, options: DiffTextOptions): string {
  const { palette } = options;
  const { a, b, same, members } = diff;
  const lines = [palette.strong(printable(a.file)), palette.strong(printable(b.file))];
  if (diff.identical) return `${[...lines, "  the same, byte for byte"].join("\n")}\n`;
  lines.push(
    `  ${count(same.members, "member")} (${same.bytes} bytes) ${same.members === 1 ? "is" : "are"} bit for bit the same`,
  );
  lines.push(...fieldLines("METADATA", diff.metadata, palette));
  lines.push(...fieldLines("WHEEL", diff.wheelFile, palette));
  lines.push(...setLines("tags", diff.tags, options));
  lines.push(...setLines("entry points", diff.entryPoints, options));
  const { rows, order } = diff.record;
  if (rows.added.length > 0 || rows.removed.length > 0) {
    lines.push(`  RECORD: ${count(rows.removed.length, "row")} gone, ${rows.added.length} new`);
    if (options.verbose) lines.push(...setLines("rows", rows, options).slice(1));
  }
  if (order) lines.push("  RECORD: rows in another order");
  lines.push(
    ...limited(
      members.flatMap((member) => memberLines(member, options)),
      options,
    ),
  );
  const modes = diff.modes.map(
    ({ path, before, after }) =>
      `  mode     ${printable(path)} (${before.toString(8)} -> ${after.toString(8)})`,
  );
  lines.push(...limited(modes, options));
  const { archive } = diff;
  const packed = [
    archive.moved.length > 0 ? `order of members (${movedText(archive.moved)})` : "",
    archive.times.length > 0 ? `time of ${count(archive.times.length, "member")}` : "",
    archive.compression.length > 0
      ? `compression of ${count(archive.compression.length, "member")}`
      : "",
    archive.headers.length > 0 ? `headers of ${count(archive.headers.length, "member")}` : "",
    archive.directories.added.length + archive.directories.removed.length > 0
      ? "entries for folders"
      : "",
  ].filter((text) => text !== "");
  if (packed.length > 0) lines.push(`  archive: ${packed.join(", ")}`);
  if (diff.causes.length > 0) {
    lines.push("", "Usual causes:");
    for (const cause of diff.causes) lines.push(...wrap(cause, options.width, "  - ", "    "));
  }
  return `${lines.join("\n")}\n`;
}

const SHOWN_MOVED = 3;

function movedText(moved: readonly string[]): string {
  const names = moved.slice(0, SHOWN_MOVED).map((path) => `\`${printable(path)}\``);
  const rest = moved.length - names.length;
  return `${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""} moved`;
}

function memberLines(member: MemberDifference, options: DiffTextOptions): string[] {
  const { what, path, from, before, after, native } = member;
  // Told field by field already.
  if (/\.dist-info\/(METADATA|RECORD|WHEEL|entry_points\.txt)$/.test(path)) return [];
  if (what === "renamed" && member.role === "metadata" && !options.verbose) return [];
  const size =
    before !== undefined && after !== undefined
      ? ` (${before} -> ${after} bytes)`
      : before === undefined && after === undefined
        ? ""
        : ` (${before ?? after} bytes)`;
  const origin = from === undefined ? "" : `${printable(from)} -> `;
  const lines = [`  ${what.padEnd(8)} ${origin}${printable(path)}${size}`];
  if (native !== undefined) lines.push(...nativeLines(native, options));
  for (const cause of member.causes) lines.push(...wrap(cause, options.width, "    ", "    "));
  return lines;
}

function nativeLines(native: NativeChange, options: DiffTextOptions): string[] {
  const lines: string[] = [];
  const sections = native.sections.map(({ name, before, after }) =>
    before === undefined
      ? `+${name}`
      : after === undefined
        ? `-${name}`
        : before === after
          ? name
          : `${name} (${before} -> ${after})`,
  );
  if (sections.length > 0) {
    const text = `sections: ${sections.map(printable).join(", ")}`;
    lines.push(...wrap(text, options.width, "    ", "      "));
  }
  if (native.id !== undefined) {
    lines.push(`    name: ${native.id.before ?? "none"} -> ${native.id.after ?? "none"}`);
  }
  const sets = {
    dependencies: native.dependencies,
    "search paths": native.searchPaths,
    "needed versions": native.requires,
    exports: native.exports,
  };
  let told = native.id !== undefined;
  for (const [name, set] of Object.entries(sets)) {
    const changed = setLines(name, set, options).map((line) => `  ${line}`);
    if (changed.length > 0) told = true;
    lines.push(...changed);
  }
  if (!told) lines.push("    dependencies, search paths and exports are the same");
  return lines;
}

function setLines(heading: string, set: SetChange, options: DiffTextOptions): string[] {
  if (set.added.length === 0 && set.removed.length === 0) return [];
  const items = [
    ...set.removed.map((item) => minus(item, options.palette)),
    ...set.added.map((item) => plus(item, options.palette)),
  ];
  return [`  ${heading}`, ...limited(items, options)];
}

function limited(lines: string[], { verbose }: DiffTextOptions): string[] {
  if (verbose || lines.length <= SHORT_LIST * 4) return lines;
  return [
    ...lines.slice(0, SHORT_LIST * 4),
    `    … and ${lines.length - SHORT_LIST * 4} more; \`-v\` shows them`,
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

export function diffJson(diff: WheelDiff): string {
  return document("wheelkit.diff/1", facts(diff));
}

function facts(diff: WheelDiff): object {
  return {
    a: diff.a,
    b: diff.b,
    identical: diff.identical,
    differences: kindsOf(diff),
    same: diff.same,
    members: diff.members.map(
      ({ path, from, what, role, before, after, format, native, causes }) => ({
        path,
        from,
        what,
        role,
        before,
        after,
        format,
        native,
        causes,
      }),
    ),
    metadata: diff.metadata,
    wheelFile: diff.wheelFile,
    tags: diff.tags,
    record: diff.record,
    entryPoints: diff.entryPoints,
    modes: diff.modes,
    archive: diff.archive,
    causes: diff.causes,
  };
}

/**
 * The comparison as an in-toto statement (https://in-toto.io/Statement/v1): both wheels are its
 * subjects, the result first, so that it can be signed with any tool that signs attestations.
 */
export function diffStatement(diff: WheelDiff): object {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [diff.b, diff.a].map(({ file, sha256 }) => ({ name: file, digest: { sha256 } })),
    predicateType: "urn:wheelkit:diff:1",
    predicate: {
      tool: { name: "wheelkit", version: VERSION },
      from: diff.a.file,
      to: diff.b.file,
      ...facts(diff),
    },
  };
}
