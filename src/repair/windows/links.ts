/** The PE files that a repair moves about, and what each needs of the others. */
import type { DependencyHow } from "../../binary.ts";
import { baseNameOf } from "../../paths.ts";
import { isMangledName } from "./mangle.ts";

export interface Link {
  /** The DLL as the import table spells it. */
  readonly name: string;
  readonly how: DependencyHow;
  /** Key of the file that it leads to; `undefined`: nothing that the wheel has or gets. */
  readonly to: string | undefined;
}

export interface LinkedFile {
  /** Tells a file of the wheel from one outside with the same path. */
  readonly key: string;
  /** Member path, or the real path outside. */
  readonly path: string;
  readonly inside: boolean;
  /**
   * `module`: Python imports it by its file name; `program`: it looks for DLLs in its own folder only;
   * `library`: everything else.
   */
  readonly role: "module" | "program" | "library";
  /** Its load flags keep the loader from looking for DLLs in the wheel. */
  readonly hides: boolean;
  /** It has code for two machines, so its imports can't get longer names. */
  readonly isHybrid: boolean;
  readonly links: readonly Link[];
}

export type LinkedFiles = ReadonlyMap<string, LinkedFile>;

/** What comes along when a file is loaded. */
export interface Reach {
  /** Keys of the files that the loader brings at once, those of {@link late} included. */
  readonly all: ReadonlySet<string>;
  /**
   * Keys of files that are only reached by a delayed import, or by a forwarder of the root itself:
   * loaded at first use, by name.
   */
  readonly late: ReadonlySet<string>;
}

export function reachOf(files: LinkedFiles, root: LinkedFile): Reach {
  const all = new Set<string>();
  const late = new Set<string>();
  const later: string[] = [];
  follow([root]);
  for (let key = later.pop(); key !== undefined; key = later.pop()) {
    const file = files.get(key);
    if (file === undefined || all.has(key)) continue;
    late.add(key);
    all.add(key);
    follow([file]);
  }
  all.delete(root.key);
  late.delete(root.key);
  return { all, late };

  function follow(waiting: LinkedFile[]): void {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      for (const { how, to } of file.links) {
        const next = to === undefined || all.has(to) ? undefined : files.get(to);
        if (next === undefined) continue;
        // Of a library the loader follows a forwarder when it imports from it, of the root nobody does.
        if (how === "delay" || (how === "forwarder" && file === root)) {
          later.push(next.key);
        } else {
          all.add(next.key);
          waiting.push(next);
        }
      }
    }
  }
}

/**
 * The files that something loads on its own account: modules, programs, and libraries that none of
 * those needs, which Python opens by their path. Of a circle that nothing else needs, the first one
 * stands for all.
 */
export function rootsOf(files: LinkedFiles): readonly LinkedFile[] {
  const needed = new Set<string>();
  for (const { key, links } of files.values()) {
    for (const { to } of links) if (to !== undefined && to !== key) needed.add(to);
  }
  const roots: LinkedFile[] = [];
  const reached = new Set<string>();
  const candidates = [...files.values()].filter(({ inside }) => inside);
  for (const file of candidates) {
    if (file.role === "library" && needed.has(file.key)) continue;
    roots.push(file);
    for (const key of reachOf(files, file).all) reached.add(key);
  }
  // Grafted ones last: before they were there, another one stood for the circle.
  const grafted = ({ path }: LinkedFile): number => Number(isMangledName(baseNameOf(path)));
  for (const file of candidates.sort((a, b) => grafted(a) - grafted(b))) {
    if (file.role !== "library" || reached.has(file.key) || roots.includes(file)) continue;
    roots.push(file);
    for (const key of reachOf(files, file).all) reached.add(key);
  }
  return roots;
}
