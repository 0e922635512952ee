/** What a repair will do to a Windows wheel: pure, printable, made before anything is written. */
import type { DependencyGraph } from "../../audit/graph/graph.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { PeSlice } from "../../formats.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { baseNameOf, folderOf, joinPath } from "../../paths.ts";
import { isSitePath, sitePath } from "../../wheel/installed.ts";
import type { Graft, MemberEdits, PlannedFile, RepairPlan, RepairRequest } from "../platform.ts";
import type { WantedCompanions } from "./companions.ts";
import { companionsOf } from "./companions.ts";
import { splitByUser } from "./contexts.ts";
import { editsOf } from "./edits.ts";
import { anywhere, customFiles, initFiles } from "./init-files.ts";
import { knownPatches } from "./known-patch.ts";
import type { InitWork, Layout, WindowsLayout } from "./layout.ts";
import { planLayout } from "./layout.ts";
import { linkFiles, outsideKey } from "./link-files.ts";
import type { LinkedFile, LinkedFiles } from "./links.ts";
import { refuseMissing } from "./missing.ts";
import { nameFiles } from "./names.ts";
import { caseNamesakes } from "./namesakes.ts";
import { newPathNotes } from "./new-paths.ts";
import { refuseOtherLibraries } from "./outside-symbols.ts";
import type { InitModule, Packages } from "./packages.ts";
import { findPackages } from "./packages.ts";
import { sameFiles } from "./same.ts";
import { olderRuntimes } from "./toolset.ts";

export interface WindowsPlanInput {
  /** Name and version as the file name spells them. */
  readonly distribution: string;
  /** Of the folder of grafted DLLs at the wheel's root. */
  readonly libSuffix: string;
  readonly graph: DependencyGraph<PeSlice>;
  /** Paths of all members. */
  readonly members: ReadonlySet<string>;
  /** Paths of the PE members that count. */
  readonly considered: ReadonlySet<string>;
  /** Names of DLLs that code opens, with the real paths outside where they were found. */
  readonly opened: ReadonlyMap<string, string>;
  readonly layout: WindowsLayout;
  /** Dotted names of packages that other distributions fill too. */
  readonly namespaces: readonly string[];
  /** `none`: no Python file is touched; `custom`: those that ask for it. */
  readonly patch: "init" | "custom" | "none";
  readonly programs: boolean;
  readonly companions: WantedCompanions;
  /** Name of the load order files; `undefined` where no Python needs them. */
  readonly loadOrder: string | undefined;
  readonly keepsName: (name: string) => boolean;
  readonly strip: boolean;
  readonly read: RepairRequest["read"];
  /** Hex SHA-256 of the bytes given and then those of a file outside. */
  readonly digestOutside: (path: string, before: Uint8Array) => string;
  /** The same for a member. */
  readonly digestMember: (path: string, before: Uint8Array) => string;
}

const NOTHING: Uint8Array = new Uint8Array();

export type WindowsFiles = Pick<
  RepairPlan,
  "grafts" | "companions" | "members" | "files" | "notes"
>;

/** @throws RefusalError when a DLL is missing, or a name can't be given. */
export function planFiles(input: WindowsPlanInput): WindowsFiles {
  const digestIn = (all: LinkedFiles) => (key: string, before: Uint8Array) => {
    const file = all.get(key);
    if (file === undefined) throw new TypeError(key);
    return file.inside
      ? input.digestMember(file.path, before)
      : input.digestOutside(file.path, before);
  };
  const isSameIn = (all: LinkedFiles) => sameFiles(all, (key) => digestIn(all)(key, NOTHING));
  const found = linkFiles(input.graph, input.considered);
  const files = splitByUser(found, isSameIn(found));
  const isSame = isSameIn(files);
  const servesProgram = (): boolean => input.programs;
  const repaired = [...input.members].some((path) => /^[^/]+\.dist-info\/DELVEWHEEL$/.test(path));
  const missing = refuseMissing(input.graph, files, servesProgram, repaired);
  refuseOtherLibraries(input.graph, files);
  const libs = `${input.distribution}${input.libSuffix}`;
  const opened = new Map([...input.opened].map(([name, path]) => [outsideKey(path), name]));
  const layout = planLayout({
    files,
    packages: packagesOf(input),
    layout: input.layout,
    libs,
    opened: [...opened.keys()],
    servesProgram,
    isSame,
  });
  const names = nameFiles({
    files,
    grafted: new Set(layout.homes.keys()),
    sought: soughtIn(layout),
    opened,
    keepsName: (name) => input.keepsName(name) || input.keepsName(name.toLowerCase()),
    digest: digestIn(files),
    isSame,
  });
  const state: PlanState = { input, files, layout, names };
  const members = planMembers(state);
  const grafts = planGrafts(state);
  const along = companionsOf(grafts, input.graph, input.companions, input.members);
  return {
    grafts,
    ...(along.companions.length === 0 ? {} : { companions: along.companions }),
    members,
    files: pythonFiles(state),
    notes: [
      ...layout.notes,
      ...missing,
      ...olderRuntimes(input.graph),
      ...caseNamesakes(grafts, input.graph),
      ...along.notes,
      ...renameNotes(members),
      ...newPathNotes(grafts),
    ],
  };
}

function soughtIn({ inits }: Layout): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { folders } of inits.values()) {
    for (const found of folders.values()) for (const key of found) keys.add(key);
  }
  return keys;
}

interface PlanState {
  readonly input: WindowsPlanInput;
  readonly files: LinkedFiles;
  readonly layout: Layout;
  /** New base names, by key. */
  readonly names: ReadonlyMap<string, string>;
}

