/**
 * Paths of the host as the core writes them: `/` between parts, whatever the host's own separator.
 * Windows takes `/` for `\` wherever Node hands a path to it, and a drive stays where it is: `C:/lib`.
 */
import type { PlatformPath } from "node:path";
import path from "node:path";

/** What of `node:path` decides how paths look; tests hand in `path.win32`. */
export type PathRules = Pick<PlatformPath, "sep" | "delimiter" | "resolve">;

type UriRules = Pick<PlatformPath, "sep" | "isAbsolute" | "relative" | "basename">;

export function isWindows({ sep }: Pick<PathRules, "sep"> = path): boolean {
  return sep === "\\";
}

/** The path with `/` between its parts. On POSIX a backslash is a letter like any other. */
export function corePath(hostPath: string, rules: Pick<PathRules, "sep"> = path): string {
  if (!isWindows(rules)) return hostPath;
  // `\\?\C:\lib` is `C:\lib`; `\\server\share` stays.
  return hostPath.replace(/^\\\\\?\\(?=[A-Za-z]:)/, "").replaceAll("\\", "/");
}

/** A path of the host, absolute and as the core writes it. */
export function absolutePath(hostPath: string, rules: PathRules = path): string {
  return corePath(rules.resolve(hostPath), rules);
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
    .map((folder) => absolutePath(folder, rules));
}

/**
 * Names, and patterns of names and paths, in lists that `;` or `:` separates, without the blanks around
 * them. On Windows a `:` before a slash belongs to a drive.
 */
export function listedNames(
  lists: readonly string[],
  rules: Pick<PathRules, "sep"> = path,
): readonly string[] {
  const separator = isWindows(rules) ? /;|:(?![\\/])/ : /[;:]/;
  return lists
    .flatMap((text) => text.split(separator))
    .map((name) => corePath(name.trim(), rules))
    .filter((name) => name !== "");
}

/** The same for all spellings of one path that differ by the host's rules alone. */
export function pathKey(hostPath: string, rules: PathRules = path): string {
  const whole = absolutePath(hostPath, rules);
  return isWindows(rules) ? whole.toLowerCase() : whole;
}

/** As annotations want it: relative to the checkout, with `/`; the bare name from elsewhere. */
export function checkoutPath(hostPath: string, cwd: string, rules: UriRules = path): string {
  const inside = corePath(
    rules.isAbsolute(hostPath) ? rules.relative(cwd, hostPath) : hostPath,
    rules,
  );
  // From one drive to another no relative path leads; `C:name` lies in that drive's own folder.
  const outside =
    rules.isAbsolute(inside) ||
    inside.split("/")[0] === ".." ||
    (isWindows(rules) && /^[A-Za-z]:/.test(inside));
  return outside ? rules.basename(hostPath) : inside.replace(/^\.\//, "");
}

/**
 * Where a link in a root leads that lies in `base`: `/`, and what a program wrote there that
 * unpacked the root on Windows, means the root.
 */
export function linkTarget(
  target: string,
  base: string,
  rules: Pick<PathRules, "sep"> = path,
): string {
  const text = corePath(target, rules);
  if (!isWindows(rules) || !/^[A-Za-z]:\//.test(text)) return text;
  const root = corePath(base, rules).replace(/\/$/, "");
  const isInside = text.toLowerCase().startsWith(`${root}/`.toLowerCase());
  return isInside ? text.slice(root.length) : text.slice(2);
}

/**
 * What a pattern in the last part of a path matches: no shell of Windows replaces `*.whl` itself.
 *
 * @param list the names in a folder, in the order of the result; empty where there is none.
 * @returns `undefined` where it is no pattern, or the shell's business.
 */
export function matchingFiles(
  pattern: string,
  list: (folder: string) => readonly string[],
  rules: Pick<PlatformPath, "sep" | "join" | "dirname" | "basename"> = path,
): readonly string[] | undefined {
  const name = rules.basename(pattern);
  if (!isWindows(rules) || !/[*?]/.test(name)) return undefined;
  const folder = rules.dirname(pattern);
  const source = name
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  const matches = new RegExp(`^${source}$`, "isu");
  return list(folder)
    .filter((each) => matches.test(each))
    .map((each) => rules.join(folder, each));
}
