/** The PE files of a wheel and those outside that they need, from the dependency graph. */
import type { DependencyGraph, Edge, GraphNode } from "../../audit/graph/graph.ts";
import type { PeSlice } from "../../formats.ts";
import { dllKey, hidesDlls } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { isIdleDependency } from "../../policy/windows/runtimes.ts";
import type { Link, LinkedFile } from "./links.ts";

/** No member's path begins with it. */
const OUTSIDE = "\0";

/** @param considered paths of the members that count. */
export function linkFiles(
  graph: DependencyGraph<PeSlice>,
  considered: ReadonlySet<string>,
): ReadonlyMap<string, LinkedFile> {
  const files = new Map<string, LinkedFile>();
  for (const node of graph.members.values()) {
    if (considered.has(node.path)) files.set(node.path, linkedFile(node, node.path, true));
  }
  for (const node of graph.host.values()) {
    const key = outsideKey(node.path);
    files.set(key, linkedFile(node, key, false));
  }
  return files;
}

export function outsideKey(path: string): string {
  return `${OUTSIDE}${path}`;
}

/** True for an edge that the loader follows on the systems that Python runs on. */
export function isFollowed(user: string, { name }: Edge): boolean {
  return !isIdleDependency(dllKey(baseNameOf(user)), dllKey(name));
}

function linkedFile(node: GraphNode<PeSlice>, key: string, inside: boolean): LinkedFile {
  const { path, slice, edges } = node;
  const links = edges
    .filter((edge) => isFollowed(path, edge))
    .map(({ name, how, target }): Link => ({ name, how, to: keyOf(target) }));
  const hides = hidesDlls(slice.dependentLoadFlags);
  const isHybrid = slice.hybrid === "arm64x" || slice.hybrid === "chpe-x86";
  return { key, path, inside, role: roleOf(path, slice), hides, isHybrid, links };
}

function keyOf(target: Edge["target"]): string | undefined {
  if (target.kind === "wheel") return target.path;
  return target.kind === "host" ? outsideKey(target.path) : undefined;
}

function roleOf(path: string, { kind }: PeSlice): LinkedFile["role"] {
  if (/\.pyd$/i.test(path)) return "module";
  return kind === "executable" ? "program" : "library";
}
