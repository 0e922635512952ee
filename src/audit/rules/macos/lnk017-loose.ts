import type { Problem } from "../../../finding.ts";
import type { MacosModel } from "../../macos/model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";

/** Apps for phones may hold frameworks only: a loose library keeps an app out of the App Store. */
export function looseLibrary({ identity }: MacosModel): readonly Problem<NativeCode>[] {
  if (identity.system !== "ios") return [];
  const problems: Problem<NativeCode>[] = [];
  const seen = new Set<string>();
  for (const binary of identity.considered) {
    const { path, slice } = binary;
    if (seen.has(path) || /\.framework\//.test(path)) continue;
    seen.add(path);
    if (slice.fileType === "MH_BUNDLE") {
      const message = "is a bundle; iOS takes a module as a dynamic library";
      problems.push({ code: "LNK017", path, message });
    } else if (!isPythonExtension(binary)) {
      const message =
        slice.kind === "executable"
          ? "is a program, which no app can start"
          : "is a loose library, which no app may hold";
      problems.push({ code: "LNK017", path, message });
    }
  }
  return problems;
}
