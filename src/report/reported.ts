/** What the reporters get, and the few words that they share. */

import type { WheelResult } from "../audit/result.ts";
import { printable } from "../bytes.ts";
import type { Level } from "../finding.ts";

/** One audited wheel and where the user has it. */
export interface Reported {
  /** Relative path with `/`, as annotations need it (`dist/demo-1.0-py3-none-any.whl`). */
  readonly uri: string;
  readonly result: WheelResult;
}

/** A PATH that could not be audited. */
export interface Unread {
  /** As in {@link Reported}; `undefined` when the message names what is meant. */
  readonly uri: string | undefined;
  readonly message: string;
}

export const LEVELS: readonly Level[] = ["error", "warning", "info"];

const NOUN: Readonly<Record<Level, readonly [string, string]>> = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  info: ["note", "notes"],
};

/** `1 error, 2 warnings, 3 notes`; empty when there is none. */
export function countFindings(
  findings: readonly { readonly level: Level }[],
  levels: readonly Level[] = LEVELS,
): string {
  const parts: string[] = [];
  for (const level of levels) {
    const count = findings.filter((finding) => finding.level === level).length;
    if (count > 0) parts.push(plural(count, ...NOUN[level]));
  }
  return parts.join(", ");
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a, b, c and 4 more`: at most `most` names, escaped; all of them when there is one too many. */
export function someOf(names: readonly string[], most: number): string {
  const shown = names.length <= most + 1 ? names : names.slice(0, most);
  const text = shown.map(printable).join(", ");
  return shown.length === names.length ? text : `${text} and ${names.length - shown.length} more`;
}

/** Levels as people read them; JSON and the command line say `info`. */
export const LABEL: Readonly<Record<Level, string>> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/** Decimal units as PyPI shows them: `0 B`, `1.2 kB`, `34 MB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
