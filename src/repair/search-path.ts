/** Which search paths a library of a repaired wheel keeps. */
import { relativePath, resolvePath } from "../paths.ts";

/**
 * The entries that lead to a place inside the wheel, in order and in their own spelling.
 *
 * Absolute and relative entries name the machine that built the wheel, or the working directory of
 * whoever loads it; an empty entry is the working directory too. `$LIB` and `$PLATFORM` depend on
 * the loader, so an entry with them is kept only for what surrounds them inside the wheel.
 *
 * @param memberFolder folder of the library, relative to the wheel's root, without a slash at the end.
 */
export function keptSearchPaths(
  entries: readonly string[],
  memberFolder: string,
): readonly string[] {
  const kept: string[] = [];
  for (const entry of entries) {
    const match = /^\$(?:ORIGIN|\{ORIGIN\})(\/.*)?$/.exec(entry);
    if (match === null) continue;
    if (resolvePath(memberFolder, `.${match[1] ?? ""}`) === undefined) continue;
    if (!kept.includes(entry)) kept.push(entry);
  }
  return kept;
}

/** `$ORIGIN/../demo.libs`: the way from one folder of the wheel to another. */
export function originPath(fromFolder: string, toFolder: string): string {
  const way = relativePath(fromFolder, toFolder);
  return way === "" ? "$ORIGIN" : `$ORIGIN/${way}`;
}
