/** Libraries that the code opens by name at run time: grafted although no file asks for them. */
import type { DependencyGraph, GraphNode } from "../audit/graph/graph.ts";
import type { Slice } from "../binary.ts";
import { RefusalError } from "../errors.ts";

/**
 * Where the names of `--include` were found, for each architecture of the wheel.
 *
 * @param option how the user says where a library is.
 * @throws RefusalError for one that was not found.
 */
export function openedSlices<S extends Slice>(
  names: readonly string[],
  { included, host }: Pick<DependencyGraph<S>, "included" | "host">,
  option: string,
): ReadonlyMap<string, readonly GraphNode<S>[]> {
  const nodes = new Map<string, readonly GraphNode<S>[]>();
  for (const name of names) {
    const found = (included.get(name) ?? []).flatMap((key) => host.get(key) ?? []);
    if (found.length > 0) {
      nodes.set(name, found);
      continue;
    }
    throw new RefusalError(
      "LNK001",
      `\`${name}\`, asked for with \`--include\`, was not found`,
      `say where it is with \`${option} DIR\``,
    );
  }
  return nodes;
}

/** The same for formats of one architecture. */
export function openedLibraries<S extends Slice>(
  names: readonly string[],
  graph: Pick<DependencyGraph<S>, "included" | "host">,
  option: string,
): ReadonlyMap<string, GraphNode<S>> {
  const found = [...openedSlices(names, graph, option)];
  return new Map(found.flatMap(([name, [node]]) => (node === undefined ? [] : [[name, node]])));
}
