import type { SearchPath } from "../../../binary.ts";
import type { Problem } from "../../../finding.ts";
import { isInstalled, isOutsideSite, parentFolder, wheelLayout } from "../../../wheel/installed.ts";
import { loaderOf } from "../../linux/loader.ts";
import type { LinuxModel } from "../../linux/model.ts";
import { expandSearchPath } from "../../linux/search-path.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

const WORLD_WRITABLE = /^\/(tmp|var\/tmp|dev\/shm)(\/|$)/;

/** LNK006 and LNK007: entries of DT_RPATH and DT_RUNPATH that lead out of the wheel. */
export function searchPaths({ identity }: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const layout = wheelLayout(new Set());
  const loader = loaderOf(identity);
  const { considered, otherLibc } = identity;
  for (const { path, slice } of [...considered, ...otherLibc]) {
    const origin = parentFolder(layout.installed(path));
    for (const entry of slice.searchPaths) {
      const graver = outside(entry);
      if (graver !== undefined) {
        const facts = { kind: entry.kind, searchPath: entry.path };
        problems.push({ code: "LNK006", path, at: entry.at, facts, ...graver });
        continue;
      }
      if (!/\$(\{ORIGIN\}|ORIGIN)/.test(entry.path)) continue;
      const folders = expandSearchPath(entry.path, origin, slice, loader);
      // Scripts may look into their own prefix; everything else stays in site-packages.
      const leaves = folders.every(
        (folder) => !isInstalled(folder) || (isOutsideSite(folder) && !isOutsideSite(origin)),
      );
      if (leaves) {
        problems.push({
          code: "LNK007",
          path,
          facts: { kind: entry.kind, searchPath: entry.path },
          message: `${entry.kind} entry ${quote(entry.path)} climbs out of site-packages`,
          at: entry.at,
        });
      }
    }
  }
  return problems;
}

function outside({
  kind,
  path,
}: SearchPath): Omit<Problem<NativeCode>, "code" | "path" | "at"> | undefined {
  if (path === "")
    return { message: `an empty ${kind} entry means the current directory`, level: "error" };
  if (WORLD_WRITABLE.test(path)) {
    return {
      message: `${kind} entry ${quote(path)} is a folder that anyone may write to`,
      level: "error",
    };
  }
  if (path.startsWith("/")) {
    return {
      message: `${kind} entry ${quote(path)} is a folder of the machine that built the wheel`,
    };
  }
  if (!path.startsWith("$")) {
    return {
      message: `${kind} entry ${quote(path)} is relative to the current directory`,
      level: "error",
    };
  }
  return undefined;
}
