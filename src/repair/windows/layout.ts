/**
 * Where grafted DLLs go, and who leads the loader there.
 *
 * Whatever Python loads is looked for, with all that it needs, in the folder of the file that Python
 * named and in the folders that code has added. `init`: the DLLs share one folder, and the package's
 * `__init__.py` adds it. `adjacent`: copies lie beside each file that Python names, and no code runs;
 * so it is as well where no package has an `__init__.py` of its own: in top-level modules, namespace
 * packages and packages that are compiled as a whole.
 */
import { addTo } from "../../add-to.ts";
import { dllKey } from "../../formats.ts";
import { baseNameOf, folderOf } from "../../paths.ts";
import { installedPath, isSitePath, sitePath } from "../../wheel/installed.ts";
import type { LinkedFile, LinkedFiles } from "./links.ts";
import { reachOf, rootsOf } from "./links.ts";
import type { InitModule, Packages } from "./packages.ts";

export type WindowsLayout = "init" | "adjacent";

export interface LayoutInput {
  readonly files: LinkedFiles;
  readonly packages: Packages;
  readonly layout: WindowsLayout;
  /** Folder of grafted DLLs in the `init` layout, at the wheel's root. */
  readonly libs: string;
  /** Keys of the files outside that every package may open by name: they count as needed by all. */
  readonly opened: readonly string[];
  /** True for a program that is to be made whole as well. */
  readonly servesProgram: (path: string) => boolean;
  /** True for two files of the wheel that do as one. */
  readonly isSame: (key: string, other: string) => boolean;
}

export interface InitWork {
  readonly init: InitModule;
  /** Folders below site-packages, with the keys of the files that are found there. */
  readonly folders: Map<string, Set<string>>;
  /** Keys of files that are loaded at once. */
  readonly preload: Set<string>;
}

export interface Layout {
  /** Folders (of member paths) that a file from outside is put into, by its key. */
  readonly homes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Folders that a DLL of the wheel is copied into, by its key. */
  readonly copies: ReadonlyMap<string, ReadonlySet<string>>;
  /** By member path of the `__init__.py`. */
  readonly inits: ReadonlyMap<string, InitWork>;
  /**
   * Keys of DLLs that a file must import at once although it delays them, because no code loads them
   * before they are needed.
   */
  readonly pinned: ReadonlyMap<string, ReadonlySet<string>>;
  /** Roots that find something only when other code has loaded it or added its folder. */
  readonly notes: readonly string[];
}

export function planLayout(input: LayoutInput): Layout {
  const { files, packages, layout, libs, opened, servesProgram, isSame } = input;
  const homes = new Map<string, Set<string>>();
  const copies = new Map<string, Set<string>>();
  const inits = new Map<string, InitWork>();
  const pinned = new Map<string, Set<string>>();
  const notes: string[] = [];
  const namesakes = new Map<string, LinkedFile[]>();
  for (const file of files.values()) {
    if (!file.inside) continue;
    const name = dllKey(baseNameOf(file.path));
    addTo(namesakes, name, file);
  }
  for (const root of rootsOf(files, isSame)) {
    if (root.role === "program" && !servesProgram(root.path)) continue;
    place(root);
  }
  // The original of a copy may have no user left that brings its needs: it is made whole as well.
  for (const key of copies.keys()) {
    const file = files.get(key);
    if (file !== undefined) place(file);
  }
  return { homes, copies, inits, pinned, notes };

  function place(root: LinkedFile): void {
    const { all, late } = reachOf(files, root);
    const wanted = root.role === "library" ? all : new Set([...all, ...opened]);
    if (wanted.size === 0) return;
    const home = folderOf(root.path);
    const code = root.role === "program" ? undefined : codeBefore(root.path);
    for (const key of wanted) {
      const file = files.get(key);
      if (file === undefined) continue;
      // Any copy will do, and the loader takes the first that it comes across.
      const twins = twinsOf(file);
      // Where one of them is loaded at once, a later look finds it by its name.
      const isLate =
        late.has(key) && !twins.some((each) => all.has(each.key) && !late.has(each.key));
      if (code !== undefined && twins.some((each) => isServed(code, each, isLate))) continue;
      if (!isLate && twins.some(({ path }) => isBeside(home, path))) continue;
      if (layout === "adjacent" || code === undefined) beside(root, file, isLate ? all : undefined);
      else behindCode(code, home, file, isLate);
    }
  }

  function twinsOf(file: LinkedFile): readonly LinkedFile[] {
    const same = file.inside ? (namesakes.get(dllKey(baseNameOf(file.path))) ?? []) : [];
    return same.length < 2
      ? same
      : same.filter(({ key }) => key === file.key || isSame(key, file.key));
  }

  function codeBefore(path: string): InitModule | undefined {
    return isSitePath(path) ? packages.initOf(folderOf(sitePath(path))) : undefined;
  }

  /** Code of an earlier repair leads to the file already. */
  function isServed({ known }: InitModule, file: LinkedFile, late: boolean): boolean {
    if (!file.inside || !isSitePath(file.path)) return false;
    const path = sitePath(file.path);
    return known.some(
      ({ by, folders, preload }) =>
        folders.has(folderOf(path)) && (by === "delvewheel" || !late || preload.has(path)),
    );
  }

  function behindCode(init: InitModule, home: string, file: LinkedFile, late: boolean): void {
    if (!file.inside) add(homes, file.key, libs);
    const folder = file.inside ? siteFolder(file.path) : libs;
    if (folder === undefined) {
      notes.push(outsideSite(file.path));
      return;
    }
    const same = file.inside && isBeside(home, file.path);
    if (same && !late) return;
    const known = inits.get(init.path);
    const work = known ?? { init, folders: new Map(), preload: new Set<string>() };
    if (known === undefined) inits.set(init.path, work);
    add(work.folders, folder, file.key);
    if (late) work.preload.add(file.key);
  }

  /** @param users of a file that is looked for at first use: all that comes with the root. */
  function beside(root: LinkedFile, file: LinkedFile, users?: ReadonlySet<string>): void {
    const home = folderOf(root.path);
    if (!file.inside) add(homes, file.key, home);
    else if (file.role === "module" && !isBeside(home, file.path)) {
      notes.push(
        `\`${root.path}\` finds \`${file.path}\` only when that module was imported before it`,
      );
      return;
    } else if (!isBeside(home, file.path)) add(copies, file.key, home);
    for (const key of users === undefined ? [] : [root.key, ...users]) {
      if (key === file.key) continue;
      const links = (files.get(key)?.links ?? []).filter(({ to }) => to === file.key);
      if (links.length > 0 && links.every(({ how }) => how === "delay")) add(pinned, key, file.key);
    }
  }
}

/** The folder below site-packages that a member is installed into; `undefined` when it is elsewhere. */
function siteFolder(path: string): string | undefined {
  return isSitePath(path) ? folderOf(sitePath(path)) : undefined;
}

/** True when a member is installed into the folder that the members of `home` are installed into. */
function isBeside(home: string, path: string): boolean {
  return (
    folderOf(installedPath(path)) === folderOf(installedPath(`${home === "" ? "" : `${home}/`}x`))
  );
}

function outsideSite(path: string): string {
  return `\`${path}\` is installed outside site-packages, where no path leads to it`;
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
