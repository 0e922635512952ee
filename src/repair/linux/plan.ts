/**
 * What a repair will do to the native files of a Linux wheel: pure, printable, made before anything
 * is written.
 */

import type { DependencyGraph, Edge, GraphNode } from "../../audit/graph/graph.ts";
import { isByBaseName, isBySoname } from "../../audit/graph/names.ts";
import type { ElfBinary } from "../../audit/linux/binary.ts";

import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { ElfSlice } from "../../formats.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { baseNameOf, folderOf } from "../../paths.ts";
import type { LinuxFamily } from "../../policy/linux/table.ts";
import { installedPath, isSitePath, sitePath } from "../../wheel/installed.ts";
import { REGULAR_FILE } from "../../zip/writer.ts";
import type { GraftName } from "../names.ts";
import { nameGrafts } from "../names.ts";
import type { Graft, MemberEdits, OutsideFile, PlannedFile } from "../platform.ts";
import { movedScript, parseScriptPath, scriptShim } from "../scripts.ts";
import { effectivePaths, keptSearchPaths, originPath } from "./search-path.ts";
import type { GraftSource, PolicyTarget } from "./target.ts";

export interface LinuxPlan {
  readonly grafts: readonly Graft[];
  readonly members: readonly MemberEdits[];
  /** Scripts that take the place of programs. */
  readonly files: readonly PlannedFile[];
}

export interface PlanInput {
  readonly family: LinuxFamily;
  /** The project's name as the file name spells it. */
  readonly distribution: string;
  /** Where what is added lies in the archive: empty for the root, else `demo-1.0.data/platlib/`. */
  readonly base: string;
  /** `.libs`: appended to the distribution's name. */
  readonly libSuffix: string;
  readonly considered: readonly ElfBinary[];
  readonly graph: DependencyGraph<ElfSlice>;
  readonly target: PolicyTarget;
  /** Libraries that the code opens by name at run time: the name, and the file outside. */
  readonly opened: ReadonlyMap<string, GraphNode<ElfSlice>>;
  /** True for a library that keeps its name (`--no-mangle`). */
  readonly keepsName: (name: string) => boolean;
  /** Hex SHA-256 of a file outside the wheel. */
  readonly digestOf: (file: OutsideFile) => string;
  readonly strip: boolean;
  readonly clearExecstack: boolean;
  /** Folders below site-packages where other wheels keep what a file needs, by its path. */
  readonly providerFolders: ReadonlyMap<string, readonly string[]>;
}

/** The input, and what follows from it for every file. */
interface Planning extends PlanInput {
  /** Of the grafted libraries. */
  readonly folder: string;
  /** By real path outside. */
  readonly names: ReadonlyMap<string, GraftName>;
}

const NO_EXECSTACK: NativeEdit = { kind: "clear-executable-stack" };
const STRIP: NativeEdit = { kind: "strip", level: "all", optional: true };
const SCRIPT_MODE = REGULAR_FILE | 0o755;

/** @throws RefusalError when a library is missing or a program can't reach the grafted ones. */
export function planFiles(input: PlanInput): LinuxPlan {
  refuseMissing(input.target);
  const planning: Planning = {
    ...input,
    folder: `${input.distribution}${input.libSuffix}`,
    names: nameGrafts({ ...input, grafts: input.target.grafts }),
  };
  const members: MemberEdits[] = [];
  const files: PlannedFile[] = [];
  const homes = new Map<string, string>();
  for (const binary of input.considered) {
    const node = input.graph.members.get(binary.path);
    if (node === undefined || !binary.slice.dynamic) continue;
    const planned = planMember(planning, node);
    const { path, movesTo, edits } = planned;
    if (movesTo !== undefined) homes.set(path, movesTo);
    const script = movesTo === undefined ? undefined : parseScriptPath(path);
    if (script !== undefined) {
      const bytes = scriptShim(input.distribution, script.file);
      files.push({ path, bytes, mode: SCRIPT_MODE });
    }
    if (edits.length > 0 || movesTo !== undefined) members.push(planned);
  }
  const grafts = planGrafts(planning, homes);
  if (!input.strip) return { grafts, members, files };
  return {
    grafts: grafts.map(stripped),
    members: [...members, ...otherMembers(input, members)].map(stripped),
    files,
  };
}

/** Members that nothing but a strip changes. */
function otherMembers(
  { considered }: PlanInput,
  members: readonly MemberEdits[],
): readonly MemberEdits[] {
  const known = new Set(members.map(({ path }) => path));
  return considered.filter(({ path }) => !known.has(path)).map(({ path }) => ({ path, edits: [] }));
}

function stripped<File extends { readonly edits: readonly NativeEdit[] }>(file: File): File {
  return { ...file, edits: [STRIP, ...file.edits] };
}

