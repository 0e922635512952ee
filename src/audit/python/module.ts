/** Which native files are extension modules, by what they export and how they are called. */
import { baseNameOf } from "../../paths.ts";
import type { Binary } from "../member.ts";

/** Base name up to the first `.`. */
export function moduleStem(path: string): string {
  const base = baseNameOf(path);
  const dot = base.indexOf(".");
  return dot < 0 ? base : base.slice(0, dot);
}

/**
 * The last part of the name under which Python imports the module, which its initialiser is called
 * after: the stem of the file, and for `demo/__init__.….so` the package `demo`.
 */
export function moduleName(path: string): string {
  const stem = moduleStem(path);
  const [folder] = path.split("/").slice(-2);
  return stem === "__init__" && folder !== undefined && path.includes("/") ? folder : stem;
}

const TAGGED = /^[^.]+\.(cpython-[^.]+|pypy[^.]+|graalpy[^.]+|abi3|abi3t)\.so$/;
/** Windows: `_x.cp312-win_amd64.pyd`. It has no suffix for the stable ABI. */
const TAGGED_PYD = /^[^.]+\.((?:cp|pypy|graalpy)[^.]+)\.pyd$/i;

/**
 * `cpython-312-x86_64-linux-gnu`, `cp312-win_amd64` or `abi3`, where the file name carries such a
 * suffix.
 */
export function moduleSuffix(path: string): string | undefined {
  const name = baseNameOf(path);
  return (TAGGED.exec(name) ?? TAGGED_PYD.exec(name))?.[1];
}

/**
 * True for an extension module.
 *
 * `PyInit_{name}`, `PyInitU_{punycode}`, `PyModExport_{name}` (PEP 489, PEP 793), Python 2's
 * `init{name}` and cffi's `_cffi_pypyinit_{name}`; a file with a module's suffix counts with any
 * initialiser, because it may have been renamed.
 */
export function isPythonExtension({ path, slice }: Binary): boolean {
  const { pythonInit } = slice;
  if (pythonInit.length === 0) return false;
  const name = moduleName(path);
  if (hasInit(pythonInit, name)) return true;
  return (
    moduleSuffix(path) !== undefined && pythonInit.some((symbol) => /^Py(Init|Mod)/.test(symbol))
  );
}

/** True when one of the initialisers is the one that importing `name` looks for. */
export function hasInit(symbols: readonly string[], name: string): boolean {
  return symbols.some(
    (symbol) =>
      symbol === `PyInit_${name}` ||
      symbol === `PyModExport_${name}` ||
      symbol === `init${name}` ||
      symbol === `_cffi_pypyinit_${name}` ||
      // The punycode of a name is only compared by its presence: it belongs to a non-ASCII file name.
      (symbol.startsWith("PyInitU_") && !isAscii(name)),
  );
}

/** Python 2 modules are the only ones that UCS2 and UCS4 builds tell apart. */
export function isPython2Module(binary: Binary): boolean {
  const { pythonInit } = binary.slice;
  return isPythonExtension(binary) && !pythonInit.some((symbol) => symbol.startsWith("Py"));
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}
