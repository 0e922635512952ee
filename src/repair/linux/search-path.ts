/** Which search paths a library of a repaired wheel keeps. */

import type { SearchPath } from "../../binary.ts";
import { relativePath } from "../../paths.ts";
import type { LinuxFamily } from "../../policy/linux/table.ts";
import {
  installedPath,
  isOutsideSite,
  normalizePath,
  parentFolder,
} from "../../wheel/installed.ts";

/**
 * The entries that lead to a place inside the wheel, in order and in their own spelling. The place
 * need not exist.
 *
 * Absolute and relative entries name the machine that built the wheel, or the working directory of
 * whoever loads it; an empty entry is the working directory too. A program in `bin` may also look
 * elsewhere in the prefix that it is installed to.
 *
 * @param member path of the library.
 */
export function keptSearchPaths(entries: readonly string[], member: string): readonly string[] {
  const origin = parentFolder(installedPath(member));
  const fromSite = !isOutsideSite(origin);
  const kept: string[] = [];
  for (const entry of entries) {
    const match = /^\$(?:ORIGIN|\{ORIGIN\})(\/.*)?$/.exec(entry);
    if (match === null || kept.includes(entry)) continue;
    const folder = normalizePath(origin + (match[1] ?? ""));
    if (folder === undefined || (fromSite && isOutsideSite(folder))) continue;
    kept.push(entry);
  }
  return kept;
}

/** The entries that the loader goes by: DT_RUNPATH makes it ignore DT_RPATH; Android knows no other. */
export function effectivePaths(
  searchPaths: readonly SearchPath[],
  family: LinuxFamily,
): readonly string[] {
  const runpath = searchPaths.filter(({ kind }) => kind === "runpath");
  const counted = runpath.length > 0 || family === "android" ? runpath : searchPaths;
  return counted.map(({ path }) => path);
}

/** `$ORIGIN/../demo.libs`: the way from one folder of the wheel to another. */
export function originPath(fromFolder: string, toFolder: string): string {
  const way = relativePath(fromFolder, toFolder);
  return way === "" ? "$ORIGIN" : `$ORIGIN/${way}`;
}
