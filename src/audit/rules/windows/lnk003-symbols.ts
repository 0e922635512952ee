import type { Problem } from "../../../finding.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { lackingSymbols } from "../../windows/symbols.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Symbols that the DLL in the wheel, or the one that a repair would take, does not export. */
export function missingSymbols({ graph, identity }: WindowsModel): readonly Problem<NativeCode>[] {
  return identity.considered.flatMap(({ key, path }) => {
    const node = graph.members.get(key);
    const lacking = node === undefined ? [] : lackingSymbols(node, graph);
    return lacking.map(
      ({ library, isNeeded, provider, symbols, at }): Problem<NativeCode> => ({
        code: "LNK003",
        path,
        message: `imports ${quoteSome(symbols)} from ${quote(library)}, but ${quote(provider)} does not export ${symbols.length === 1 ? "it" : "them"}`,
        at,
        ...(isNeeded ? {} : { level: "warning" as const }),
      }),
    );
  });
}
