/** Imported symbols beside the exports of the DLL that was found. */
import type { FieldRef } from "../../errors.ts";
import type { PeSlice } from "../../formats.ts";
import { dllKey, mayHold } from "../../formats.ts";
import type { DependencyGraph, GraphNode } from "../graph/graph.ts";

export interface Lacking {
  /** The DLL as the import table spells it. */
  readonly library: string;
  /** False: only looked for when it is called. */
  readonly isNeeded: boolean;
  /** Where the DLL was found. */
  readonly provider: string;
  readonly isOutside: boolean;
  /** Names, and ordinals as `#12`, that it does not export. */
  readonly symbols: readonly string[];
  readonly at: FieldRef;
}

/** Of each DLL in the wheel or outside that lacks something that a file imports from it. */
export function lackingSymbols(
  { slice, edges }: GraphNode<PeSlice>,
  { members, host }: Pick<DependencyGraph<PeSlice>, "members" | "host">,
): readonly Lacking[] {
  const providers = new Map<string, { readonly node: GraphNode<PeSlice>; isOutside: boolean }>();
  for (const { name, target } of edges) {
    if (target.kind !== "wheel" && target.kind !== "host") continue;
    const isOutside = target.kind === "host";
    const node = (isOutside ? host : members).get(target.key);
    if (node !== undefined) providers.set(dllKey(name), { node, isOutside });
  }
  return slice.importTables.flatMap(({ library, how, names, ordinals, at }) => {
    const provider = providers.get(dllKey(library));
    if (provider === undefined) return [];
    const { node, isOutside } = provider;
    const { exports } = node.slice;
    const symbols = [
      ...names.filter((name) => !mayHold(exports.nameHashes, name)),
      ...ordinals.filter((ordinal) => !isExported(exports, ordinal)).map((each) => `#${each}`),
    ];
    if (symbols.length === 0) return [];
    return [{ library, isNeeded: how !== "delay", provider: node.path, isOutside, symbols, at }];
  });
}

function isExported({ ordinals }: PeSlice["exports"], ordinal: number): boolean {
  return ordinals.some(([first, last]) => ordinal >= first && ordinal <= last);
}
