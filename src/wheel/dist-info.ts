/** Finding the `.dist-info` directory, on which everything else hangs. */
import { compareText } from "../bytes.ts";
import { parseWheelFilename } from "./filename.ts";
import { normalizeName } from "./names.ts";
import { compareVersions, parseVersion } from "./version.ts";

const SUFFIX = ".dist-info";

/** The top-level directories whose names end in `.dist-info`, sorted. */
export function distInfoDirectories(
  entries: readonly { readonly name: string }[],
): readonly string[] {
  const found = new Set<string>();
  for (const { name } of entries) {
    const slash = name.indexOf("/");
    if (slash > SUFFIX.length && name.endsWith(SUFFIX, slash)) found.add(name.slice(0, slash));
  }
  return [...found].sort(compareText);
}

/**
 * The directory that belongs to the file name: spelled the same, else the same after normalization,
 * else the only one; `undefined` when there is none, or none of several fits.
 */
export function findDistInfo(
  entries: readonly { readonly name: string }[],
  filename: string,
): string | undefined {
  const directories = distInfoDirectories(entries);
  const { name } = parseWheelFilename(filename);
  if (name !== undefined) {
    const exact = `${name.name}-${name.version}${SUFFIX}`;
    if (directories.includes(exact)) return exact;
    const same = directories.find((directory) => isDistInfoOf(directory, name.name, name.version));
    if (same !== undefined) return same;
  }
  return directories.length === 1 ? directories[0] : undefined;
}

/** True when the directory is `{name}-{version}.dist-info` in any spelling. */
export function isDistInfoOf(directory: string, name: string, version: string): boolean {
  const parts = distInfoParts(directory);
  if (parts === undefined || normalizeName(parts.name) !== normalizeName(name)) return false;
  const [own, other] = [parseVersion(parts.version), parseVersion(version)];
  return own === undefined || other === undefined
    ? parts.version === version
    : compareVersions(own, other) === 0;
}

/** Name and version of a `.dist-info` directory, as spelled. */
export function distInfoParts(
  directory: string,
): { readonly name: string; readonly version: string } | undefined {
  const stem = directory.slice(0, -SUFFIX.length);
  const dash = stem.indexOf("-");
  return dash === -1 ? undefined : { name: stem.slice(0, dash), version: stem.slice(dash + 1) };
}
