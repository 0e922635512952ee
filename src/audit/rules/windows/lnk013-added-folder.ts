import type { Level, Problem } from "../../../finding.ts";
import { folderOf } from "../../../paths.ts";
import type { Edge } from "../../graph/graph.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { provenanceOf } from "../../windows/needs.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** DLLs of the wheel in folders that the loader does not search by itself. */
export function addedFolders(model: WindowsModel): readonly Problem<NativeCode>[] {
  const { graph, identity, programs, mentions } = model;
  const problems: Problem<NativeCode>[] = [];
  const shared = reachedBeside(model);
  for (const { key, path } of identity.considered) {
    const far = new Map<string, string>();
    const modules = new Set<string>();
    for (const edge of graph.members.get(key)?.edges ?? []) {
      const member = pathOf(edge);
      if (member === undefined || provenanceOf(edge, identity) !== "added") continue;
      if (/\.pyd$/i.test(member)) modules.add(edge.name);
      else far.set(edge.name, member);
    }
    if (far.size > 0) problems.push(...reportFar(path, far));
    if (modules.size > 0) {
      problems.push({
        code: "LNK013",
        path,
        message: `finds ${quoteSome([...modules])} only when that module was imported before`,
      });
    }
  }
  return problems;

  function reportFar(
    path: string,
    far: ReadonlyMap<string, string>,
  ): readonly Problem<NativeCode>[] {
    const starts = programs.has(path);
    if (starts ? mentions.setsPath() : mentions.addsFolder()) return [];
    const names = quoteSome([...far.keys()]);
    const folders = quoteSome([...new Set([...far.values()].map((at) => folderOf(at) || "."))]);
    // A file beside the DLL may have loaded it; in a process that begins nothing has.
    const usual = !starts && [...far.values()].every((at) => shared.has(at));
    // A program in a package may be copied first, as pywin32's is.
    const level: Level = starts && !/^[^/]+\.data\/scripts\//.test(path) ? "warning" : "error";
    return [
      {
        code: "LNK013",
        path,
        message: usual
          ? `finds ${names} only when a file in ${folders} was loaded before`
          : `needs ${names}, which the wheel has in ${folders}: no search leads there, and no Python file adds the folder`,
        ...(usual ? {} : { level }),
      },
    ];
  }
}

/** Members that some file of the wheel finds by itself. */
function reachedBeside({ graph, identity }: WindowsModel): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { edges } of graph.members.values()) {
    for (const edge of edges) {
      const member = pathOf(edge);
      if (member !== undefined && provenanceOf(edge, identity) === "beside") found.add(member);
    }
  }
  return found;
}

function pathOf({ target }: Edge): string | undefined {
  return target.kind === "wheel" ? target.path : undefined;
}
