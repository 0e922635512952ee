/** The PE files that a repair moves about, and what each needs of the others. */
import type { DependencyHow } from "../../binary.ts";
import { dllKey } from "../../formats.ts";
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
   * Keys of files that a delayed import reaches, or a forwarder of the root itself, and that do not
   * come with the root: loaded at first use, by name.
   */
  readonly late: ReadonlySet<string>;
}

export function reachOf(files: LinkedFiles, root: LinkedFile): Reach {
  const later = new Set<string>();
  const all = new Set<string>();
  follow([root]);
  // What comes with the root itself is there, whoever asks for it at first use.
  const atOnce = new Set(all);
  // Sets keep the order of insertion, so what is added while this runs has its turn later.
  for (const key of later) {
    const file = files.get(key);
    if (file === undefined || all.has(key)) continue;
    all.add(key);
    follow([file]);
  }
  const late = new Set([...later].filter((key) => !atOnce.has(key)));
  all.delete(root.key);
  late.delete(root.key);
  return { all, late };

  /** Of a library the loader follows a forwarder when it imports from it, of the root nobody does. */
  function isLate(file: LinkedFile, how: DependencyHow): boolean {
    return how === "delay" || (how === "forwarder" && file === root);
  }

  function follow(waiting: LinkedFile[]): void {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      for (const { how, to } of file.links) {
        const next = to === undefined ? undefined : files.get(to);
        if (next === undefined || next === file) continue;
        if (isLate(file, how)) {
          const comes = file.links.some((each) => each.to === to && !isLate(file, each.how));
          if (!comes) later.add(next.key);
        } else if (!all.has(next.key)) {
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
 *
 * @param isSame true for two files of the wheel that do as one.
 */
export function rootsOf(
  files: LinkedFiles,
  isSame: (key: string, other: string) => boolean,
): readonly LinkedFile[] {
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
  // Before a repair another one stood for the circle: those last that it brought or renamed, or will.
  const first = new Map<string, LinkedFile>();
  for (const file of candidates) {
    const name = dllKey(baseNameOf(file.path));
    if (!first.has(name)) first.set(name, file);
  }
  const late = (file: LinkedFile): number => {
    const name = baseNameOf(file.path);
    const other = first.get(dllKey(name)) ?? file;
    return Number(isMangledName(name) || !isSame(other.key, file.key));
  };
  for (const file of candidates.sort((a, b) => late(a) - late(b))) {
    if (file.role !== "library" || reached.has(file.key) || roots.includes(file)) continue;
    roots.push(file);
    for (const key of reachOf(files, file).all) reached.add(key);
  }
  return roots;
}
