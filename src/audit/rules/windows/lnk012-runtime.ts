import type { Problem } from "../../../finding.ts";
import { dllKey } from "../../../formats.ts";
import { microsoftRuntime } from "../../../policy/windows/runtimes.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { followedEdges, provenanceOf } from "../../windows/needs.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Microsoft's C++ runtime: not in the wheel though no Python brings it, or one that must not be shipped. */
export function runtimes({ graph, identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const users = new Map<string, string[]>();
  for (const { key, path } of identity.considered) {
    const node = graph.members.get(key);
    for (const edge of node === undefined ? [] : followedEdges(node)) {
      const name = dllKey(edge.name);
      const kind = microsoftRuntime(name);
      if (kind === "debug" && !identity.provided.has(name)) {
        problems.push({
          code: "LNK012",
          level: "error",
          path,
          message: `needs the debug runtime ${quote(edge.name)}, which may not be shipped`,
          hint: "build without `/MDd`",
          at: edge.at,
        });
      } else if (kind === "openmp-llvm") {
        problems.push({
          code: "LNK012",
          path,
          message: `needs ${quote(edge.name)}, which Visual Studio's redistributable package lacks`,
          hint: "build with `/openmp` or with a libomp that you may ship",
          at: edge.at,
        });
      } else if (provenanceOf(edge, identity) === "runtime") {
        const of = users.get(edge.name);
        if (of === undefined) users.set(edge.name, [path]);
        else of.push(path);
      }
    }
  }
  for (const [name, of] of users) {
    problems.push({
      code: "LNK012",
      path: of[0] ?? "",
      message: `needs ${quote(name)} of the Visual C++ runtime, which is not in the wheel${of.length > 1 ? `, like ${quoteSome(of.slice(1), 2)}` : ""}`,
    });
  }
  return problems;
}
