/** Libraries in the wheel that the loader does not find from where they are needed. */
import type { FieldRef } from "../../errors.ts";
import { baseNameOf, folderOf, relativePath } from "../../paths.ts";
import { installedPath, isOutsideSite } from "../../wheel/installed.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import { closure, isByBaseName, isBySoname } from "../graph/names.ts";
import type { Binary } from "../member.ts";
import type { Mentions } from "../python/mentions.ts";
import { isPythonExtension } from "../python/module.ts";

export interface Unreached {
  /** The file that needs the library. */
  readonly path: string;
  /** As the file spells it. */
  readonly name: string;
  /** The member that has the name. */
  readonly library: string;
  readonly at: FieldRef;
  /** Nothing can have loaded the library before, so the file does not load. */
  readonly fatal: boolean;
  /** Code opens the file at run time, after another one has loaded the library by a path of its own. */
  readonly usual: boolean;
  /** What is opened first. */
  readonly from: "program" | "module" | "library";
  /** The search path that would lead there; `undefined`: no relative one does. */
  readonly way: string | undefined;
  /** The name is a path, so that nothing could have loaded the library beforehand. */
  readonly byPath: boolean;
  /** A repair can bring the two together. */
  readonly mendable: boolean;
}

export interface UnreachedInput {
  readonly graph: DependencyGraph;
  readonly considered: readonly Binary[];
  readonly programs: ReadonlySet<string>;
  /** Packages load libraries beforehand by name. */
  readonly mentions: Mentions;
  /** Normalised names of the projects that the wheel requires. */
  readonly requires: readonly string[];
}

/** Sorted as the graph is: by the path of the user, then in the file's order. */
export function unreachedLibraries(input: UnreachedInput): readonly Unreached[] {
  const { graph, considered, programs, mentions, requires } = input;
  const users = considered.flatMap(({ key }) => {
    const node = graph.members.get(key);
    return node?.edges.some((edge) => isBySoname(edge) || isByBaseName(edge)) ? [node] : [];
  });
  if (users.length === 0) return [];
  const next = (key: string): readonly string[] =>
    (graph.members.get(key)?.edges ?? []).flatMap(({ target }) =>
      target.kind === "wheel" ? [target.key] : [],
    );
  const openedBy = (roots: readonly Binary[]): ReadonlySet<string> => {
    const found = new Set<string>();
    for (const { key } of roots) for (const each of closure(key, next)) found.add(each);
    return found;
  };
  const started = openedBy(considered.filter(({ path }) => programs.has(path)));
  const imported = openedBy(considered.filter(isPythonExtension));
  const found: Unreached[] = [];
  for (const { key, path, edges } of users) {
    for (const edge of edges) {
      const { name, at, target } = edge;
      const byPath = isByBaseName(edge);
      if (!(byPath || isBySoname(edge)) || target.kind !== "wheel") continue;
      const from = started.has(key) ? "program" : imported.has(key) ? "module" : "library";
      const shared = reachedByOther(graph, key, target.key);
      const fatal =
        byPath ||
        (from === "program"
          ? !(mentions.libraryPath() || mentions.handsOver(path, requires))
          : from === "module" && !shared && !mentions.library(baseNameOf(target.path)));
      const usual = from === "library" && shared;
      const way = wayBetween(path, target.path);
      // Scripts are moved into the package.
      const mendable = way !== undefined || /^[^/]+\.data\/scripts\/[^/]+$/.test(path);
      found.push({
        path,
        name,
        library: target.path,
        at,
        fatal,
        usual,
        from,
        way,
        mendable,
        byPath,
      });
    }
  }
  return found;
}

/** True when another file finds the library by a search path of its own. */
function reachedByOther({ members }: DependencyGraph, user: string, library: string): boolean {
  for (const { key, edges } of members.values()) {
    if (key === user || key === library) continue;
    for (const edge of edges) {
      const via = edge.trace.at(-1)?.via;
      if (edge.target.kind !== "wheel" || edge.target.key !== library) continue;
      if (via !== "loaded" && via !== "soname-in-wheel") return true;
    }
  }
  return false;
}

/**
 * `$ORIGIN/../lib`, where that is so wherever the wheel is installed: below site-packages, or among
 * scripts, headers and data.
 */
function wayBetween(user: string, library: string): string | undefined {
  const from = installedPath(user);
  const to = installedPath(library);
  if (isOutsideSite(from) !== isOutsideSite(to)) return undefined;
  const way = relativePath(folderOf(from), folderOf(to));
  return way === "" ? "$ORIGIN" : `$ORIGIN/${way}`;
}
