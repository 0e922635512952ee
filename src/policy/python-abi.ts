/** What CPython exports: the stable ABI, and the symbols of each release. Decoded at first use. */
import { CPYTHON_EXPORTS_MINORS, CPYTHON_EXPORTS_TEXT } from "./data/cpython-exports.ts";
import { STABLE_ABI_TEXT } from "./data/stable-abi.ts";

export interface StableSymbol {
  /** Added in Python 3.`minor`. */
  readonly minor: number;
  /** Feature macro under which it exists; empty: always. */
  readonly ifdef: string;
}

let stable: ReadonlyMap<string, StableSymbol> | undefined;
let exported: ReadonlyMap<string, ReadonlySet<number>> | undefined;

/** The stable ABI's entry for a symbol, `undefined` when it is not part of it. */
export function stableSymbol(name: string): StableSymbol | undefined {
  stable ??= decodeStable();
  return stable.get(name);
}

/** The newest minor version whose stable ABI is known in full. */
export const NEWEST_STABLE_MINOR = 14;

/** Minor versions of CPython whose exports are known. */
export const KNOWN_EXPORTS: readonly number[] = CPYTHON_EXPORTS_MINORS;

/** So many names are looked for in the text, which takes less than to decode it. */
const SOUGHT = 100;
const sought = new Map<string, ReadonlySet<number>>();

/** Minor versions of CPython 3 that export `name`, empty when none is known to. */
export function exportingMinors(name: string): ReadonlySet<number> {
  if (exported === undefined && sought.size < SOUGHT) {
    let minors = sought.get(name);
    if (minors === undefined) {
      minors = seekExport(name);
      sought.set(name, minors);
    }
    return minors;
  }
  exported ??= decodeExports();
  return exported.get(name) ?? NO_MINORS;
}

const NO_MINORS: ReadonlySet<number> = new Set();

function seekExport(name: string): ReadonlySet<number> {
  const text = CPYTHON_EXPORTS_TEXT;
  // A name stands between a space and another one, or the end of its line.
  if (!/^\w+$/.test(name)) return NO_MINORS;
  for (let at = text.indexOf(` ${name}`); at !== -1; at = text.indexOf(` ${name}`, at + 1)) {
    const next = text[at + 1 + name.length];
    if (next !== " " && next !== "\n" && next !== undefined) continue;
    const line = text.slice(text.lastIndexOf("\n", at) + 1, at);
    return minorsOf(line.slice(0, line.indexOf(":")));
  }
  return NO_MINORS;
}

function minorsOf(key: string): ReadonlySet<number> {
  return new Set(key.split(",").map(Number));
}

function decodeStable(): ReadonlyMap<string, StableSymbol> {
  const symbols = new Map<string, StableSymbol>();
  for (const line of STABLE_ABI_TEXT.split("\n")) {
    const [key = "", names = ""] = line.split(": ");
    const [minor = "", , ifdef = ""] = key.split(" ");
    for (const name of names.split(" ")) symbols.set(name, { minor: Number(minor), ifdef });
  }
  return symbols;
}

function decodeExports(): ReadonlyMap<string, ReadonlySet<number>> {
  const minors = new Map<string, ReadonlySet<number>>();
  for (const line of CPYTHON_EXPORTS_TEXT.split("\n")) {
    const [key = "", names = ""] = line.split(": ");
    const versions = minorsOf(key);
    for (const name of names.split(" ")) minors.set(name, versions);
  }
  return minors;
}
