/** Which wishes of a run had no effect: patterns, codes and paths that nothing matched. */
import { printable } from "../bytes.ts";
import { matchesGlob } from "../glob.ts";
import { baseNameOf } from "../paths.ts";
import { didYouMean } from "../suggest.ts";
import type { DependencyGraph } from "./graph/graph.ts";

/** A pattern, or what else a user wrote to pick something out. */
export interface Wish {
  readonly pattern: string;
  /** With the option, or the key of the settings file, that it was given by. */
  readonly spelled: string;
}

/** What the patterns of a run could match, in all of its wheels. */
export interface SeenLibraries {
  /** Names that files need, and real paths of files outside. */
  readonly libraries: Set<string>;
  /** Patterns that left a library out. */
  readonly excludedBy: Set<string>;
  /** How many wheels were looked at. */
  wheels: number;
}

export function seenNoLibraries(): SeenLibraries {
  return { libraries: new Set(), excludedBy: new Set(), wheels: 0 };
}

export function rememberLibraries(seen: SeenLibraries, graph: DependencyGraph): void {
  const { libraries, excludedBy } = seen;
  seen.wheels += 1;
  for (const { edges } of [...graph.members.values(), ...graph.host.values()]) {
    for (const { name } of edges) libraries.add(name);
  }
  for (const { path } of graph.host.values()) libraries.add(path);
  for (const pattern of graph.excludedBy) excludedBy.add(pattern);
}

/** One warning for each pattern that left nothing out. */
export function idleExclusions(
  wishes: readonly Wish[],
  { libraries, excludedBy }: SeenLibraries,
): readonly string[] {
  return wishes
    .filter(({ pattern }) => !excludedBy.has(pattern))
    .map((wish) => matchedNothing(wish, nearLibrary(wish.pattern, libraries)));
}

export function matchedNothing({ spelled }: Wish, near: string | undefined): string {
  return `\`${printable(spelled)}\` matched nothing${near === undefined ? "" : `; ${near}`}`;
}

/** `libfoo.so` was meant for `libfoo.so.5`, `libfoo.dylib` for `libfoo.5.dylib`; else what is spelled like it. */
export function nearLibrary(pattern: string, names: ReadonlySet<string>): string | undefined {
  const bases = [...new Set([...names].map(baseNameOf))];
  const versioned = [`${pattern}.*`, pattern.replace(/\.dylib$/, ".*.dylib")];
  for (const wider of versioned) {
    if (wider === pattern || !bases.some((name) => matchesGlob(name, wider))) continue;
    return `did you mean \`${printable(wider)}\`?`;
  }
  return didYouMean(pattern, bases) ?? didYouMean(baseNameOf(pattern), bases);
}
