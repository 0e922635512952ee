import type { Problem } from "../../../finding.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { provenanceOf } from "../../windows/needs.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** DLLs of the wheel in folders that the loader does not search by itself. */
export function addedFolders({ graph, identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { key, path } of identity.considered) {
    const names = new Set<string>();
    const modules = new Set<string>();
    for (const edge of graph.members.get(key)?.edges ?? []) {
      if (provenanceOf(edge, identity) !== "added") continue;
      const module = edge.target.kind === "wheel" && /\.pyd$/i.test(edge.target.path);
      (module ? modules : names).add(edge.name);
    }
    if (names.size > 0) {
      problems.push({
        code: "LNK013",
        path,
        message: `finds ${quoteSome([...names])} only when code has added the folder or loaded the DLL`,
      });
    }
    if (modules.size > 0) {
      problems.push({
        code: "LNK013",
        path,
        message: `finds ${quoteSome([...modules])} only when that module was imported before`,
      });
    }
  }
  return problems;
}
