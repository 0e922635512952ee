import type { Problem } from "../../../finding.ts";
import { dllKey } from "../../../formats.ts";
import { isCovered, systemSince } from "../../../policy/windows/baseline.ts";
import { isDriverDll } from "../../../policy/windows/runtimes.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { provenanceOf } from "../../windows/needs.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** DLLs that only newer versions of Windows have than a Python of the tags runs on. */
export function newerWindows({ graph, identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const { arch, floor } = identity;
  const problems: Problem<NativeCode>[] = [];
  for (const { key, path } of identity.considered) {
    for (const edge of graph.members.get(key)?.edges ?? []) {
      if (provenanceOf(edge, identity) !== "system") continue;
      const name = dllKey(edge.name);
      const since = systemSince(name, arch ?? "x86_64");
      if (since === undefined && edge.target.kind === "system" && !isDriverDll(name)) {
        problems.push({
          code: "LNK015",
          path,
          message: `needs ${quote(edge.name)}, which is a part of Windows where it was found, and of no version that is known`,
          at: edge.at,
        });
      }
      if (since === undefined || isCovered(since, floor)) continue;
      problems.push({
        code: "LNK015",
        path,
        message: `needs ${quote(edge.name)}, which Windows has since ${since}; the tagged Python runs on Windows ${floor}`,
        at: edge.at,
        ...(edge.how === "delay" ? { level: "info" as const } : {}),
      });
    }
  }
  return problems;
}
