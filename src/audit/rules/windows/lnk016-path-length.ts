import type { Problem } from "../../../finding.ts";
import { isSitePath, sitePath } from "../../../wheel/installed.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";

/**
 * Characters below site-packages. LoadLibraryEx takes 259 in all, whatever the setting for long paths
 * says, and `C:\Users\NAME\AppData\Local\Programs\Python\Python312\Lib\site-packages\` has some 75.
 */
const LIMIT = 160;

/** Modules and DLLs with paths that Windows may not load. */
export function longPaths({ identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path } of identity.considered) {
    const { length } = isSitePath(path) ? sitePath(path) : path;
    if (length <= LIMIT) continue;
    problems.push({ code: "LNK016", path, message: `a path of ${length} characters` });
  }
  return problems;
}
