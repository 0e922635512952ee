/** Which files of a repair are one and the same to whoever loads them. */
import { dllKey } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import type { LinkedFiles } from "./links.ts";

/**
 * True for two keys of files that have the same bytes, and whose dependencies are the same too: of two
 * copies that find different neighbours one is renamed along with those.
 *
 * @param digest of the bytes of a file, by its key.
 */
export function sameFiles(
  files: LinkedFiles,
  digest: (key: string) => string,
): (key: string, other: string) => boolean {
  const known = new Map<string, boolean>();
  return isSame;

  function isSame(key: string, other: string): boolean {
    if (key === other) return true;
    const pair = key < other ? `${key}\n${other}` : `${other}\n${key}`;
    const before = known.get(pair);
    if (before !== undefined) return before;
    // Until something speaks against it: files in a circle are compared with themselves.
    known.set(pair, true);
    const same = digest(key) === digest(other) && sameLinks(key, other);
    if (!same) {
      // What was taken for the same because of this pair may not be.
      known.clear();
      known.set(pair, false);
    }
    return same;
  }

  function sameLinks(key: string, other: string): boolean {
    const theirs = files.get(other)?.links ?? [];
    return (files.get(key)?.links ?? []).every(({ to }, index) => {
      const counterpart = theirs[index]?.to;
      if (to === undefined || counterpart === undefined) return to === counterpart;
      return nameOf(to) === nameOf(counterpart) && isSame(to, counterpart);
    });
  }

  function nameOf(key: string): string {
    return dllKey(baseNameOf(files.get(key)?.path ?? ""));
  }
}
