import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** DT_NEEDED with a slash. */
export function neededByPath({
  identity,
  others,
  graph,
}: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path } of [...identity.considered, ...others]) {
    for (const { name, at } of graph.members.get(path)?.edges ?? []) {
      if (!name.includes("/")) continue;
      problems.push({
        code: "LNK008",
        path,
        facts: { library: name },
        message: `needs ${quote(name)} by its path`,
        at,
      });
    }
  }
  return problems;
}
