/**
 * What a repair will do to a Linux wheel: pure, printable, made before anything is written.
 */
import type { DependencyGraph, Edge, GraphNode } from "../../audit/graph/graph.ts";
import { isBySoname } from "../../audit/graph/names.ts";
import type { ElfBinary } from "../../audit/member.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { folderOf } from "../../paths.ts";
import type { LinuxFamily } from "../../policy/linux/table.ts";
import { isSitePath, sitePath } from "../../wheel/installed.ts";
import type { GraftName } from "../names.ts";
import { nameGrafts } from "../names.ts";
import { movedScript, parseScriptPath } from "../scripts.ts";
import { effectivePaths, keptSearchPaths, originPath } from "./search-path.ts";
import type { Target } from "./target.ts";

/** A library from outside on its way into the wheel. */
export interface Graft {
  /** Real path outside, below the root that `node.files` is. */
  readonly from: string;
  readonly node: GraphNode;
  /** Member path. */
  readonly path: string;
  /** Base name in the wheel. */
  readonly name: string;
  /** Names by which it was asked for, sorted. */
  readonly aliases: readonly string[];
  /** Hex SHA-256 of the file outside. */
  readonly sha256: string;
  /** Paths in the repaired wheel, sorted. */
  readonly neededBy: readonly string[];
  readonly edits: readonly NativeEdit[];
}

/** A member that changes. */
export interface MemberEdits {
  readonly path: string;
  readonly edits: readonly NativeEdit[];
  /** A program in `.data/scripts` moves here, and a script takes its place. */
  readonly movesTo?: string;
}

export interface LinuxPlan {
  readonly grafts: readonly Graft[];
  readonly members: readonly MemberEdits[];
}

export interface PlanInput {
  readonly family: LinuxFamily;
  /** The project's name as the file name spells it. */
  readonly distribution: string;
  /** `.libs`: appended to the distribution's name. */
  readonly libSuffix: string;
  readonly considered: readonly ElfBinary[];
  readonly graph: DependencyGraph;
  readonly target: Target;
  /** Libraries that the code opens by name at run time: the name, and the file outside. */
  readonly opened: ReadonlyMap<string, GraphNode>;
  /** True for a library that keeps its name (`--no-mangle`). */
  readonly keepsName: (name: string) => boolean;
  /** Hex SHA-256 of a file outside the wheel. */
  readonly digestOf: (node: GraphNode) => string;
  readonly clearExecstack: boolean;
  /** Folders below site-packages where other wheels keep what a file needs, by its path. */
  readonly providerFolders: ReadonlyMap<string, readonly string[]>;
}

/** @throws RefusalError when a library is missing or a program can't reach the grafted ones. */
export function planLinux(input: PlanInput): LinuxPlan {
  refuseMissing(input.target);
  return new Planner(input).plan();
}

function refuseMissing({ missing }: Target): void {
  const [first] = [...missing].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.neededBy, b.neededBy),
  );
  if (first === undefined) return;
  const more = new Set(missing.map(({ name }) => name)).size - 1;
  throw new RefusalError(
    "LNK001",
    `\`${first.name}\`, which \`${first.neededBy}\` needs, was not found${more > 0 ? `, and ${more} more` : ""}`,
    `say where it is with \`--ldpaths DIR\`, or leave it out with \`--exclude ${first.name}\``,
  );
}

const NO_EXECSTACK: NativeEdit = { kind: "clear-executable-stack" };

class Planner {
  readonly #input: PlanInput;
  /** Of the grafted libraries. */
  readonly #folder: string;
  /** By real path outside. */
  readonly #names: ReadonlyMap<string, GraftName>;

  constructor(input: PlanInput) {
    this.#input = input;
    this.#folder = `${input.distribution}${input.libSuffix}`;
    this.#names = nameGrafts(input);
  }

