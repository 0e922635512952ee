/** What a repair did to a wheel, for people and as JSON. */
import { printable } from "../bytes.ts";
import type { ElfEdit } from "../elf/edit/types.ts";

export interface RepairReport {
  readonly grafted: readonly GraftedLibrary[];
  /** Edits by the member's path in the result. */
  readonly edits: readonly { readonly path: string; readonly edits: readonly ElfEdit[] }[];
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

/** `DT_NEEDED libz.so.1 -> libz-1a2b3c4d.so.1.2.13` */
export function describeElfEdit(edit: ElfEdit): string {
  switch (edit.kind) {
    case "set-soname":
      return `DT_SONAME ${printable(edit.name)}`;
    case "add-needed":
      return `DT_NEEDED + ${printable(edit.name)}`;
    case "remove-needed":
      return `DT_NEEDED - ${printable(edit.name)}`;
    case "replace-needed":
      return `DT_NEEDED ${printable(edit.from)} -> ${printable(edit.to)}`;
    case "set-search-path":
      return `DT_${edit.tag.toUpperCase()} ${printable(edit.path)}`;
    case "remove-search-path":
      return "no DT_RPATH, no DT_RUNPATH";
    case "set-execstack":
      return "no executable stack";
  }
}
