/** Which patterns of a run matched nothing, and what they may have meant. */
import type { SeenLibraries, Wish } from "../audit/had-effect.ts";
import {
  idleExclusions,
  matchedNothing,
  nearLibrary,
  seenNoLibraries,
} from "../audit/had-effect.ts";
import { printable } from "../bytes.ts";
import { matchesGlob } from "../glob.ts";
import type { LibraryProvider } from "./providers.ts";

/** What the patterns of a run could match, in all of its wheels. */
export interface Seen extends SeenLibraries {
  /** Names of what was grafted: as it was asked for, and as its file is called. */
  readonly grafted: Set<string>;
}

export function seenNothing(): Seen {
  return { ...seenNoLibraries(), grafted: new Set() };
}

export interface Patterns {
  readonly exclude: readonly Wish[];
  /** Of `--no-mangle`. */
  readonly keep: readonly string[];
  readonly providers: readonly LibraryProvider[];
}

/** One warning for each pattern without effect. */
export function withoutEffect(
  { exclude, keep, providers }: Patterns,
  seen: Seen,
): readonly string[] {
  const { libraries, grafted } = seen;
  return [
    ...idleExclusions(exclude, seen),
    ...keep
      .filter((pattern) => ![...grafted].some((name) => matchesAnyCase(name, pattern)))
      .map((pattern) =>
        matchedNothing(
          { pattern, spelled: `--no-mangle ${pattern}` },
          nearLibrary(pattern, grafted),
        ),
      ),
    ...providers
      .filter(({ folderOf }) => ![...libraries].some((name) => folderOf(name) !== undefined))
      .map(
        ({ project }) =>
          `\`--provided-by ${printable(project)}\` provides nothing that a file needs`,
      ),
  ];
}

/** Windows knows no case. */
export function matchesAnyCase(name: string, pattern: string): boolean {
  return (
    matchesGlob(name, pattern) ||
    (/\.(?:dll|pyd|exe)$/i.test(name) && matchesGlob(name.toLowerCase(), pattern.toLowerCase()))
  );
}
