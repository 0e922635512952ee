import type { Problem } from "../../../finding.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { LONGEST_PATH, pathLength } from "../../windows/path-length.ts";
import type { NativeCode } from "../texts.ts";

/** Modules and DLLs with paths that Windows may not load. */
export function longPaths({ identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path } of identity.considered) {
    const length = pathLength(path);
    if (length <= LONGEST_PATH) continue;
    problems.push({ code: "LNK016", path, message: `a path of ${length} characters` });
  }
  return problems;
}
