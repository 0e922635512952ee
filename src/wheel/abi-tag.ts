/** The ABI tag: which binary interface of the interpreter the extensions use (PEP 425, "ABI Tag"). */
import { parseNatural } from "./digits.ts";

export type AbiTag =
  /** No extension module, or none that uses the interpreter's interface. */
  | { readonly kind: "none" }
  /** The stable ABI (PEP 384). */
  | { readonly kind: "abi3" }
  /** The stable ABI of free-threaded builds (PEP 803). */
  | { readonly kind: "abi3t" }
  /** `cp313`, `cp313t` (PEP 703), `cp37m`, `cp27mu`, `cp38d`: flags in the order of the tag. */
  | {
      readonly kind: "cpython";
      readonly major: number;
      readonly minor: number;
      /** Letters of `t` (free-threaded), `d` (debug), `m` (pymalloc), `u` (wide unicode). */
      readonly flags: string;
    }
  /** `pypy310_pp73`: Python 3.10 and PyPy's ABI 7.3. */
  | {
      readonly kind: "pypy";
      readonly major: number;
      readonly minor: number;
      readonly abi: string;
    }
  /** `graalpy240_311_native`: GraalPy 24.0 for Python 3.11. */
  | {
      readonly kind: "graalpy";
      readonly release: number;
      readonly major: number;
      readonly minor: number;
    }
  | { readonly kind: "other"; readonly text: string };

const CPYTHON = /^cp([1-9])([0-9]+)([tdmu]*)$/;
const PYPY = /^pypy([1-9])([0-9]+)_(pp[0-9]+)$/;
const GRAALPY = /^graalpy([0-9]+)_([1-9])([0-9]+)_native$/;

export function parseAbiTag(text: string): AbiTag {
  if (text === "none" || text === "abi3" || text === "abi3t") return { kind: text };
  const cpython = CPYTHON.exec(text);
  if (cpython !== null) {
    const minor = parseNatural(cpython[2] ?? "");
    if (minor !== undefined) {
      return { kind: "cpython", major: Number(cpython[1]), minor, flags: cpython[3] ?? "" };
    }
  }
  const pypy = PYPY.exec(text);
  if (pypy !== null) {
    const minor = parseNatural(pypy[2] ?? "");
    if (minor !== undefined) {
      return { kind: "pypy", major: Number(pypy[1]), minor, abi: pypy[3] ?? "" };
    }
  }
  const graalpy = GRAALPY.exec(text);
  if (graalpy !== null) {
    const release = parseNatural(graalpy[1] ?? "");
    const minor = parseNatural(graalpy[3] ?? "");
    if (release !== undefined && minor !== undefined) {
      return { kind: "graalpy", release, major: Number(graalpy[2]), minor };
    }
  }
  return { kind: "other", text };
}

export function printAbiTag(tag: AbiTag): string {
  switch (tag.kind) {
    case "none":
    case "abi3":
    case "abi3t":
      return tag.kind;
    case "cpython":
      return `cp${tag.major}${tag.minor}${tag.flags}`;
    case "pypy":
      return `pypy${tag.major}${tag.minor}_${tag.abi}`;
    case "graalpy":
      return `graalpy${tag.release}_${tag.major}${tag.minor}_native`;
    case "other":
      return tag.text;
  }
}

/** True for ABI tags of free-threaded builds. */
export function isFreeThreaded(tag: AbiTag): boolean {
  return tag.kind === "abi3t" || (tag.kind === "cpython" && tag.flags.includes("t"));
}
