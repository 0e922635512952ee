/** Libraries that the code opens by name at run time: grafted although no file asks for them. */
import type { DependencyGraph, GraphNode } from "../audit/graph/graph.ts";
import type { Slice } from "../binary.ts";
import { RefusalError } from "../errors.ts";

/**
 * Where the names of `--include` were found.
 *
 * @param option how the user says where a library is.
 * @throws RefusalError for one that was not found.
 */
export function openedLibraries<S extends Slice>(
  names: readonly string[],
  { included, host }: Pick<DependencyGraph<S>, "included" | "host">,
  option: string,
): ReadonlyMap<string, GraphNode<S>> {
  const nodes = new Map<string, GraphNode<S>>();
  for (const name of names) {
    const node = host.get(included.get(name) ?? "");
    if (node !== undefined) {
      nodes.set(name, node);
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
