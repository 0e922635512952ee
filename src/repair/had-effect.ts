/** Which patterns of a run matched nothing, and what they may have meant. */
import type { DependencyGraph } from "../audit/graph/graph.ts";
import { printable } from "../bytes.ts";
import { matchesGlob } from "../glob.ts";
import { baseNameOf } from "../paths.ts";
import { didYouMean } from "../suggest.ts";
import type { LibraryProvider } from "./providers.ts";

/** What the patterns of a run could match, in all of its wheels. */
export interface Seen {
  /** Names that files need, and real paths of files outside. */
  readonly libraries: Set<string>;
  /** Names of what was grafted: as it was asked for, and as its file is called. */
  readonly grafted: Set<string>;
}

export function seenNothing(): Seen {
  return { libraries: new Set(), grafted: new Set() };
}

export function remember({ libraries }: Seen, { members, host }: DependencyGraph): void {
  for (const { edges } of [...members.values(), ...host.values()]) {
    for (const { name } of edges) libraries.add(name);
  }
  for (const { path } of host.values()) libraries.add(path);
}

export interface Patterns {
  readonly exclude: readonly string[];
  readonly keep: readonly string[];
  readonly providers: readonly LibraryProvider[];
}

/** One warning for each pattern without effect. */
export function withoutEffect(
  { exclude, keep, providers }: Patterns,
  { libraries, grafted }: Seen,
): readonly string[] {
  const warnings: string[] = [];
  const tell = (option: string, pattern: string, names: ReadonlySet<string>): void => {
    if ([...names].some((name) => matchesAnyCase(name, pattern))) return;
    const near = nearMiss(pattern, names);
    const hint = near === undefined ? "" : `; ${near}`;
    warnings.push(`\`${option} ${printable(pattern)}\` matched nothing${hint}`);
  };
  for (const pattern of exclude) tell("--exclude", pattern, libraries);
  for (const pattern of keep) tell("--no-mangle", pattern, grafted);
  for (const { project, folderOf } of providers) {
    if ([...libraries].some((name) => folderOf(name) !== undefined)) continue;
    warnings.push(`\`--provided-by ${printable(project)}\` provides nothing that a file needs`);
  }
  return warnings;
}

/** Windows knows no case. */
function matchesAnyCase(name: string, pattern: string): boolean {
  return (
    matchesGlob(name, pattern) ||
    (/\.(dll|pyd|exe)$/i.test(name) && matchesGlob(name.toLowerCase(), pattern.toLowerCase()))
  );
}

/** `librocfoo.so` was meant for `librocfoo.so.5`; else what is spelled like it. */
function nearMiss(pattern: string, names: ReadonlySet<string>): string | undefined {
  const bases = [...new Set([...names].map(baseNameOf))];
  if (bases.some((name) => name.startsWith(`${pattern}.`))) {
    return `did you mean \`${printable(pattern)}.*\`?`;
  }
  return didYouMean(pattern, bases);
}
