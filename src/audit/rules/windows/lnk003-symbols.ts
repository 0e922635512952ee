import type { Problem } from "../../../finding.ts";
import type { PeSlice } from "../../../formats.ts";
import { dllKey, mayHold } from "../../../formats.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Symbols that the DLL in the wheel, or the one that a repair would take, does not export. */
export function missingSymbols({ graph, identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { key, path } of identity.considered) {
    const node = graph.members.get(key);
    if (node === undefined) continue;
    const providers = new Map<string, { readonly path: string; readonly slice: PeSlice }>();
    for (const { name, target } of node.edges) {
      const of = target.kind === "wheel" ? graph.members : graph.host;
      const found =
        target.kind === "wheel" || target.kind === "host" ? of.get(target.key) : undefined;
      if (found !== undefined) providers.set(dllKey(name), found);
    }
    for (const { library, how, names, ordinals, at } of node.slice.importTables) {
      const provider = providers.get(dllKey(library));
      if (provider === undefined) continue;
      const { exports } = provider.slice;
      const lacking = [
        ...names.filter((name) => !mayHold(exports.nameHashes, name)),
        ...ordinals.filter((ordinal) => !isExported(exports, ordinal)).map((each) => `#${each}`),
      ];
      if (lacking.length === 0) continue;
      problems.push({
        code: "LNK003",
        path,
        message: `imports ${quoteSome(lacking)} from ${quote(library)}, but ${quote(provider.path)} does not export ${lacking.length === 1 ? "it" : "them"}`,
        at,
        ...(how === "delay" ? { level: "warning" as const } : {}),
      });
    }
  }
  return problems;
}

function isExported({ ordinals }: PeSlice["exports"], ordinal: number): boolean {
  return ordinals.some(([first, last]) => ordinal >= first && ordinal <= last);
}
