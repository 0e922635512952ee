/** Names that are loaded already when a dependency asks for them. */
import type { Slice } from "../../binary.ts";
import { folderOf } from "../../paths.ts";
import type { Edge, GraphNode, Target } from "./graph.ts";
import { closure, isBySoname } from "./names.ts";

/** Steps through the graph for all files; beyond it they count as not found. */
const LOADED_LIMIT = 4_000_000;

/**
 * The loader gives a name that is already loaded without searching: what an ancestor, or a neighbour
 * that the ancestor loads, found by its own paths counts for its descendants too.
 *
 * @param keyOf names that are equal by it mean one library.
 */
export function adoptLoaded<S extends Slice>(
  members: Map<string, GraphNode<S>>,
  keyOf: (name: string) => string,
): void {
  const users = new Map<string, string[]>();
  for (const { key, edges } of members.values()) {
    for (const { target } of edges) {
      if (target.kind !== "wheel" || target.key === key) continue;
      const of = users.get(target.key);
      if (of === undefined) users.set(target.key, [key]);
      else if (of.at(-1) !== key) of.push(key);
    }
  }
  let steps = 0;
  for (const node of members.values()) {
    if (!node.edges.some(isBySoname)) continue;
    const ancestors = closure(node.key, (key) => users.get(key) ?? []);
    if (steps > LOADED_LIMIT) return;
    const loaded = new Map<string, Target>();
    const direct = new Set(users.get(node.key));
    for (const ancestor of ancestors) {
      if (ancestor === node.key) continue;
      const { edges = [] } = members.get(ancestor) ?? {};
      steps += (users.get(ancestor)?.length ?? 0) + edges.length;
      if (steps > LOADED_LIMIT) break;
      let mapped = true;
      for (const edge of edges) {
        remember(edge);
        if (edge.target.kind !== "wheel") continue;
        // Loaders go breadth first: what comes after the file itself has not loaded its needs yet.
        if (direct.has(ancestor) && edge.target.key === node.key) mapped = false;
        if (!mapped) continue;
        const further = members.get(edge.target.key)?.edges ?? [];
        steps += further.length;
        for (const each of further) remember(each);
      }
    }
    const edges = node.edges.map((edge): Edge => {
      const target = isBySoname(edge) ? loaded.get(keyOf(edge.name)) : undefined;
      if (target === undefined || target.kind !== "wheel") return edge;
      const before = edge.trace.slice(0, -1);
      const place = folderOf(target.path) || ".";
      return { ...edge, target, trace: [...before, { via: "loaded", place, found: "yes" }] };
    });
    members.set(node.key, { ...node, edges });

    function remember(edge: Edge): void {
      const name = keyOf(edge.name);
      if (edge.target.kind === "wheel" && !isBySoname(edge) && !loaded.has(name)) {
        loaded.set(name, edge.target);
      }
    }
  }
}
