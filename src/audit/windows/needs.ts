/** Where each DLL comes from at run time, in words that rules, results and reports share. */

import type { PeSlice } from "../../formats.ts";
import { dllKey } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { isIdleDependency, microsoftRuntime } from "../../policy/windows/runtimes.ts";
import type { DependencyGraph, Edge, GraphNode } from "../graph/graph.ts";
import type { WindowsIdentity } from "./identify.ts";
import { ADDED_FOLDER, isGiven } from "./loader.ts";

export type Provenance =
  /** In the wheel, in a folder that the loader searches by itself. */
  | "beside"
  /** In the wheel, where only code can lead the loader. */
  | "added"
  /** Outside the wheel: a repair grafts it. */
  | "outside"
  | "system"
  | "interpreter"
  | "excluded"
  /** Microsoft's C++ runtime, which many machines have and no Python brings. */
  | "runtime"
  /** There is one, for other processors only. */
  | "wrong-machine"
  | "missing";

export function provenanceOf({ name, target, trace }: Edge, identity: WindowsIdentity): Provenance {
  switch (target.kind) {
    case "wheel":
      return trace.at(-1)?.via === ADDED_FOLDER ? "added" : "beside";
    case "host":
      return "outside";
    case "excluded":
      return "excluded";
    case "system":
    case "loader":
      return "system";
    case "libpython":
      return isGiven(dllKey(name), identity) === "python" ? "interpreter" : "system";
    case "none":
      if (microsoftRuntime(dllKey(name)) === "redistributable") return "runtime";
      return trace.some(({ found }) => found === "incompatible") ? "wrong-machine" : "missing";
  }
}

/** The edges that a loader of today follows. */
export function followedEdges({ path, edges }: GraphNode<PeSlice>): readonly Edge[] {
  const user = dllKey(baseNameOf(path));
  return edges.filter(({ name }) => !isIdleDependency(user, dllKey(name)));
}

/** What the considered files, and what they pull in from outside, need of `graph`. */
export function* allEdges(
  { considered }: WindowsIdentity,
  graph: DependencyGraph<PeSlice>,
): Iterable<readonly [node: GraphNode<PeSlice>, edge: Edge]> {
  for (const { key } of considered) {
    const node = graph.members.get(key);
    if (node === undefined) continue;
    for (const edge of followedEdges(node)) yield [node, edge];
  }
  for (const node of graph.host.values()) {
    for (const edge of followedEdges(node)) yield [node, edge];
  }
}
