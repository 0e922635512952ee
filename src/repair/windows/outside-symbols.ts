/** DLLs from outside that are not the ones that the wheel was built with. */
import type { DependencyGraph } from "../../audit/graph/graph.ts";
import { lackingSymbols } from "../../audit/windows/symbols.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { PeSlice } from "../../formats.ts";
import type { LinkedFiles } from "./links.ts";

/**
 * @param files those that come into the wheel or are in it.
 * @throws RefusalError when one lacks a symbol that whoever needs it imports: nothing would load.
 */
export function refuseOtherLibraries(graph: DependencyGraph<PeSlice>, files: LinkedFiles): void {
  const nodes = [...files.values()].flatMap(
    ({ inside, path }) => (inside ? graph.members : graph.host).get(path) ?? [],
  );
  for (const node of nodes.sort((a, b) => compareText(a.path, b.path))) {
    const wrong = lackingSymbols(node, graph).find((each) => each.isNeeded && each.isOutside);
    if (wrong === undefined) continue;
    const { library, provider, symbols } = wrong;
    const more = symbols.length > 1 ? `, and ${symbols.length - 1} more` : "";
    throw new RefusalError(
      "LNK003",
      `\`${node.path}\` imports \`${symbols[0]}\`${more} from \`${library}\`, and \`${provider}\` does not export that`,
      `say with \`--add-path DIR\` where the right one is, or leave it out with \`--exclude ${library}\``,
    );
  }
}
