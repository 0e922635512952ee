/** The Python packages of a wheel, as far as their code runs before the modules in them. */
import { decodeLatin1 } from "../../bytes.ts";
import { isSitePath, sitePath } from "../../wheel/installed.ts";
import { findPlace } from "./init-place.ts";
import type { KnownPatch } from "./known-patch.ts";
import { knownPatches } from "./known-patch.ts";

export interface InitModule {
  /** Member path of the `__init__.py`. */
  readonly path: string;
  /** Its folder below site-packages. */
  readonly home: string;
  readonly source: Uint8Array;
  /** Code of earlier repairs. */
  readonly known: readonly KnownPatch[];
}

export interface Packages {
  /**
   * The module whose code runs before all others of a folder below site-packages: the `__init__.py`
   * of the outermost package that is this wheel's alone. `undefined` when there is none: then no
   * Python code of the wheel is sure to run first.
   */
  initOf(folder: string): InitModule | undefined;
}

/**
 * `__init__.py` files that every distribution of a namespace brings: the one that is installed last
 * stays, so code in one of them may be lost.
 */
const SHARED = /\bdeclare_namespace\s*\(|\bextend_path\s*\(/;

/**
 * @param namespaces dotted names of packages that other distributions fill too.
 * @param read content of a member.
 */
export function findPackages(
  members: Iterable<string>,
  namespaces: readonly string[],
  read: (path: string) => Uint8Array | undefined,
): Packages {
  const shared = new Set<string>();
  for (const name of namespaces) {
    const parts = name.split(".");
    for (let count = 1; count <= parts.length; count++) shared.add(parts.slice(0, count).join("/"));
  }
  const inits = new Map<string, string>();
  for (const path of members) {
    if (!path.endsWith("/__init__.py") || !isSitePath(path)) continue;
    const home = sitePath(path).slice(0, -"/__init__.py".length);
    if (!inits.has(home) && !shared.has(home)) inits.set(home, path);
  }
  const opened = new Map<string, InitModule | undefined>();
  return {
    initOf(folder) {
      for (let end = folder.indexOf("/"); ; end = folder.indexOf("/", end + 1)) {
        const home = end === -1 ? folder : folder.slice(0, end);
        if (!opened.has(home)) opened.set(home, open(home));
        const found = opened.get(home);
        if (found !== undefined || end === -1) return found;
      }
    },
  };

  function open(home: string): InitModule | undefined {
    const path = inits.get(home);
    const source = path === undefined ? undefined : read(path);
    if (path === undefined || source === undefined) return undefined;
    if (SHARED.test(decodeLatin1(source)) || findPlace(source) === undefined) return undefined;
    return { path, home, source, known: knownPatches(source, home) };
  }
}
