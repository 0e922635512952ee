/**
 * What a repair will do to a Linux wheel: pure, printable, made before anything is written.
 */
import type { DependencyGraph, Edge, GraphNode } from "../audit/graph.ts";
import { isSitePath, sitePath } from "../audit/layout.ts";
import type { ElfBinary } from "../audit/model.ts";
import type { ElfSummary } from "../binary.ts";
import { compareText } from "../bytes.ts";
import type { ElfEdit } from "../elf/edit-types.ts";
import { RefusalError } from "../errors.ts";
import { baseNameOf, folderOf } from "../paths.ts";
import type { LinuxFamily } from "../policy/policy.ts";
import { graftedName } from "./names.ts";
import { movedScript, parseScriptPath } from "./scripts.ts";
import { keptSearchPaths, originPath } from "./search-path.ts";
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
  readonly neededBy: readonly string[];
  readonly edits: readonly ElfEdit[];
}

/** A member that changes. */
export interface MemberEdits {
  readonly path: string;
  readonly edits: readonly ElfEdit[];
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
  /** Hex SHA-256 of a file outside the wheel. */
  readonly digestOf: (node: GraphNode) => string;
  readonly clearExecstack: boolean;
  /** Search paths to add, by member path: ways to libraries that other wheels provide. */
  readonly providerPaths: ReadonlyMap<string, readonly string[]>;
}

/** @throws RefusalError when a library is missing or a program can't reach the grafted ones. */
export function planLinux(input: PlanInput): LinuxPlan {
  const { target, distribution, libSuffix, graph } = input;
  refuseMissing(input);
  const folder = `${distribution}${libSuffix}`;
  const newNames = new Map<string, string>();
  const taken = new Map<string, string>();
  const digests = new Map<string, string>();
  for (const [from, { node }] of [...target.grafts].sort(([a], [b]) => compareText(a, b))) {
    const sha256 = input.digestOf(node);
    const name = graftedName(baseNameOf(from), sha256);
    const other = taken.get(name);
    // Two paths with the same bytes and name are one library.
    if (other === undefined) taken.set(name, from);
    newNames.set(from, name);
    digests.set(from, sha256);
  }
  const nameOf = (edge: Edge): string | undefined =>
    edge.target.kind === "host" ? newNames.get(edge.target.path) : undefined;

  const grafts: Graft[] = [];
  for (const [name, from] of [...taken].sort(([a], [b]) => compareText(a, b))) {
    const same = [...newNames].filter(([, each]) => each === name).map(([path]) => path);
    const sources = same.flatMap((path) => target.grafts.get(path) ?? []);
    const node = graph.host.get(from) ?? sources[0]?.node;
    if (node === undefined) continue;
    grafts.push({
      from,
      node,
      path: `${folder}/${name}`,
      name,
      aliases: sortedUnion(sources.map(({ names }) => names)),
      sha256: digests.get(from) ?? "",
      neededBy: sortedUnion(sources.map(({ neededBy }) => neededBy)),
      edits: graftEdits(node, name, nameOf, input),
    });
  }

  const members: MemberEdits[] = [];
  for (const binary of input.considered) {
    const node = graph.members.get(binary.path);
    if (node === undefined || !binary.summary.dynamic) continue;
    const planned = memberEdits(node, folder, nameOf, input);
    if (planned.edits.length > 0 || planned.movesTo !== undefined) members.push(planned);
  }
  return { grafts, members };
}

function refuseMissing({ target }: PlanInput): void {
  const [first] = [...target.missing].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.neededBy, b.neededBy),
  );
  if (first === undefined) return;
  const more = new Set(target.missing.map(({ name }) => name)).size - 1;
  throw new RefusalError(
    "LNK001",
    `\`${first.name}\`, which \`${first.neededBy}\` needs, was not found${more > 0 ? `, and ${more} more` : ""}`,
    `say where it is with \`--ldpaths DIR\`, or leave it out with \`--exclude ${first.name}\``,
  );
}

