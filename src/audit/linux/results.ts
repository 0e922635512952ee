/** The `binaries` and `external` of a result: the graph and the summaries in the words of the JSON. */

import { compareText } from "../../bytes.ts";
import type { ElfSlice } from "../../formats.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";
import type { DependencyGraph, Edge, GraphNode } from "../graph/graph.ts";
import type { NativeMember } from "../member.ts";
import { dependencyResult, opaqueResult } from "../member-result.ts";
import { isPythonExtension } from "../python/module.ts";
import type { BinaryResult, DependencyPlace, ExternalLibrary } from "../result.ts";
import type { ElfBinary } from "./binary.ts";
import { elfBinaries } from "./binary.ts";
import { externalLibraries } from "./needs.ts";

/** One member; of another format only that. */
export function elfResult(
  member: NativeMember,
  graph: DependencyGraph<ElfSlice>,
  table: PolicyTable | undefined,
): BinaryResult {
  const [binary] = elfBinaries([member]);
  if (binary === undefined) return opaqueResult(member);
  const { key, path, size, slice } = binary;
  const edges = graph.members.get(key)?.edges ?? [];
  return {
    path,
    format: "elf",
    kind: slice.kind,
    archs: [slice.arch],
    id: slice.id,
    dependencies: edges.map((edge) => dependencyResult(edge, placeOf(edge, graph, table))),
    searchPaths: slice.searchPaths.map(({ kind, path: entry }) => ({ kind, path: entry })),
    requires: highestVersions(slice),
    pythonExtension: isPythonExtension(binary),
    size,
    machine: slice.machine,
    flags: slice.flags,
    interpreter: slice.interpreter,
    isa: slice.isa,
    execstack: slice.execstack === "yes",
    versionNeeds: versionsByLibrary(slice),
    versionDefinitions: slice.versionDefinitions,
  };
}

function placeOf(
  { name, target }: Edge,
  graph: DependencyGraph<ElfSlice>,
  table: PolicyTable | undefined,
): DependencyPlace {
  if (target.kind === "wheel") return "wheel";
  if (target.kind === "excluded") return "excluded";
  if (target.kind === "loader" || target.kind === "system") return "system";
  if (target.kind === "libpython") return table?.family === "android" ? "system" : "external";
  if (table !== undefined && table.library(name) < table.none) return "allowed";
  return target.kind === "none" && graph.searchedHost ? "missing" : "external";
}

/**
 * Libraries that no policy of the family lets the host provide, directly needed or through others.
 * A name that only newer policies allow is not here, but among the reasons for the older ones.
 */
export function externalResults(
  elves: readonly ElfBinary[],
  graph: DependencyGraph<ElfSlice>,
  table: PolicyTable | undefined,
): readonly ExternalLibrary[] {
  if (table === undefined) return [];
  const found = new Map<string, { neededBy: Set<string>; found: string | null }>();
  for (const { path } of elves) {
    const node = graph.members.get(path);
    if (node === undefined) continue;
    for (const { name, position, host } of externalLibraries(table, node, graph)) {
      if (position < table.none) continue;
      let entry = found.get(name);
      if (entry === undefined) {
        entry = { neededBy: new Set(), found: null };
        found.set(name, entry);
      }
      entry.neededBy.add(path);
      if (host !== undefined && host !== "libpython") entry.found ??= relative(host);
    }
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, { neededBy, found: at }]) => ({
      name,
      neededBy: [...neededBy].sort(compareText),
      found: at,
    }));
}

function relative({ path }: GraphNode<ElfSlice>): string {
  return path.replace(/^\/+/, "");
}

function versionsByLibrary({
  versionNeeds,
}: ElfSlice): Readonly<Record<string, readonly string[]>> {
  const result: Record<string, readonly string[]> = {};
  for (const { library, versions } of [...versionNeeds].sort((a, b) =>
    compareText(a.library, b.library),
  )) {
    const names = new Set([...(result[library] ?? []), ...versions.map(({ version }) => version)]);
    result[library] = [...names].sort(compareText);
  }
  return result;
}

const NUMBERED = /^([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z][A-Za-z0-9]*)*)_(\d+(?:\.\d+)*)$/;

/** The highest needed version of each family such as `GLIBC`. */
function highestVersions({ versionNeeds }: ElfSlice): Readonly<Record<string, string>> {
  const highest = new Map<string, string>();
  for (const { versions } of versionNeeds) {
    for (const { version } of versions) {
      const [, family, number] = NUMBERED.exec(version) ?? [];
      if (family === undefined || number === undefined) continue;
      const known = highest.get(family);
      if (known === undefined || compareDotted(number, known) > 0) highest.set(family, number);
    }
  }
  return Object.fromEntries([...highest].sort(([a], [b]) => compareText(a, b)));
}

function compareDotted(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
