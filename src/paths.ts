/** Paths inside an archive: `/` between parts, relative to its root, no leading or trailing `/`. */

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

export function baseNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** `way` from `folder`, with `.` and `..` resolved; `undefined` when it leaves the root. */
export function resolvePath(folder: string, way: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of way.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** The way from `from` to `to`; empty when they are the same folder. */
export function relativePath(from: string, to: string): string {
  const start = from === "" ? [] : from.split("/");
  const goal = to === "" ? [] : to.split("/");
  let shared = 0;
  while (shared < start.length && shared < goal.length && start[shared] === goal[shared]) shared++;
  return [...start.slice(shared).map(() => ".."), ...goal.slice(shared)].join("/");
}