/** A grafted library finds its grafted needs beside itself, and looks nowhere else of its own. */
function graftEdits(
  node: GraphNode,
  name: string,
  nameOf: (edge: Edge) => string | undefined,
  input: PlanInput,
): readonly ElfEdit[] {
  const replaced = replacements(node, nameOf, input.family);
  const edits: ElfEdit[] = [{ kind: "set-soname", name }, ...replaced];
  const near = replaced.some(({ kind }) => kind === "replace-needed");
  if (near) edits.push({ kind: "set-search-path", tag: tagFor(input.family), path: "$ORIGIN" });
  else if (node.summary.searchPaths.length > 0) edits.push({ kind: "remove-search-path" });
  if (input.clearExecstack && node.summary.execstack === "yes") edits.push(NO_EXECSTACK);
  return edits;
}

const NO_EXECSTACK: ElfEdit = { kind: "set-execstack", executable: false };

function memberEdits(
  node: GraphNode,
  folder: string,
  nameOf: (edge: Edge) => string | undefined,
  input: PlanInput,
): MemberEdits {
  const { path, summary } = node;
  const replaced = replacements(node, nameOf, input.family);
  const grafted = replaced.some(({ kind }) => kind === "replace-needed");
  const script = grafted ? parseScriptPath(path) : undefined;
  const movesTo = script && movedScript(input.distribution, script.file);
  const home = movesTo ?? path;
  const edits: ElfEdit[] = [...replaced];

  if (isSitePath(home)) {
    const here = folderOf(sitePath(home));
    const entries = summary.searchPaths.map((entry) => entry.path);
    const kept = keptSearchPaths(entries, here);
    const added = [
      ...(grafted ? [originPath(here, folder)] : []),
      ...(input.providerPaths.get(path) ?? []),
    ].filter((entry) => !kept.includes(entry));
    const wanted = [...kept, ...added];
    const tag = added.length > 0 ? tagFor(input.family) : tagOf(summary);
    if (wanted.length === 0) {
      if (entries.length > 0) edits.push({ kind: "remove-search-path" });
    } else if (wanted.join(":") !== entries.join(":") || tag !== tagOf(summary)) {
      edits.push({ kind: "set-search-path", tag, path: wanted.join(":") });
    }
  } else if (grafted) {
    throw new RefusalError(
      "LNK007",
      `\`${path}\` is installed outside site-packages, so no search path leads it to the libraries it needs`,
      "move it into the package, or leave its libraries out with `--exclude`",
    );
  }
  if (input.clearExecstack && summary.execstack === "yes") edits.push(NO_EXECSTACK);
  return { path, edits, ...(movesTo === undefined ? {} : { movesTo }) };
}

/** DT_NEEDED entries that get a new name, and libpython, which goes: the interpreter brings it. */
function replacements(
  { edges }: GraphNode,
  nameOf: (edge: Edge) => string | undefined,
  family: LinuxFamily,
): readonly ElfEdit[] {
  const edits: ElfEdit[] = [];
  const seen = new Set<string>();
  for (const edge of edges) {
    if (seen.has(edge.name)) continue;
    seen.add(edge.name);
    const to = nameOf(edge);
    if (to !== undefined) {
      if (to !== edge.name) edits.push({ kind: "replace-needed", from: edge.name, to });
    } else if (edge.target.kind === "libpython" && family !== "android") {
      edits.push({ kind: "remove-needed", name: edge.name });
    }
  }
  return edits;
}

/** glibc's and musl's loaders pass DT_RPATH on to what a library loads; Android's knows only DT_RUNPATH. */
function tagFor(family: LinuxFamily): "rpath" | "runpath" {
  return family === "android" ? "runpath" : "rpath";
}

function tagOf(summary: ElfSummary): "rpath" | "runpath" {
  return summary.searchPaths.some(({ kind }) => kind === "runpath") ? "runpath" : "rpath";
}

function sortedUnion(sets: readonly ReadonlySet<string>[]): readonly string[] {
  return [...new Set(sets.flatMap((set) => [...set]))].sort(compareText);
}
