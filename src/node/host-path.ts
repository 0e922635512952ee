/**
 * Paths of the host as the core writes them: `/` between parts, whatever the host's own separator.
 * Windows takes `/` for `\` wherever Node hands a path to it, and a drive stays where it is: `C:/lib`.
 */
import type { PlatformPath } from "node:path";
import path from "node:path";

/** What of `node:path` decides how paths look; tests hand in `path.win32`. */
export type PathRules = Pick<PlatformPath, "sep" | "delimiter" | "resolve">;

/** The path with `/` between its parts. On POSIX a backslash is a letter like any other. */
export function corePath(hostPath: string, { sep }: Pick<PathRules, "sep"> = path): string {
  if (sep !== "\\") return hostPath;
  // `\\?\C:\lib` is `C:\lib`; `\\server\share` stays.
  return hostPath.replace(/^\\\\\?\\(?=[A-Za-z]:)/, "").replaceAll("\\", "/");
}

/**
 * The folders of lists, absolute and as the core writes them. `;` separates everywhere, so that one
 * command serves all hosts; `:` does where it can't belong to a drive.
 */
export function listedFolders(
  lists: readonly string[],
  rules: PathRules = path,
): readonly string[] {
  const separator = rules.delimiter === ":" ? /[;:]/ : /;/;
  return lists
    .flatMap((text) => text.split(separator))
    .map((folder) => folder.trim().replace(/^"(.*)"$/, "$1"))
    .filter((folder) => folder !== "")
    .map((folder) => corePath(rules.resolve(folder), rules));
}
