/** Which paths are folders of others, for any number and depth of names. */

/** Characters of folders that are kept; real archives need far less. */
const KEPT = 16 << 20;

/** True for each path below which at least one of `names` lies. Folders' names may end in `/`. */
export function foldersOf(names: readonly string[]): (path: string) => boolean {
  const folders = new Set<string>();
  let room = KEPT;
  let last = "";
  for (const name of names) {
    // Neighbours mostly share their folder.
    let slash = name.lastIndexOf("/");
    if (slash === last.length && name.startsWith(last)) continue;
    if (slash <= 0) continue;
    last = name.slice(0, slash);
    for (let folder = last; !folders.has(folder); folder = name.slice(0, slash)) {
      folders.add(folder);
      room -= folder.length;
      if (room < 0) return sortedFolders(names);
      slash = folder.lastIndexOf("/");
      if (slash <= 0) break;
    }
  }
  return (path) => folders.has(path);
}

/** The same in less memory: what lies below a path follows it where the names are sorted. */
function sortedFolders(names: readonly string[]): (path: string) => boolean {
  const sorted = names.toSorted();
  return (path) => {
    const prefix = `${path}/`;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? "") < prefix) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.startsWith(prefix) === true;
  };
}
