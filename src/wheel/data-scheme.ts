/** The `.data` directory: files for other places than site-packages (PEP 427, "The .data directory"). */

export type SchemeKey = "purelib" | "platlib" | "headers" | "scripts" | "data";

export const SCHEME_KEYS: readonly SchemeKey[] = [
  "purelib",
  "platlib",
  "headers",
  "scripts",
  "data",
];

export interface DataPath {
  /** Name of the `.data` directory at the archive's root. */
  readonly directory: string;
  /** First component below it; any text in a hostile wheel. */
  readonly key: string;
  /** Path below the key; empty for a file that lies directly under `.data`. */
  readonly path: string;
}

export function isSchemeKey(text: string): text is SchemeKey {
  return SCHEME_KEYS.some((key) => key === text);
}

/** The parts of a path under a top-level `*.data` directory; `undefined` for any other path. */
export function parseDataPath(path: string): DataPath | undefined {
  const slash = path.indexOf("/");
  if (slash === -1 || !path.endsWith(".data", slash)) return undefined;
  const directory = path.slice(0, slash);
  const rest = path.slice(slash + 1);
  const next = rest.indexOf("/");
  return next === -1
    ? { directory, key: rest, path: "" }
    : { directory, key: rest.slice(0, next), path: rest.slice(next + 1) };
}

export function formatDataPath({ directory, key, path }: DataPath): string {
  return path === "" ? `${directory}/${key}` : `${directory}/${key}/${path}`;
}

/**
 * True for names under which an installer would overwrite an interpreter: uv 0.12's list, compared
 * in lower case and without `.exe` and `.py`.
 */
export function isInterpreterName(script: string): boolean {
  const bare = scriptStem(script);
  return (
    ["python", "pythonw", "python3", "graalpy", "pypy", "pypy2", "pypy3"].includes(bare) ||
    /^python3\.[0-9]+t?$/.test(bare) ||
    /^pythonw3\.[0-9]+t$/.test(bare)
  );
}

/** The name under which two scripts are the same command on Windows. */
export function scriptStem(script: string): string {
  return script
    .toLowerCase()
    .replace(/\.exe$/, "")
    .replace(/\.pyw?$/, "");
}
