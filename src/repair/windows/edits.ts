/** What changes inside the PE files: the names by which they ask for one another. */
import { dllKey } from "../../formats.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { baseNameOf } from "../../paths.ts";
import type { LinkedFile, LinkedFiles } from "./links.ts";

/**
 * @param names of files that get another name, by key.
 * @param pinned keys of files that this one must load at once.
 */
export function editsOf(
  file: LinkedFile,
  files: LinkedFiles,
  names: ReadonlyMap<string, string>,
  pinned: ReadonlySet<string>,
): readonly NativeEdit[] {
  const edits: NativeEdit[] = [];
  const done = new Set<string>();
  for (const { name, to } of file.links) {
    if (to === undefined || done.has(name)) continue;
    done.add(name);
    const wanted = names.get(to);
    // Without another name, the spelling of the import does for the loader.
    if (wanted === undefined || dllKey(wanted) === dllKey(name)) continue;
    edits.push({ kind: "replace-dependency", from: name, to: wanted });
  }
  if (file.hides && file.links.some(({ to }) => to !== undefined)) {
    edits.push({ kind: "clear-load-flags" });
  }
  for (const key of pinned) {
    const target = files.get(key);
    if (target === undefined) continue;
    edits.push({ kind: "add-dependency", name: names.get(key) ?? baseNameOf(target.path) });
  }
  return edits;
}
