/** DLLs that the interpreter brings: the one that is Python, and the C runtimes beside it. */
import { parseAbiTag } from "../../wheel/abi-tag.ts";
import { parsePythonTag } from "../../wheel/python-tag.ts";
import type { WindowsArch } from "./baseline.ts";

/** A DLL that is a Python interpreter, by its name. */
export type PythonDll =
  /** The stable ABI: `python3.dll`, `python3t.dll` (PEP 803). */
  | { readonly kind: "stable"; readonly freeThreaded: boolean; readonly debug: boolean }
  /** One release: `python312.dll`, `python313t_d.dll`. */
  | {
      readonly kind: "release";
      readonly major: number;
      readonly minor: number;
      readonly freeThreaded: boolean;
      readonly debug: boolean;
    }
  | { readonly kind: "pypy" | "graalpy" }
  /** MSYS2's Python, `libpython3.12.dll`, which no wheel of the index runs on. */
  | { readonly kind: "mingw" };

/** @param name in lower case, with its extension. */
export function pythonDll(name: string): PythonDll | undefined {
  const [, digits, thread, debug] = /^python(\d{1,4})(t?)(_d)?\.dll$/.exec(name) ?? [];
  if (digits !== undefined) {
    const freeThreaded = thread === "t";
    const major = Number(digits[0]);
    if (digits.length === 1) return { kind: "stable", freeThreaded, debug: debug !== undefined };
    const minor = Number(digits.slice(1));
    return { kind: "release", major, minor, freeThreaded, debug: debug !== undefined };
  }
  if (/^libpypy[\d.]*-c\.dll$/.test(name)) return { kind: "pypy" };
  if (name === "python-native.dll") return { kind: "graalpy" };
  if (/^libpython\d[\d.]*t?\.dll$/.test(name)) return { kind: "mingw" };
  return undefined;
}

const NONE: ReadonlySet<string> = new Set();
const RUNTIME = "vcruntime140.dll";
/** Exception handling of x64 code; the installers of ARM64 ship it too. */
const RUNTIME_1 = "vcruntime140_1.dll";

/**
 * The C runtimes that every interpreter that may install the wheel brings: those of all ABI tags,
 * cut with one another. A wheel with the ABI `none` runs on any Python, and so on none that is
 * known to have them.
 *
 * Source: the installers of python.org, PyPy and GraalPy.
 */
export function interpreterDlls(
  pythonTags: readonly string[],
  abiTags: readonly string[],
  arch: WindowsArch,
): ReadonlySet<string> {
  let all: ReadonlySet<string> | undefined;
  for (const tag of abiTags) {
    const own = dllsOf(tag, pythonTags, arch);
    if (all === undefined) all = own;
    else {
      const both = all;
      all = new Set([...own].filter((name) => both.has(name)));
    }
  }
  return all ?? NONE;
}

function dllsOf(
  abi: string,
  pythonTags: readonly string[],
  arch: WindowsArch,
): ReadonlySet<string> {
  const tag = parseAbiTag(abi);
  switch (tag.kind) {
    case "abi3":
    case "abi3t": {
      const minor = oldestMinor(pythonTags);
      return minor === undefined ? NONE : cpython(3, minor, "", arch);
    }
    case "cpython":
      return cpython(tag.major, tag.minor, tag.flags, arch);
    case "pypy":
      return new Set(tag.major === 3 && tag.minor >= 6 ? [RUNTIME] : []);
    case "graalpy":
      return new Set([RUNTIME, RUNTIME_1]);
    default:
      return NONE;
  }
}

function cpython(
  major: number,
  minor: number,
  flags: string,
  arch: WindowsArch,
): ReadonlySet<string> {
  if (major === 2) return new Set(minor >= 6 ? ["msvcr90.dll"] : []);
  if (flags.includes("d")) return new Set(minor >= 5 ? ["vcruntime140d.dll", "ucrtbased.dll"] : []);
  if (minor < 3) return new Set(["msvcr90.dll"]);
  if (minor < 5) return new Set(["msvcr100.dll"]);
  return new Set(arch !== "x86" && minor >= 9 ? [RUNTIME, RUNTIME_1] : [RUNTIME]);
}

/**
 * The oldest Python 3 that the tags admit: 0 for `py3`, `undefined` where a tag can't be read or is
 * not for Python 3.
 */
export function oldestMinor(pythonTags: readonly string[]): number | undefined {
  let oldest: number | undefined;
  for (const text of pythonTags) {
    const tag = parsePythonTag(text);
    if (tag.kind === "other" || tag.major !== 3) return undefined;
    oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, tag.minor ?? 0);
  }
  return oldest;
}