function refuseMissing({ missing }: PolicyTarget): void {
  const [first] = [...missing].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.neededBy, b.neededBy),
  );
  if (first === undefined) return;
  const more = new Set(missing.map(({ name }) => name)).size - 1;
  if (first.name.includes("/")) {
    const bare = baseNameOf(first.name);
    throw new RefusalError(
      "LNK008",
      `\`${first.neededBy}\` needs \`${first.name}\` by its path, and no \`${bare}\` was found`,
      `give the folder that has \`${bare}\` with \`--ldpaths DIR\`, or link the library with a SONAME (CMake: without \`IMPORTED_NO_SONAME\`)`,
    );
  }
  throw new RefusalError(
    "LNK001",
    `\`${first.name}\`, which \`${first.neededBy}\` needs, was not found${more > 0 ? `, and ${more} more` : ""}`,
    `say where it is with \`--ldpaths DIR\`, or leave it out with \`--exclude ${first.name}\``,
  );
}

function planGrafts(planning: Planning, homes: ReadonlyMap<string, string>): readonly Graft[] {
  const { names, base, folder, target } = planning;
  const byName = new Map<string, { from: string; named: GraftName; sources: string[] }>();
  for (const [from, named] of names) {
    const known = byName.get(named.name);
    // Two paths with the same bytes and name are one library.
    if (known === undefined) byName.set(named.name, { from, named, sources: [from] });
    else known.sources.push(from);
  }
  const whereNow = (user: string): string => {
    const graft = names.get(user);
    return graft === undefined ? (homes.get(user) ?? user) : `${base}${folder}/${graft.name}`;
  };
  const grafts: Graft[] = [];
  for (const [name, { from, named, sources }] of byName) {
    const known: readonly GraftSource[] = sources.flatMap((path) => target.grafts.get(path) ?? []);
    const [first] = known;
    if (first === undefined) continue;
    const { files } = first.node;
    grafts.push({
      from,
      ...(files === undefined ? {} : { files }),
      path: `${base}${folder}/${name}`,
      name,
      aliases: sorted(known.flatMap((source) => [...source.names])),
      sha256: named.sha256,
      neededBy: sorted(known.flatMap(({ neededBy }) => [...neededBy].map(whereNow))),
      edits: graftEdits(planning, first.node, named),
    });
  }
  return grafts.sort((a, b) => compareText(a.path, b.path));
}

/** A grafted library finds its needs in the wheel, and looks nowhere else of its own. */
function graftEdits(
  planning: Planning,
  node: GraphNode<ElfSlice>,
  { name, keepsSoname }: GraftName,
): readonly NativeEdit[] {
  const { family, folder, clearExecstack, providerFolders, opened } = planning;
  const edits: NativeEdit[] = keepsSoname ? [] : [{ kind: "set-id", id: name }];
  edits.push(...dependencyEdits(planning, node));
  const folders = [
    ...(opened.size > 0 || usesGraft(planning, node) ? [folder] : []),
    ...foldersInWheel(node.edges),
    ...(providerFolders.get(node.path) ?? []),
  ];
  const ways = [...new Set(folders.map((each) => originPath(folder, each)))];
  if (ways.length > 0) {
    edits.push({ kind: "set-search-paths", as: tagFor(family), paths: ways });
  } else if (node.slice.searchPaths.length > 0) {
    edits.push({ kind: "set-search-paths", paths: [] });
  }
  if (clearExecstack && node.slice.execstack === "yes") edits.push(NO_EXECSTACK);
  return edits;
}

function planMember(planning: Planning, node: GraphNode<ElfSlice>): MemberEdits {
  const { path, slice } = node;
  const { distribution, family, folder, providerFolders, opened, clearExecstack } = planning;
  const grafted = usesGraft(planning, node);
  const provided = providerFolders.get(path) ?? [];
  const outside = !isSitePath(path);
  const unreached = node.edges.filter((edge) => isBySoname(edge) || isByBaseName(edge));
  const strays = outside && leavesSite(unreached);
  const script =
    outside && (grafted || provided.length > 0 || strays) ? parseScriptPath(path) : undefined;
  if (outside && script === undefined && (grafted || provided.length > 0)) {
    throw new RefusalError(
      "LNK007",
      `\`${path}\` is installed outside site-packages, so no search path leads it to the libraries it needs`,
      "move it into the package, or leave its libraries out with `--exclude`",
    );
  }
  const movesTo = script && movedScript(distribution, script.file);
  const edits: NativeEdit[] = [...dependencyEdits(planning, node)];

  const entries = effectivePaths(slice.searchPaths, family);
  // Paths from `bin` lead nowhere from the new place.
  const kept = movesTo === undefined ? keptSearchPaths(entries, path) : [];
  const folders: string[] = [];
  if (!outside || movesTo !== undefined) {
    if (movesTo !== undefined) folders.push(...foldersInWheel(node.edges));
    // Even where something loads the library beforehand, a path that is not used does no harm.
    else folders.push(...foldersInWheel(unreached));
    folders.push(...provided);
    if (grafted || opened.size > 0) folders.push(folder);
  }
  const here = folderOf(movesTo ?? (outside ? path : sitePath(path)));
  const ways = [
    ...folders.map((each) => originPath(here, each)),
    ...(outside && movesTo === undefined ? waysOutside(path, unreached) : []),
  ];
  const added = ways.filter((way) => !kept.includes(way));
  const wanted = [...new Set([...kept, ...added])];
  const search = searchPathEdit(node, wanted, ways.length > 0, family);
  if (search !== undefined) edits.push(search);
  if (clearExecstack && slice.execstack === "yes") edits.push(NO_EXECSTACK);
  // Installers make scripts executable whatever their mode is; elsewhere they do not.
  const moved = { movesTo: `${planning.base}${movesTo}`, executable: true };
  return { path, edits, ...(movesTo === undefined ? {} : moved) };
}

