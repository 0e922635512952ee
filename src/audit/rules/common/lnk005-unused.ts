import type { Problem } from "../../../finding.ts";
import type { AuditModel } from "../../model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";

/** Folders that repair tools make for grafted libraries. */
const GRAFTED = /(^|\/)(?:[^/]+\.libs|[^/]*\.dylibs)\/[^/]+$/;

/** A grafted library without users. Elsewhere a library may be opened by its path. */
export function unusedLibrary({
  linked,
  programs,
  graph,
}: AuditModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const binary of linked) {
    const { path, slice } = binary;
    if (!GRAFTED.test(path) || slice.kind !== "shared" || programs.has(path)) continue;
    if (graph.users.has(path) || isPythonExtension(binary)) continue;
    problems.push({ code: "LNK005", path, message: "no file of the wheel needs this library" });
  }
  return problems;
}
