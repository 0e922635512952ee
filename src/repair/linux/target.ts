/**
 * Which policy a repair reaches, and what it has to graft for it.
 *
 * A newer policy lets the host provide more, so less is grafted; an older one runs in more places.
 * As auditwheel does, the default is the most compatible policy that is true of the result and
 * needs the fewest grafts.
 */

import type { DependencyGraph, GraphNode } from "../../audit/graph/graph.ts";
import type { ElfBinary } from "../../audit/linux/binary.ts";
import { collectNeeds, type NeedOptions } from "../../audit/linux/needs.ts";

import type { ElfSlice } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import type { Need } from "../../policy/linux/decide.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";

/** A library outside the wheel, and the names by which members and other grafts ask for it. */
export interface GraftSource {
  readonly node: GraphNode<ElfSlice>;
  readonly names: ReadonlySet<string>;
  /** Member paths and host paths, sorted by discovery. */
  readonly neededBy: ReadonlySet<string>;
}

export interface MissingLibrary {
  readonly name: string;
  readonly neededBy: string;
}

export interface PolicyTarget {
  /** Position in the table. */
  readonly position: number;
  readonly grafts: ReadonlyMap<string, GraftSource>;
  readonly missing: readonly MissingLibrary[];
  /** What no graft takes away: versions, forbidden symbols, instruction sets, of members and grafts. */
  readonly needs: readonly Need[];
  /** Position of the worst of them. */
  readonly required: number;
  /** Position of the first policy under which the host provides every library that is left to it. */
  readonly relied: number;
}

/** What was asked for, or the best that can be reached. */
export interface Goal {
  /** What is grafted, and why. */
  readonly target: PolicyTarget;
  /** Tags that the result gets, without those of the input that stay. */
  readonly tags: readonly string[];
  /** Android: the API level from which on the result runs. */
  readonly level?: number;
}

export interface TargetFacts {
  readonly table: PolicyTable;
  readonly considered: readonly ElfBinary[];
  readonly graph: DependencyGraph<ElfSlice>;
  readonly needOptions: NeedOptions;
  /** Names that are grafted although nobody asks for them, with the files that were found. */
  readonly included: ReadonlyMap<string, GraphNode<ElfSlice>>;
  /** Names that are grafted for whoever needs them, though policies let the host provide them. */
  readonly bundled: ReadonlyMap<string, GraphNode<ElfSlice>>;
}

/** What a repair for the policy at `position` takes, whether or not it can be reached. */
export function targetAt(facts: TargetFacts, position: number): PolicyTarget {
  const { table, considered, graph, needOptions } = facts;
  const grafts = new Map<
    string,
    { node: GraphNode<ElfSlice>; names: Set<string>; neededBy: Set<string> }
  >();
  const missing: MissingLibrary[] = [];
  const queue: GraphNode<ElfSlice>[] = [];
  let relied = 0;
  const graft = (node: GraphNode<ElfSlice>, name: string, user: string | undefined): void => {
    let known = grafts.get(node.path);
    if (known === undefined) {
      known = { node, names: new Set(), neededBy: new Set() };
      grafts.set(node.path, known);
      queue.push(node);
    }
    known.names.add(name);
    if (user !== undefined) known.neededBy.add(user);
  };
  const follow = (node: GraphNode<ElfSlice>): void => {
    for (const { name, target } of node.edges) {
      // A path to what every host has gives way to the bare name.
      const own = target.kind === "host" ? facts.bundled.get(baseNameOf(name)) : undefined;
      if (own !== undefined && target.kind === "host") {
        graft(graph.host.get(target.key) ?? own, name, node.path);
        continue;
      }
      const since = table.library(baseNameOf(name));
      if (since <= position) {
        if (target.kind === "host" || target.kind === "none") relied = Math.max(relied, since);
        continue;
      }
      const found = target.kind === "host" ? graph.host.get(target.key) : undefined;
      if (found !== undefined) graft(found, name, node.path);
      else if (target.kind === "none") missing.push({ name, neededBy: node.path });
    }
  };
  for (const { path } of considered) {
    const node = graph.members.get(path);
    if (node !== undefined) follow(node);
  }
  for (const [name, node] of facts.included) graft(node, name, undefined);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) follow(next);

  const nodes: ElfBinary[] = [...grafts.values()].map(({ node }) => ({
    key: node.key,
    path: node.path,
    size: 0,
    slice: node.slice,
    problems: [],
  }));
  const members = collectNeeds(table, considered, graph, needOptions).needs;
  const brought = collectNeeds(table, nodes, asMembers(graph, nodes), needOptions).needs;
  const grafted = new Set([...grafts.values()].flatMap(({ names }) => [...names]));
  const needs = [...members, ...brought].filter(
    ({ mendable, library }) => !mendable && (library === undefined || !grafted.has(library)),
  );
  const required = needs.reduce((worst, need) => Math.max(worst, need.position), 0);
  return { position, grafts, missing, needs, required, relied };
}

/**
 * The best target: first what is true, of these what grafts least, of these the most compatible.
 *
 * @param from the most compatible policy that may be promised.
 */
export function bestTarget(facts: TargetFacts, from: number): PolicyTarget | undefined {
  let best: PolicyTarget | undefined;
  for (let position = from; position < facts.table.none; position++) {
    const target = targetAt(facts, position);
    if (target.required > position) continue;
    if (best === undefined || weight(target) < weight(best)) best = target;
  }
  return best;
}

/** A missing library counts like one that is grafted: only its absence is worse. */
function weight({ grafts, missing }: PolicyTarget): number {
  return grafts.size + new Set(missing.map(({ name }) => name)).size;
}

/** The graph with files from outside in the place of members, for what judges members. */
function asMembers(
  graph: DependencyGraph<ElfSlice>,
  nodes: readonly ElfBinary[],
): DependencyGraph<ElfSlice> {
  const members = new Map<string, GraphNode<ElfSlice>>();
  for (const { path } of nodes) {
    const node = graph.host.get(path);
    if (node !== undefined) members.set(path, node);
  }
  return { ...graph, members };
}