function packagesOf(input: WindowsPlanInput): Packages {
  const { patch, members, namespaces, read } = input;
  if (patch === "none") return { initOf: () => undefined };
  if (patch === "init") return findPackages(members, namespaces, read);
  const known = pythonSources(members).flatMap((path) => {
    const source = isSitePath(path) ? read(path) : undefined;
    return source === undefined ? [] : knownPatches(source, folderOf(sitePath(path)));
  });
  const code: InitModule = { ...anywhere(), known };
  return { initOf: () => code };
}

function pythonSources(members: ReadonlySet<string>): readonly string[] {
  return [...members].filter((path) => /\.py$/i.test(path)).sort(compareText);
}

/** Where a file of the wheel or one outside lies in the repaired wheel, at one of its places. */
function pathIn({ files, layout, names }: PlanState, key: string): string {
  const file = files.get(key);
  if (file === undefined) throw new TypeError(key);
  const name = names.get(key) ?? baseNameOf(file.path);
  if (file.inside) return joinPath(folderOf(file.path), name);
  const [home = ""] = layout.homes.get(key) ?? [];
  return joinPath(home, name);
}

function planMembers(state: PlanState): readonly MemberEdits[] {
  const { files, layout, names, input } = state;
  const members: MemberEdits[] = [];
  for (const file of files.values()) {
    if (!file.inside) continue;
    const edits = withStrip(input, editsFor(state, file));
    const path = pathIn(state, file.key);
    const folders = [...(layout.copies.get(file.key) ?? [])].sort(compareText);
    const copies = folders.map((folder) =>
      joinPath(folder, names.get(file.key) ?? baseNameOf(path)),
    );
    for (const copy of copies) refuseTaken(state, file, copy);
    if (edits.length === 0 && path === file.path && copies.length === 0) continue;
    members.push({
      path: file.path,
      edits,
      ...(path === file.path ? {} : { movesTo: path }),
      ...(copies.length === 0 ? {} : { copies }),
    });
  }
  return members.sort((a, b) => compareText(a.path, b.path));
}

function planGrafts(state: PlanState): readonly Graft[] {
  const { input, files, layout } = state;
  const byPath = new Map<string, Graft>();
  for (const [key, homes] of layout.homes) {
    const file = files.get(key);
    const node = file === undefined ? undefined : input.graph.host.get(file.path);
    if (file === undefined || node === undefined) continue;
    const name = state.names.get(key) ?? baseNameOf(file.path);
    const users = usersOf(state, key);
    for (const home of homes) {
      const path = joinPath(home, name);
      const other = byPath.get(path);
      if (other === undefined && input.members.has(path)) refuseTaken(state, file, path);
      byPath.set(path, {
        from: other?.from ?? file.path,
        ...(node.files === undefined ? {} : { files: node.files }),
        path,
        name,
        aliases: sorted([...(other?.aliases ?? []), ...users.map((user) => user.as)]),
        sha256: other?.sha256 ?? input.digestOutside(file.path, new Uint8Array()),
        neededBy: sorted([...(other?.neededBy ?? []), ...users.map((user) => user.path)]),
        edits: withStrip(input, editsFor(state, file)),
      });
    }
  }
  return [...byPath.values()].sort((a, b) => compareText(a.path, b.path));
}

function editsFor({ files, layout, names }: PlanState, file: LinkedFile): readonly NativeEdit[] {
  return editsOf(file, files, names, layout.pinned.get(file.key) ?? new Set());
}

function withStrip(
  { strip }: WindowsPlanInput,
  edits: readonly NativeEdit[],
): readonly NativeEdit[] {
  return strip ? [{ kind: "strip", level: "all", optional: true }, ...edits] : edits;
}

function usersOf(state: PlanState, key: string): { readonly path: string; readonly as: string }[] {
  const users: { path: string; as: string }[] = [];
  for (const file of state.files.values()) {
    if (!file.inside && !state.layout.homes.has(file.key)) continue;
    for (const { name, to } of file.links) {
      if (to === key) users.push({ path: pathIn(state, file.key), as: name });
    }
  }
  return users;
}

function refuseTaken({ input }: PlanState, file: LinkedFile, path: string): void {
  if (!input.members.has(path)) return;
  throw new RefusalError(
    "LNK009",
    `\`${file.path}\` would be put at \`${path}\`, where the wheel has another file`,
    "let it get a name of its own, or leave it out with `--exclude`",
  );
}

function pythonFiles(state: PlanState): readonly PlannedFile[] {
  const { input, layout } = state;
  const { loadOrder, read, patch, members } = input;
  // Of a file outside the copy that all packages share, though it may lie beside modules as well.
  const libs = `${input.distribution}${input.libSuffix}`;
  const siteOf = (key: string): string => {
    const path = pathIn(state, key);
    return state.files.get(key)?.inside === true
      ? sitePath(path)
      : joinPath(libs, baseNameOf(path));
  };
  const files = { siteOf, loadOrder, read };
  if (patch !== "custom") return initFiles({ works: layout.inits.values(), ...files });
  const [work]: readonly InitWork[] = [...layout.inits.values()];
  return work === undefined ? [] : customFiles(work, pythonSources(members), files);
}

function renameNotes(members: readonly MemberEdits[]): readonly string[] {
  return members.flatMap(({ path, movesTo }) =>
    movesTo === undefined
      ? []
      : [
          `\`${path}\` is \`${baseNameOf(movesTo)}\` now, because the wheel has another library of that name: code that opens it by name has to know`,
        ],
  );
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
