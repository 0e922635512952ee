/** Imported symbols that no library defines: neither a member, nor what the host provides. */
import type { ElfSlice } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { exportsAreKnown, inCLibrary, mayExport } from "../../policy/linux/exports.ts";
import { symbolHash } from "../../symbol-hash.ts";
import type { DependencyGraph, GraphNode } from "../graph/graph.ts";
import { closure } from "../graph/names.ts";
import type { Mentions } from "../python/mentions.ts";
import { isPythonExtension } from "../python/module.ts";
import type { Identity } from "./identify.ts";

export interface Undefined {
  readonly path: string;
  /** Sorted. */
  readonly names: readonly string[];
  /** A library that may define them, and of whose exports nothing is known. */
  readonly unknown: string | undefined;
  /**
   * A module, a library that Python code opens, or one that these load: all of its symbols are looked
   * up at once.
   */
  readonly imported: boolean;
}

/** Python's own names, which the interpreter has, and the other rules judge. */
const PYTHON = /^_?Py/;

export function undefinedSymbols(
  { family, considered }: Identity,
  graph: DependencyGraph<ElfSlice>,
  mentions: Mentions,
): readonly Undefined[] {
  if (family === null) return [];
  const next = (key: string): readonly string[] =>
    (graph.members.get(key)?.edges ?? []).flatMap(({ target }) =>
      target.kind === "wheel" ? [target.key] : [],
    );
  const candidates = considered.filter(
    ({ slice }) => slice.dynamic && slice.unversioned.strong.length > 0,
  );
  if (candidates.length === 0) return [];
  const asked = candidates.map(({ slice }) =>
    slice.unversioned.strong.filter((name) => !PYTHON.test(name) && !inCLibrary(family, name)),
  );
  // Any member may have been loaded for all to see, so all of them count.
  const undefinedYet = new Set(asked.flatMap((names) => names.map(symbolHash)));
  for (const { slice } of graph.members.values()) removeAll(undefinedYet, slice.exportHashes);
  let imported: ReadonlySet<string> | undefined;
  const found: Undefined[] = [];
  for (const [index, { key, path }] of candidates.entries()) {
    const open = asked[index]?.filter((name) => undefinedYet.has(symbolHash(name))) ?? [];
    if (open.length === 0) continue;
    const { libraries, outside } = hostLibraries(graph, closure(key, next));
    const names = open.filter(
      (name) =>
        !outside.has(symbolHash(name)) && !libraries.some((library) => mayExport(library, name)),
    );
    if (names.length === 0) continue;
    const unknown =
      family === "android"
        ? "Android's C library"
        : libraries.find((library) => !exportsAreKnown(library));
    if (unknown === undefined) imported ??= importedFiles();
    found.push({ path, names, unknown, imported: imported?.has(key) === true });
  }
  return found;

  /** Modules, libraries that Python files name, and what these load. */
  function importedFiles(): ReadonlySet<string> {
    const files = new Set<string>();
    for (const binary of considered) {
      const named = binary.slice.kind === "shared" && mentions.library(baseNameOf(binary.path));
      if (!named && !isPythonExtension(binary)) continue;
      for (const each of closure(binary.key, next)) files.add(each);
    }
    return files;
  }
}

interface HostLibraries {
  /** Names of libraries outside of whose exports only that is known. */
  readonly libraries: readonly string[];
  /** Exports of those that were found. */
  readonly outside: ReadonlySet<number>;
}

/** What the files load from outside the wheel, through all that is found there. */
function hostLibraries(
  { members, host }: DependencyGraph<ElfSlice>,
  keys: ReadonlySet<string>,
): HostLibraries {
  const libraries = new Set<string>();
  const outside = new Set<number>();
  const queue: GraphNode<ElfSlice>[] = [...keys].flatMap((key) => members.get(key) ?? []);
  const seen = new Set(queue);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const { name, target } of node.edges) {
      if (target.kind === "wheel" || target.kind === "loader") continue;
      const file = target.kind === "host" ? host.get(target.key) : undefined;
      if (file === undefined) libraries.add(name);
      else if (!seen.has(file)) {
        seen.add(file);
        addAll(outside, file.slice.exportHashes);
        queue.push(file);
      }
    }
  }
  return { libraries: [...libraries].sort(), outside };
}

/** Of few that are asked for, what many have is removed: half a million exports are no set of their own. */
function removeAll(from: Set<number>, values: Uint32Array): void {
  if (from.size === 0) return;
  for (const value of values) from.delete(value);
}

function addAll(into: Set<number>, values: Uint32Array): void {
  for (const value of values) into.add(value);
}
