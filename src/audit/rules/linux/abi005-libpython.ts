import type { Problem } from "../../../finding.ts";
import { isLibpython } from "../../linux/loader.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** DT_NEEDED of libpython, which only Android's Python wants. */
export function linkedToLibpython({
  identity,
  considered,
  graph,
}: LinuxModel): readonly Problem<NativeCode>[] {
  if (identity.family === "android") return [];
  const problems: Problem<NativeCode>[] = [];
  for (const { path } of considered) {
    for (const { name, at, target } of graph.members.get(path)?.edges ?? []) {
      if (!isLibpython(name)) continue;
      const bundled = target.kind === "wheel";
      problems.push({
        code: "ABI005",
        path,
        facts: { library: name },
        message: `is linked against ${quote(name)}`,
        at,
        ...(bundled ? { level: "info" as const } : {}),
      });
    }
  }
  return problems;
}
