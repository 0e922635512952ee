/** The libraries outside that a wheel needs, and what is missing. */

import type { DependencyGraph, Edge, GraphNode } from "../../audit/graph/graph.ts";
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { MachoSlice } from "../../formats.ts";

/** A file outside on its way into the wheel. */
export interface GraftSource {
  /** Real path. */
  readonly from: string;
  /** One for each architecture that somebody needs. */
  readonly nodes: GraphNode<MachoSlice>[];
  /** Install names by which it is asked for. */
  readonly aliases: Set<string>;
  /** Member paths, and real paths of files outside. */
  readonly neededBy: Set<string>;
}

interface Missing {
  readonly edge: Edge;
  readonly neededBy: string;
  readonly arch: string;
}

export interface Sources {
  /** By real path, in code point order. */
  readonly grafts: ReadonlyMap<string, GraftSource>;
  /** Libraries that may be missing: they are loaded weakly, or the user said so. */
  readonly absent: readonly Missing[];
}

/**
 * Follows what the considered members load, from file to file.
 *
 * @throws RefusalError when a library is found nowhere, or not for an architecture that needs it.
 */
export function collectSources(
  { identity, graph }: Pick<MacosFacts, "identity" | "graph">,
  opened: ReadonlyMap<string, readonly GraphNode<MachoSlice>[]>,
  ignoresMissing: boolean,
): Sources {
  const found = new Map<string, GraftSource>();
  const missing: Missing[] = [];
  const absent: Missing[] = [];
  const queue: GraphNode<MachoSlice>[] = [];
  const seen = new Set<string>();
  const visit = (node: GraphNode<MachoSlice>): GraftSource => {
    let source = found.get(node.path);
    if (source === undefined) {
      source = { from: node.path, nodes: [], aliases: new Set(), neededBy: new Set() };
      found.set(node.path, source);
    }
    if (!seen.has(node.key)) {
      seen.add(node.key);
      source.nodes.push(node);
      queue.push(node);
    }
    return source;
  };
  for (const [name, nodes] of opened) for (const node of nodes) visit(node).aliases.add(name);
  for (const { key } of identity.considered) {
    const node = graph.members.get(key);
    if (node !== undefined) queue.push(node);
  }
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const edge of node.edges) {
      const target = targetOf(edge, graph);
      if (target !== undefined) {
        const source = visit(target);
        source.aliases.add(edge.name);
        source.neededBy.add(node.path);
      } else if (edge.target.kind === "none") {
        const problem = { edge, neededBy: node.path, arch: node.slice.arch };
        (edge.how === "weak" || ignoresMissing ? absent : missing).push(problem);
      }
    }
  }
  refuseMissing(missing);
  const grafts = new Map([...found].sort(([a], [b]) => compareText(a, b)));
  for (const { nodes } of grafts.values()) nodes.sort((a, b) => compareText(a.key, b.key));
  return { grafts, absent };
}

function targetOf(
  { target }: Edge,
  { host }: DependencyGraph<MachoSlice>,
): GraphNode<MachoSlice> | undefined {
  return target.kind === "host" ? host.get(target.key) : undefined;
}

function refuseMissing(missing: readonly Missing[]): void {
  const [first] = [...missing].sort(
    (a, b) => compareText(a.edge.name, b.edge.name) || compareText(a.neededBy, b.neededBy),
  );
  if (first === undefined) return;
  const { edge, neededBy, arch } = first;
  const { name } = edge;
  const more = new Set(missing.map((each) => each.edge.name)).size - 1;
  const others = more > 0 ? `, and ${more} more` : "";
  const wrong = edge.trace.find(({ found }) => found === "incompatible");
  if (wrong !== undefined) {
    throw new RefusalError(
      "TAG002",
      `\`${neededBy}\` needs \`${name}\` for ${arch}, and the one in \`${wrong.place}\` is for another processor or system${others}`,
      "build that library for every architecture of the wheel, or say where one is with `--lib-path DIR`",
    );
  }
  const tried = [...new Set(edge.trace.map(({ place }) => place))].slice(0, 3);
  const where =
    tried.length === 0 ? "" : ` (looked in ${tried.map((each) => `\`${each}\``).join(", ")})`;
  throw new RefusalError(
    "LNK001",
    `\`${name}\`, which \`${neededBy}\` needs, was not found${where}${others}`,
    `say where it is with \`--lib-path DIR\`, or leave it out with \`--exclude ${name}\``,
  );
}
