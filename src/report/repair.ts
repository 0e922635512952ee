/** What a repair did to a wheel, for people and as JSON. */

import type { BinaryFormat } from "../binary.ts";
import { printable } from "../bytes.ts";
import { FORMATS } from "../formats.ts";
import type { NativeEdit } from "../native-edit.ts";
import { baseNameOf } from "../paths.ts";
import { packageUrl } from "../repair/owners/owner.ts";
import type { WheelPlan } from "../repair/wheel-plan.ts";

export interface RepairReport {
  /** Of the files that were changed. */
  readonly format: BinaryFormat;
  readonly grafted: readonly GraftedLibrary[];
  /** Edits by the member's path in the result. */
  readonly edits: readonly { readonly path: string; readonly edits: readonly NativeEdit[] }[];
  /** False where nothing was written, so that there was nothing to audit. */
  readonly audited: boolean;
}

export interface GraftedLibrary {
  /** Base name in the wheel. */
  readonly name: string;
  /** Member path. */
  readonly path: string;
  /** Base name of the file that was grafted. */
  readonly original: string;
  /** Package URL of what installed it, where the package manager's database tells. */
  readonly package: string | null;
  /** Hex SHA-256 of the file before any change. */
  readonly sha256: string;
  /** Paths in the repaired wheel, sorted. */
  readonly neededBy: readonly string[];
}

/** @param audited whether the result was written, and then audited. */
export function repairReport(
  { format, native, components }: WheelPlan,
  audited: boolean,
): RepairReport {
  const { members, grafts } = native;
  // That everything was stripped is known to whoever asked for it.
  const told = (edits: readonly NativeEdit[]): readonly NativeEdit[] =>
    edits.filter(({ kind }) => kind !== "strip");
  const changed = members
    .map(({ path, movesTo, edits }) => ({ path, movesTo, edits: told(edits) }))
    .filter(({ movesTo, edits }) => movesTo !== undefined || edits.length > 0);
  return {
    format,
    grafted: components.map(({ path, originalName, owner, sha256 }, index) => ({
      name: baseNameOf(path),
      path,
      original: originalName,
      package: owner === undefined ? null : packageUrl(owner),
      sha256,
      neededBy: grafts[index]?.neededBy ?? [],
    })),
    edits: [
      ...changed.map(({ path, movesTo, edits }) => ({ path: movesTo ?? path, edits })),
      ...grafts.map(({ path, edits }) => ({ path, edits: told(edits) })),
    ],
    audited,
  };
}

/** What was checked of a repaired wheel, besides what every edited one is checked for. */
export function verifiedBy({ audited }: RepairReport): readonly string[] {
  return ["native layout", "planned bytes only", ...(audited ? ["audit"] : [])];
}

export function graftLines(grafted: readonly GraftedLibrary[]): readonly string[] {
  return grafted.map(({ name, original, package: origin, neededBy }) => {
    const source = origin === null ? original : `${original} of ${origin}`;
    const users = neededBy.length === 0 ? "" : `, needed by ${neededBy.join(", ")}`;
    return `grafted  ${printable(name)} (${printable(source)}${printable(users)})`;
  });
}

/** In the words of the file's format: `DT_NEEDED libz.so.1 -> libz-1a2b3c4d.so.1.2.13` */
export function describeEdit(edit: NativeEdit, format: BinaryFormat): string {
  const { id, dependency, ...paths } = FORMATS[format].words.fields;
  switch (edit.kind) {
    case "keep-archs":
      return `only ${edit.archs.join(", ")}`;
    case "strip":
      return "stripped";
    case "cut":
      return `bytes cut out of ${printable(edit.region)}`;
    case "set-id":
      return `${id} ${printable(edit.id)}`;
    case "add-dependency":
      return `${dependency} + ${printable(edit.name)}`;
    case "remove-dependency":
      return `${dependency} - ${printable(edit.name)}`;
    case "replace-dependency":
      return `${dependency} ${printable(edit.from)} -> ${printable(edit.to)}`;
    case "set-search-paths": {
      if (edit.paths.length === 0) return paths.noSearchPath;
      return `${paths[edit.as ?? "runpath"]} ${printable(edit.paths.join(":"))}`;
    }
    case "clear-executable-stack":
      return "no executable stack";
    case "clear-load-flags":
      return "DependentLoadFlags 0";
    case "sign":
      return "signed";
  }
}
