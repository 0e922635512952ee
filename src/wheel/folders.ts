/** Folders that only their files show. */

/** A name of 4 KiB could have 2,000 levels. */
const MAX_LEVELS = 64;

/** Every folder that holds one of the files, without trailing slash; the nearest 64 levels. */
export function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    let slash = path.lastIndexOf("/");
    for (let level = 0; slash > 0 && level < MAX_LEVELS; level++) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
      slash = path.lastIndexOf("/", slash - 1);
    }
  }
  return folders;
}