  plan(): LinuxPlan {
    const members: MemberEdits[] = [];
    const homes = new Map<string, string>();
    for (const binary of this.#input.considered) {
      const node = this.#input.graph.members.get(binary.path);
      if (node === undefined || !binary.slice.dynamic) continue;
      const planned = this.#member(node);
      if (planned.movesTo !== undefined) homes.set(planned.path, planned.movesTo);
      if (planned.edits.length > 0 || planned.movesTo !== undefined) members.push(planned);
    }
    return { grafts: this.#grafts(homes), members };
  }

  #grafts(homes: ReadonlyMap<string, string>): readonly Graft[] {
    const byName = new Map<string, { from: string; named: GraftName; sources: string[] }>();
    for (const [from, named] of this.#names) {
      const known = byName.get(named.name);
      // Two paths with the same bytes and name are one library.
      if (known === undefined) byName.set(named.name, { from, named, sources: [from] });
      else known.sources.push(from);
    }
    const whereNow = (user: string): string => {
      const graft = this.#names.get(user);
      return graft === undefined ? (homes.get(user) ?? user) : `${this.#folder}/${graft.name}`;
    };
    const grafts: Graft[] = [];
    for (const [name, { from, named, sources }] of byName) {
      const known = sources.flatMap((path) => this.#input.target.grafts.get(path) ?? []);
      const users = known.flatMap(({ neededBy }) => [...neededBy].map(whereNow));
      const [first] = known;
      if (first === undefined) continue;
      grafts.push({
        from,
        node: first.node,
        path: `${this.#folder}/${name}`,
        name,
        aliases: sorted(known.flatMap(({ names }) => [...names])),
        sha256: named.sha256,
        neededBy: sorted(users),
        edits: this.#graft(first.node, named),
      });
    }
    return grafts.sort((a, b) => compareText(a.path, b.path));
  }

  /** A grafted library finds its needs in the wheel, and looks nowhere else of its own. */
  #graft(node: GraphNode, { name, keepsSoname }: GraftName): readonly NativeEdit[] {
    const { family, clearExecstack, providerFolders, opened } = this.#input;
    const edits: NativeEdit[] = keepsSoname ? [] : [{ kind: "set-id", id: name }];
    edits.push(...this.#needed(node));
    const folders = [
      ...(opened.size > 0 || this.#usesGraft(node) ? [this.#folder] : []),
      ...foldersInWheel(node.edges),
      ...(providerFolders.get(node.path) ?? []),
    ];
    const ways = [...new Set(folders.map((folder) => originPath(this.#folder, folder)))];
    if (ways.length > 0) {
      edits.push({ kind: "set-search-paths", paths: ways, as: tagFor(family) });
    } else if (node.slice.searchPaths.length > 0) {
      edits.push({ kind: "set-search-paths", paths: [] });
    }
    if (clearExecstack && node.slice.execstack === "yes") edits.push(NO_EXECSTACK);
    return edits;
  }

  #member(node: GraphNode): MemberEdits {
    const { path, slice } = node;
    const { distribution, providerFolders, opened, clearExecstack } = this.#input;
    const grafted = this.#usesGraft(node);
    const provided = providerFolders.get(path) ?? [];
    const outside = !isSitePath(path);
    const script = outside && (grafted || provided.length > 0) ? parseScriptPath(path) : undefined;
    if (outside && script === undefined && (grafted || provided.length > 0)) {
      throw new RefusalError(
        "LNK007",
        `\`${path}\` is installed outside site-packages, so no search path leads it to the libraries it needs`,
        "move it into the package, or leave its libraries out with `--exclude`",
      );
    }
    const movesTo = script && movedScript(distribution, script.file);
    const edits: NativeEdit[] = [...this.#needed(node)];

    const entries = effectivePaths(slice.searchPaths, this.#input.family);
    // Paths from `bin` lead nowhere from the new place.
    const kept = movesTo === undefined ? keptSearchPaths(entries, path) : [];
    const folders: string[] = [];
    if (!outside || movesTo !== undefined) {
      if (movesTo !== undefined) folders.push(...foldersInWheel(node.edges));
      else if (kept.length < new Set(entries).size) {
        // What went may have led, on the machine that built it, to libraries that are in the wheel.
        folders.push(...foldersInWheel(node.edges.filter(isBySoname)));
      }
      folders.push(...provided);
      if (grafted || opened.size > 0) folders.push(this.#folder);
    }
    const here = folderOf(movesTo ?? (outside ? path : sitePath(path)));
    const added = folders
      .map((folder) => originPath(here, folder))
      .filter((way) => !kept.includes(way));
    const search = this.#searchPath(node, [...new Set([...kept, ...added])], folders.length > 0);
    if (search !== undefined) edits.push(search);
    if (clearExecstack && slice.execstack === "yes") edits.push(NO_EXECSTACK);
    return { path, edits, ...(movesTo === undefined ? {} : { movesTo }) };
  }

  #searchPath(
    { slice }: GraphNode,
    wanted: readonly string[],
    ours: boolean,
  ): NativeEdit | undefined {
    const { searchPaths } = slice;
    if (wanted.length === 0) {
      return searchPaths.length === 0 ? undefined : { kind: "set-search-paths", paths: [] };
    }
    const present = searchPaths.some(({ kind }) => kind === "runpath") ? "runpath" : "rpath";
    const tag = ours ? tagFor(this.#input.family) : present;
    const same =
      searchPaths.every(({ kind }) => kind === tag) &&
      searchPaths.map(({ path }) => path).join(":") === wanted.join(":");
    return same ? undefined : { kind: "set-search-paths", paths: wanted, as: tag };
  }

  #nameOf({ target }: Edge): string | undefined {
    return target.kind === "host" ? this.#names.get(target.path)?.name : undefined;
  }

  #usesGraft({ edges }: GraphNode): boolean {
    return edges.some((edge) => this.#nameOf(edge) !== undefined);
  }

  /** DT_NEEDED entries that get a new name, and libpython, which goes: the interpreter brings it. */
  #needed({ edges }: GraphNode): readonly NativeEdit[] {
    const edits: NativeEdit[] = [];
    const seen = new Set<string>();
    for (const edge of edges) {
      if (seen.has(edge.name)) continue;
      seen.add(edge.name);
      const to = this.#nameOf(edge);
      if (to !== undefined) {
        if (to !== edge.name) edits.push({ kind: "replace-dependency", from: edge.name, to });
      } else if (edge.target.kind === "libpython" && this.#input.family !== "android") {
        edits.push({ kind: "remove-dependency", name: edge.name });
      }
    }
    return edits;
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

/** glibc's and musl's loaders pass DT_RPATH on to what a library loads; Android's knows only DT_RUNPATH. */
function tagFor(family: LinuxFamily): "rpath" | "runpath" {
  return family === "android" ? "runpath" : "rpath";
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
