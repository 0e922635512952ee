/** Collects the problems of an archive, but not a million of the same kind. */
import { printable } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import type { ZipCode } from "./rules.ts";

export type ZipProblem = Problem<ZipCode>;
export type Add = (problem: ZipProblem) => void;

/** Problems of one code and level that are listed; the rest is counted. */
const LISTED = 100;

export interface Collector {
  readonly add: Add;
  /** The problems in the order in which they were found, and one for each cut list. */
  finish(): ZipProblem[];
}

export function collector(): Collector {
  const kinds = new Map<string, { readonly first: ZipProblem; count: number }>();
  const problems: ZipProblem[] = [];
  return {
    add(problem) {
      const { code, level, profiles } = problem;
      const key = `${code} ${level} ${profiles?.pypi} ${profiles?.install}`;
      const kind = kinds.get(key);
      if (kind === undefined) kinds.set(key, { first: problem, count: 1 });
      else kind.count++;
      if (kind === undefined || kind.count <= LISTED) problems.push(problem);
    },
    finish() {
      for (const { first, count } of kinds.values()) {
        if (count <= LISTED) continue;
        const { code, level, profiles } = first;
        problems.push({
          code,
          message: `${count - LISTED} further members have a defect of this kind`,
          ...(level === undefined ? {} : { level }),
          ...(profiles === undefined ? {} : { profiles }),
        });
      }
      return problems;
    },
  };
}

/** For defects that PyPI does not look at. */
export const NOT_PYPI = { pypi: "warning" } as const;
/** For defects that installers take without differing. */
export const NOT_INSTALL = { install: "warning" } as const;

/** A name as it may stand in a message: escaped, and not of any length. */
export function shown(name: string): string {
  return printable(name.length <= SHOWN ? name : `${name.slice(0, SHOWN)}…`);
}

const SHOWN = 200;

/** `1 byte`, `2 bytes`. */
export function bytesText(count: number): string {
  return `${count} byte${count === 1 ? "" : "s"}`;
}

/** A record's name with its article. */
export function aRecord(name: string): string {
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

/** A CRC-32 or a signature as people write it. */
export function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
