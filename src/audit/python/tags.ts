/** What the Python and ABI tags of a wheel promise to extension modules. */
import type { WheelFacts } from "../model.ts";

export interface PythonPromise {
  /** CPython 3 minor versions of the `cp3N` tags, ascending. */
  readonly minors: readonly number[];
  /** The stable ABI: the oldest minor version that the tag names. */
  readonly abi3: number | null;
  /** The stable ABI for free-threaded builds (PEP 803). */
  readonly abi3t: boolean;
  /** ABI tags of one version each, such as `cp313t`: minor and build letters. */
  readonly exact: readonly { readonly minor: number; readonly letters: string }[];
  /** Every Python tag is CPython's, so no other interpreter installs the wheel. */
  readonly onlyCPython: boolean;
}

export function pythonPromise({ pythonTags, abiTags }: WheelFacts): PythonPromise {
  const minors: number[] = [];
  for (const tag of pythonTags) {
    const [, minor] = /^cp3(\d{1,3})$/.exec(tag) ?? [];
    if (minor !== undefined) minors.push(Number(minor));
  }
  minors.sort((a, b) => a - b);
  const exact: { minor: number; letters: string }[] = [];
  for (const tag of abiTags) {
    const [, minor, letters] = /^cp3(\d{1,3})([a-z]*)$/.exec(tag) ?? [];
    if (minor !== undefined && letters !== undefined) exact.push({ minor: Number(minor), letters });
  }
  return {
    minors,
    abi3: abiTags.includes("abi3") ? (minors[0] ?? 2) : null,
    abi3t: abiTags.includes("abi3t"),
    exact,
    onlyCPython: pythonTags.length > 0 && pythonTags.every((tag) => tag.startsWith("cp")),
  };
}

/** A module's suffix in its parts; `plain` for a bare `.so`. */
export type ModuleSuffix =
  | {
      readonly kind: "cpython";
      readonly minor: number;
      readonly letters: string;
      readonly triplet: string;
    }
  | { readonly kind: "abi3" | "abi3t" | "plain" }
  | { readonly kind: "other"; readonly text: string };

/** Reads the text between the module's name and `.so` or `.pyd`. */
export function parseModuleSuffix(text: string | undefined): ModuleSuffix {
  if (text === undefined) return { kind: "plain" };
  if (text === "abi3" || text === "abi3t") return { kind: text };
  const [, minor, letters, triplet] =
    /^(?:cpython-|cp)3(\d{1,3})([a-z]*)(?:-(.+))?$/.exec(text) ?? [];
  if (minor === undefined || letters === undefined) return { kind: "other", text };
  return { kind: "cpython", minor: Number(minor), letters, triplet: triplet ?? "" };
}
