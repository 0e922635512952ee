/** Small decisions about names and files that the graph and its readers share. */
import type { Edge, GraphNode } from "./graph.ts";

/** True when only the fallback by name found it. */
export function isBySoname(edge: Edge): boolean {
  return edge.trace.at(-1)?.via === "soname-in-wheel";
}

/** True where the name is a path and only a file of its base name was found: no loader opens that. */
export function isByBaseName(edge: Edge): boolean {
  return edge.trace.at(-1)?.via === "base-name";
}

/** Everything that `next` leads to, the start included. */
export function closure(
  start: string,
  next: (path: string) => readonly string[],
): ReadonlySet<string> {
  const seen = new Set([start]);
  const stack = [start];
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    for (const each of next(path)) {
      if (seen.has(each)) continue;
      seen.add(each);
      stack.push(each);
    }
  }
  return seen;
}

export function usersOf(
  members: ReadonlyMap<string, GraphNode>,
): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { path, edges } of members.values()) {
    for (const { target } of edges) {
      if (target.kind !== "wheel" || target.path === path) continue;
      const of = users.get(target.path);
      if (of === undefined) users.set(target.path, [path]);
      else if (of.at(-1) !== path) of.push(path);
    }
  }
  return users;
}
