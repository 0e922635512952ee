/**
 * The python tag: which interpreter a wheel is for (PEP 425, "Python Tag").
 *
 * The version is written without a separator, so `py310` is 3.10 and `py3` any 3.x: the first digit
 * is the major version, the rest the minor one.
 */
import { parseNatural } from "./digits.ts";

/** `py` (any), and the implementations that PEP 425, GraalPy and Pyston gave a prefix. */
export type Implementation = "py" | "cp" | "pp" | "ip" | "jy" | "graalpy" | "pyston";

export type PythonTag =
  | {
      readonly kind: "interpreter";
      readonly implementation: Implementation;
      readonly major: number;
      /** Absent in `py3`: any minor version. */
      readonly minor?: number;
    }
  | { readonly kind: "other"; readonly text: string };

const PATTERN = /^(py|cp|pp|ip|jy|graalpy|pyston)([1-9])([0-9]*)$/;

export function parsePythonTag(text: string): PythonTag {
  const match = PATTERN.exec(text);
  if (match === null) return { kind: "other", text };
  const implementation = match[1] as Implementation;
  const major = Number(match[2]);
  const rest = match[3] ?? "";
  if (rest === "") return { kind: "interpreter", implementation, major };
  const minor = parseNatural(rest);
  if (minor === undefined) return { kind: "other", text };
  return { kind: "interpreter", implementation, major, minor };
}

export function printPythonTag(tag: PythonTag): string {
  return tag.kind === "other"
    ? tag.text
    : `${tag.implementation}${tag.major}${tag.minor === undefined ? "" : tag.minor}`;
}
