/** What changes in one file, slice by slice. */
import type { Edge, GraphNode } from "../../audit/graph/graph.ts";
import type { MachoSlice } from "../../formats.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { baseNameOf, relativePath } from "../../paths.ts";
import { distinctSpelling, loaderPath, parseInstallName } from "../../policy/macos/install-name.ts";
import { installedPath, normalizePath, parentFolder } from "../../wheel/installed.ts";
import { mendingEdits } from "./mend.ts";
import { keptRunPaths } from "./run-paths.ts";

export interface FilePlan {
  /** Its path in the repaired wheel. */
  readonly path: string;
  /** Its slices, those that nobody needs left out. */
  readonly nodes: readonly GraphNode<MachoSlice>[];
  /** Folders below site-packages of other wheels that provide libraries of it. */
  readonly provided: readonly string[];
}

export interface EditContext {
  /** Member path in the repaired wheel of what an edge leads to; `undefined`: it stays as it is. */
  destination(edge: Edge): string | undefined;
  /** True for a folder in which the repaired wheel has files, by its virtual path. */
  isOwnFolder(folder: string): boolean;
  readonly sanitizes: boolean;
}

export function fileEdits(file: FilePlan, context: EditContext): readonly NativeEdit[] {
  const renames = file.nodes.map((node) => renamesOf(file, node, context));
  const paths = file.nodes.map((node, index) =>
    runPathsOf(file, node, renames[index] ?? new Map(), context),
  );
  return [...renameEdits(file, renames), ...runPathEdits(file, paths), ...mendingEdits(file.nodes)];
}

/** The part of an install name that a run path leads to. */
const FRAMEWORK = /[^/]+\.framework\/.+$/;
const IN_FRAMEWORK = /\/?[^/]+\.framework(?:\/.*)?$/;

/** By present name: the new one, for each load command that changes. */
function renamesOf(
  { path, provided }: FilePlan,
  { edges, slice }: GraphNode<MachoSlice>,
  { destination }: EditContext,
): ReadonlyMap<string, string> {
  const here = parentFolder(installedPath(path));
  const wanted = new Map<Edge, string>();
  for (const edge of edges) {
    const to = destination(edge);
    if (to !== undefined) {
      if (!staysAsItIs(edge, slice, here, installedPath(to))) {
        wanted.set(edge, loaderPath(relativePath(here, installedPath(to))));
      }
    } else if (edge.target.kind === "excluded" && provided.length > 0) {
      wanted.set(edge, `@rpath/${FRAMEWORK.exec(edge.name)?.[0] ?? baseNameOf(edge.name)}`);
    }
  }
  // What keeps its name comes first, so that running again changes nothing.
  const used = new Set(edges.flatMap((edge) => (wanted.has(edge) ? [] : [edge.name])));
  const renames = new Map<string, string>();
  for (const [edge, name] of wanted) {
    if (renames.has(edge.name)) continue;
    const to = distinctSpelling(name, used);
    used.add(to);
    if (to !== edge.name) renames.set(edge.name, to);
  }
  return renames;
}

/**
 * True for a name that leads to the place from here already, in whatever spelling, and for one that
 * a signature with somebody's certificate covers, where it can be left alone.
 */
function staysAsItIs(edge: Edge, slice: MachoSlice, here: string, to: string): boolean {
  const parsed = parseInstallName(edge.name);
  if (parsed.kind === "loader") return normalizePath(`${here}/${parsed.rest}`) === to;
  if (parsed.kind !== "rpath" || slice.signature.kind !== "cms") return false;
  return slice.searchPaths.some(({ path }) => {
    const folder = parseInstallName(path);
    if (folder.kind !== "loader") return false;
    return normalizePath(`${here}/${folder.rest}/${parsed.rest}`) === to;
  });
}

function runPathsOf(
  { path, provided }: FilePlan,
  { edges, slice }: GraphNode<MachoSlice>,
  renames: ReadonlyMap<string, string>,
  { isOwnFolder, sanitizes }: EditContext,
): readonly string[] {
  const present = slice.searchPaths.map((each) => each.path);
  const here = parentFolder(installedPath(path));
  const homes = new Set(provided.map((folder) => folder.replace(IN_FRAMEWORK, "")));
  const added = [...homes].map((folder) =>
    loaderPath(relativePath(here, installedPath(folder))).replace(/\/$/, ""),
  );
  const names = edges.map(({ name }) => renames.get(name) ?? name);
  const kept = sanitizes
    ? keptRunPaths({
        paths: present,
        member: path,
        needed: names.some((name) => name.startsWith("@rpath/")),
        isProgram: slice.kind === "executable",
        isOwnFolder,
      })
    : [...new Set(present)];
  return [...kept, ...added.filter((folder) => !kept.includes(folder))];
}

/** Without an architecture where all slices agree. */
function renameEdits(
  { nodes }: FilePlan,
  renames: readonly ReadonlyMap<string, string>[],
): readonly NativeEdit[] {
  const edits: NativeEdit[] = [];
  const done = new Set<string>();
  for (const [from, to] of renames.flatMap((each) => [...each])) {
    if (done.has(from)) continue;
    done.add(from);
    const agree = nodes.every(({ edges }, index) => {
      const has = edges.some(({ name }) => name === from);
      return !has || renames[index]?.get(from) === to;
    });
    if (agree) {
      edits.push({ kind: "replace-dependency", from, to });
      continue;
    }
    for (const [index, { slice }] of nodes.entries()) {
      const other = renames[index]?.get(from);
      if (other === undefined) continue;
      edits.push({ kind: "replace-dependency", from, to: other, arch: slice.arch });
    }
  }
  return edits;
}

function runPathEdits(
  { nodes }: FilePlan,
  wanted: readonly (readonly string[])[],
): readonly NativeEdit[] {
  const changed = nodes.map(({ slice }, index) => {
    const present = slice.searchPaths.map(({ path }) => path);
    return present.join("\0") !== wanted[index]?.join("\0");
  });
  if (!changed.includes(true)) return [];
  const [first = []] = wanted;
  if (wanted.every((paths) => paths.join("\0") === first.join("\0"))) {
    return [{ kind: "set-search-paths", paths: first }];
  }
  return nodes.flatMap(({ slice }, index): readonly NativeEdit[] =>
    changed[index] === true
      ? [{ kind: "set-search-paths", paths: wanted[index] ?? [], arch: slice.arch }]
      : [],
  );
}