/** @param ours the paths lead to folders that the repair made. */
function searchPathEdit(
  { slice: { searchPaths } }: GraphNode<ElfSlice>,
  wanted: readonly string[],
  ours: boolean,
  family: LinuxFamily,
): NativeEdit | undefined {
  if (wanted.length === 0) {
    return searchPaths.length === 0 ? undefined : { kind: "set-search-paths", paths: [] };
  }
  const present = searchPaths.some(({ kind }) => kind === "runpath") ? "runpath" : "rpath";
  const as = ours ? tagFor(family) : present;
  const same =
    searchPaths.every(({ kind }) => kind === as) &&
    searchPaths.map(({ path }) => path).join(":") === wanted.join(":");
  return same ? undefined : { kind: "set-search-paths", as, paths: wanted };
}

function graftedNameOf({ names }: Planning, { target }: Edge): string | undefined {
  return target.kind === "host" ? names.get(target.path)?.name : undefined;
}

function usesGraft(planning: Planning, { edges }: GraphNode<ElfSlice>): boolean {
  return edges.some((edge) => graftedNameOf(planning, edge) !== undefined);
}

/** DT_NEEDED entries that get a new name, and libpython, which goes: the interpreter brings it. */
function dependencyEdits(
  planning: Planning,
  { edges }: GraphNode<ElfSlice>,
): readonly NativeEdit[] {
  const edits: NativeEdit[] = [];
  const seen = new Set<string>();
  for (const edge of edges) {
    if (seen.has(edge.name)) continue;
    seen.add(edge.name);
    const to = graftedNameOf(planning, edge);
    if (to !== undefined) {
      if (to !== edge.name) edits.push({ kind: "replace-dependency", from: edge.name, to });
    } else if (searchedName(edge) !== edge.name) {
      edits.push({ kind: "replace-dependency", from: edge.name, to: searchedName(edge) });
    } else if (edge.target.kind === "libpython" && planning.family !== "android") {
      edits.push({ kind: "remove-dependency", name: edge.name });
    }
  }
  return edits;
}

/**
 * The name by which the loader finds the file: it looks for files of that name, so that neither a path
 * nor a SONAME that no file of the wheel is called by leads it anywhere.
 */
function searchedName(edge: Edge): string {
  const { name, target } = edge;
  if (isBySoname(edge) && target.kind === "wheel") return baseNameOf(target.path);
  if (!name.includes("/")) return name;
  switch (target.kind) {
    case "wheel":
      return baseNameOf(target.path);
    case "host":
    case "none":
      return baseNameOf(name);
    default:
      return name;
  }
}

/** Folders below site-packages of the members that edges lead to. */
function foldersInWheel(edges: readonly Edge[]): readonly string[] {
  const folders = new Set<string>();
  for (const { target } of edges) {
    if (target.kind === "wheel" && isSitePath(target.path)) {
      folders.add(folderOf(sitePath(target.path)));
    }
  }
  return [...folders];
}

/** True where an edge leads below site-packages, to which no relative path from `bin` is known. */
function leavesSite(edges: readonly Edge[]): boolean {
  return edges.some(({ target }) => target.kind === "wheel" && isSitePath(target.path));
}

/** Search paths from a file outside site-packages to others there: one prefix takes both. */
function waysOutside(path: string, edges: readonly Edge[]): readonly string[] {
  const here = folderOf(installedPath(path));
  return edges.flatMap(({ target }) =>
    target.kind === "wheel" && !isSitePath(target.path)
      ? [originPath(here, folderOf(installedPath(target.path)))]
      : [],
  );
}

/** glibc's and musl's loaders pass DT_RPATH on to what a library loads; Android's knows only DT_RUNPATH. */
function tagFor(family: LinuxFamily): "rpath" | "runpath" {
  return family === "android" ? "runpath" : "rpath";
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
