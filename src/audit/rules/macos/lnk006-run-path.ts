import type { Problem } from "../../../finding.ts";
import { parseInstallName } from "../../../policy/macos/install-name.ts";
import { isSystemLibrary } from "../../../policy/macos/system.ts";
import {
  belowSite,
  installedPath,
  isOutsideSite,
  normalizePath,
  parentFolder,
} from "../../../wheel/installed.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** LNK006: run paths of the builder's machine. LNK007: run paths into other packages. */
export function runPaths({ considered, members }: MacosModel): readonly Problem<NativeCode>[] {
  const own = new Set([...members].map((path) => path.split("/", 1)[0] ?? ""));
  const problems: Problem<NativeCode>[] = [];
  const seen = new Set<string>();
  for (const { path, slice } of considered) {
    const usesRunPaths = slice.dependencies.some(({ name }) => name.startsWith("@rpath/"));
    for (const { path: entry, at } of slice.searchPaths) {
      const key = `${path}\0${entry}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const parsed = parseInstallName(entry);
      if (parsed.kind === "absolute" && !isSystemLibrary(`${entry}/`)) {
        const message = `looks for libraries in ${quote(entry)}, a folder of the machine that built it`;
        problems.push({ code: "LNK006", path, message, at });
      } else if (parsed.kind === "relative") {
        const message = `looks for libraries in ${quote(entry)}, below the working directory of the process`;
        problems.push({ code: "LNK006", path, message, at });
      } else if (parsed.kind === "loader") {
        const folder = normalizePath(`${parentFolder(installedPath(path))}/${parsed.rest}`);
        if (folder !== undefined && !isOutsideSite(folder)) {
          const top = belowSite(folder).split("/", 1)[0] ?? "";
          if (top === "" || own.has(top) || !usesRunPaths) continue;
          const message = `looks for libraries in ${quote(entry)}, which belongs to another package`;
          problems.push({ code: "LNK007", path, message, at, level: "info" });
        } else if (isOutsideSite(installedPath(path)) === false) {
          const message = `looks for libraries in ${quote(entry)}, outside site-packages`;
          problems.push({ code: "LNK007", path, message, at });
        }
      }
    }
  }
  return problems;
}
