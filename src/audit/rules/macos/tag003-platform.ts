import type { Problem } from "../../../finding.ts";
import type { MacosModel } from "../../macos/model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Mach-O files for another of Apple's systems: iOS code in a wheel for macOS and the other way round. */
export function wrongPlatform(model: MacosModel): readonly Problem<NativeCode>[] {
  const { identity, claims } = model;
  if (identity.claims.length === 0) return [];
  const names = quoteSome(
    claims.map(({ text }) => text),
    2,
  );
  const problems: Problem<NativeCode>[] = [];
  const seen = new Set<string>();
  for (const binary of identity.others) {
    const { path, slice } = binary;
    if (seen.has(path)) continue;
    seen.add(path);
    const platforms = slice.targets.map(({ platform }) => platform);
    const what = platforms.length === 0 ? "macos" : platforms.join(" and ");
    const at = slice.targets[0]?.at;
    const needed = model.graph.users.has(path) || isPythonExtension(binary);
    problems.push({
      code: "TAG003",
      path,
      message: `code for ${what} in a wheel that is tagged ${names}`,
      // A phone's wheel is checked by Apple file by file.
      level: needed || identity.system === "ios" ? "error" : "warning",
      ...(at === undefined ? {} : { at }),
    });
  }
  return problems;
}
