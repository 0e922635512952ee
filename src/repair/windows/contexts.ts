/**
 * Files outside that find other DLLs beside one user than beside another.
 *
 * Whatever a module brings is looked for in the module's folder first. Where the wheel has different
 * DLLs of one name, a file outside that needs one of them means the one beside its user: each such
 * user gets a copy of the file of its own, with all that it needs outside, and names tell them apart.
 */
import { dllKey } from "../../formats.ts";
import { baseNameOf, folderOf } from "../../paths.ts";
import { installedPath } from "../../wheel/installed.ts";
import type { Link, LinkedFile, LinkedFiles } from "./links.ts";

/** @param isSame true for two files of the wheel that do as one. */
export function splitByUser(
  files: LinkedFiles,
  isSame: (key: string, other: string) => boolean,
): LinkedFiles {
  const neighbours = new Map<string, LinkedFile>();
  for (const file of files.values()) {
    if (file.inside) neighbours.set(placeOf(folderOfUser(file), baseNameOf(file.path)), file);
  }
  const split = new Map(files);
  for (const user of files.values()) {
    if (!user.inside) continue;
    const folder = folderOfUser(user);
    const links = user.links.map((link) => linkOf(folder, link));
    if (links.some((link, index) => link !== user.links[index])) {
      split.set(user.key, { ...user, links });
    }
  }
  return split;

  /** The link of a user in a folder: to a copy of its own, where one is needed. */
  function linkOf(folder: string, link: Link): Link {
    const brought = outsideOf(link.to);
    const differs = [...brought].some((key) =>
      (files.get(key)?.links ?? []).some((each) => besideUser(folder, each) !== each.to),
    );
    if (!differs || link.to === undefined) return link;
    for (const key of brought) {
      const file = files.get(key);
      if (file === undefined || split.has(copyOf(folder, key))) continue;
      split.set(copyOf(folder, key), {
        ...file,
        key: copyOf(folder, key),
        links: file.links.map((each) => {
          const to = besideUser(folder, each);
          return { ...each, to: to !== undefined && brought.has(to) ? copyOf(folder, to) : to };
        }),
      });
    }
    return { ...link, to: copyOf(folder, link.to) };
  }

  /** Keys of the file and of all that it needs, as far as they are outside. */
  function outsideOf(key: string | undefined): ReadonlySet<string> {
    const found = new Set<string>();
    const waiting = key === undefined ? [] : [key];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const file = files.get(next);
      if (file === undefined || file.inside || found.has(next)) continue;
      found.add(next);
      for (const { to } of file.links) if (to !== undefined) waiting.push(to);
    }
    return found;
  }

  function besideUser(folder: string, { name, to }: Link): string | undefined {
    const own = neighbours.get(placeOf(folder, name));
    if (own === undefined || to === undefined || files.get(to)?.inside !== true) return to;
    return isSame(own.key, to) ? to : own.key;
  }
}

function folderOfUser({ path }: LinkedFile): string {
  return folderOf(installedPath(path));
}

function placeOf(folder: string, name: string): string {
  return `${folder.toLowerCase()}/${dllKey(name)}`;
}

/** No path has a NUL in its middle. */
function copyOf(folder: string, key: string): string {
  return `${key}\0${folder}`;
}
