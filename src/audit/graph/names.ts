/** Small decisions about names and files that the graph and its readers share. */
import type { ElfSlice } from "../../formats.ts";
import type { Edge, GraphNode } from "./graph.ts";

/** CPython's library in all its builds: 3.13, free-threaded, debug, and the stable ABI's stub. */
const LIBPYTHON = /^libpython\d(\.\d+)?[a-z]*\.so(\.\d+)*$/;

export function isLibpython(name: string): boolean {
  return LIBPYTHON.test(name);
}

/** True when only the fallback by name found it. */
export function isBySoname(edge: Edge): boolean {
  return edge.trace.at(-1)?.via === "soname-in-wheel";
}

/** EI_OSABI values that glibc's loader takes for its own. */
const GNU_ABIS: readonly number[] = [0, 3];

/** Class, byte order, machine, and an operating system ABI that the loader mixes. */
export function isCompatible(a: ElfSlice, b: ElfSlice): boolean {
  return (
    a.bits === b.bits &&
    a.littleEndian === b.littleEndian &&
    a.machine === b.machine &&
    (a.osAbi === b.osAbi || (GNU_ABIS.includes(a.osAbi) && GNU_ABIS.includes(b.osAbi)))
  );
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

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "." : path.slice(0, at);
}
