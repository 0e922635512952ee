/** The Python files of a wheel as texts, for rules that ask what a package names. */
import type { ZipEntry } from "../../zip/entry.ts";

export interface PythonText {
  readonly path: string;
  readonly text: string;
}

/** Bytes of one file and of all files that are looked through. */
const FILE_LIMIT = 4 << 20;
const TOTAL_LIMIT = 32 << 20;

/**
 * Modules, compiled or not, scripts and entry points, in the archive's order, each read when its turn
 * comes. Bytes are taken for Latin-1: names in question are ASCII, and nothing else is looked at.
 */
export function* pythonTexts(
  entries: readonly Pick<ZipEntry, "name" | "directory" | "size">[],
  read: (path: string) => Uint8Array | undefined,
): Generator<PythonText> {
  const decoder = new TextDecoder("latin1");
  let left = TOTAL_LIMIT;
  for (const { name, directory, size } of entries) {
    const wanted =
      /\.(?:pyc?|pth)$/.test(name) ||
      /^[^/]+(\.data\/scripts\/|\.dist-info\/entry_points\.txt$)/.test(name);
    if (directory || !wanted || size > FILE_LIMIT || size > left) continue;
    left -= size;
    const bytes = read(name);
    if (bytes !== undefined) yield { path: name, text: decoder.decode(bytes) };
  }
}
