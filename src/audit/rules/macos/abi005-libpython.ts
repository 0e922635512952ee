import type { Problem } from "../../../finding.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Files that load the interpreter's library: it has another path in every installation. */
export function linkedToPython(model: MacosModel): readonly Problem<NativeCode>[] {
  const { considered, graph, identity, programs } = model;
  // On phones the framework has one place in every app.
  if (identity.system === "ios") return [];
  const problems: Problem<NativeCode>[] = [];
  const seen = new Set<string>();
  for (const { key, path } of considered) {
    for (const { name, target, at } of graph.members.get(key)?.edges ?? []) {
      if (target.kind !== "libpython" || seen.has(`${path}\0${name}`)) continue;
      seen.add(`${path}\0${name}`);
      problems.push({
        code: "ABI005",
        path,
        message: `loads ${quote(name)}, which other installations of Python have elsewhere or not at all`,
        at,
        ...(programs.has(path) ? { level: "warning" as const } : {}),
      });
    }
  }
  return problems;
}
