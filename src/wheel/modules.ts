/** Python modules among the members of a wheel. */
import { baseNameOf } from "../paths.ts";
import { parseDataPath } from "./data-scheme.ts";

/** Suffixes of extension modules that name their interpreter or ABI. */
const TAGGED =
  /\.(?:cpython-[0-9]+[a-z]*(?:-[\w-]+)?|abi3t?|pypy[0-9]+-pp[0-9]+(?:-[\w-]+)?|graalpy[0-9]+(?:-[\w-]+)?)\.so$|\.pyd$/;

/** True for a file name that only an extension module has: `_x.cpython-312-x86_64-linux-gnu.so`, `_x.pyd`. */
export function isTaggedExtension(path: string): boolean {
  return TAGGED.test(baseNameOf(path));
}

/** True for what Python could import as an extension module, plain `_x.so` included, `libx.so` not. */
export function isExtensionName(path: string): boolean {
  const name = baseNameOf(path);
  return isTaggedExtension(name) || (/^[^.]+\.so$/.test(name) && !/^_?lib/.test(name));
}

/** Deeper modules are not looked for. */
const MAX_DEPTH = 64;

/**
 * Those of `modules` (dotted names) that no file provides: as `.py`, as an extension module or as a
 * package with or without `__init__.py`.
 *
 * @param paths files as they lie relative to site-packages.
 */
export function missingModules(
  modules: readonly string[],
  paths: Iterable<string>,
): ReadonlySet<string> {
  const wanted = new Map<string, string>();
  const tops = new Set<string>();
  let depth = 0;
  for (const module of modules) {
    const parts = module.split(".");
    if (parts.length <= MAX_DEPTH) depth = Math.max(depth, parts.length);
    wanted.set(parts.join("/"), module);
    tops.add(parts[0] ?? "");
  }
  for (const path of paths) {
    if (wanted.size === 0) break;
    if (!tops.has(topOf(path))) continue;
    let slash = path.indexOf("/");
    for (let level = 1; slash !== -1 && level <= depth; level++) {
      wanted.delete(path.slice(0, slash));
      slash = path.indexOf("/", slash + 1);
    }
    if (/\.(?:py|pyc|so|pyd)$/.test(path)) {
      const dot = path.indexOf(".", path.lastIndexOf("/") + 1);
      wanted.delete(path.slice(0, dot));
    }
  }
  return new Set(wanted.values());
}

/** Files as they lie relative to site-packages. */
export function* importablePaths(paths: Iterable<string>): Iterable<string> {
  for (const path of paths) {
    const data = parseDataPath(path);
    if (data === undefined) yield path;
    else if (data.key === "purelib" || data.key === "platlib") yield data.path;
  }
}

/** First component up to its first dot. */
function topOf(path: string): string {
  const slash = path.indexOf("/");
  const dot = path.indexOf(".");
  const end = dot === -1 ? slash : slash === -1 ? dot : Math.min(dot, slash);
  return end === -1 ? path : path.slice(0, end);
}
