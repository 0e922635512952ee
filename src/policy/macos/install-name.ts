/** Install names and run paths: what dyld makes of `@rpath`, `@loader_path` and `@executable_path`. */

export type InstallName =
  /** `@rpath/NAME`: tried below each run path. */
  | { readonly kind: "rpath"; readonly rest: string }
  /** `@loader_path/NAME`: from the folder of the file that has it. */
  | { readonly kind: "loader"; readonly rest: string }
  | { readonly kind: "executable"; readonly rest: string }
  | { readonly kind: "absolute"; readonly path: string }
  /** Without `/` at the start: from the current folder of the process, which nobody knows. */
  | { readonly kind: "relative"; readonly path: string };

const PLACES: readonly (readonly [prefix: string, kind: "rpath" | "loader" | "executable"])[] = [
  ["@rpath", "rpath"],
  ["@loader_path", "loader"],
  ["@executable_path", "executable"],
];

/** Also for LC_RPATH, where the rest may be empty: `@loader_path`. */
export function parseInstallName(name: string): InstallName {
  for (const [prefix, kind] of PLACES) {
    if (name === prefix) return { kind, rest: "" };
    if (name.startsWith(`${prefix}/`)) return { kind, rest: name.slice(prefix.length + 1) };
  }
  return name.startsWith("/") ? { kind: "absolute", path: name } : { kind: "relative", path: name };
}

/** The install name that leads from a folder to a file: both in the wheel as it gets installed. */
export function loaderPath(way: string): string {
  return `@loader_path/${way}`;
}

/**
 * Other spellings of one install name: dyld compares strings, and refuses a file that loads one
 * string twice, so that each command of several for one library gets its own.
 *
 * @param used install names that the file has already.
 */
export function distinctSpelling(name: string, used: ReadonlySet<string>): string {
  if (!used.has(name)) return name;
  const slash = name.indexOf("/");
  const [head, rest] = [name.slice(0, slash), name.slice(slash)];
  for (let detour = "/."; ; detour += "/.") {
    const spelling = `${head}${detour}${rest}`;
    if (!used.has(spelling)) return spelling;
  }
}
