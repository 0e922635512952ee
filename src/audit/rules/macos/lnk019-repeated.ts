import type { Problem } from "../../../finding.ts";
import type { SystemVersion } from "../../../policy/macos/version.ts";
import { compareVersions } from "../../../policy/macos/version.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** SDKs from which on dyld refuses files with repetitions (dyld, `Policy.cpp`). */
const LOADS_SINCE: SystemVersion = { major: 15, minor: 0 };
const RUN_PATHS_SINCE: SystemVersion = { major: 15, minor: 4 };

/** Libraries that are loaded twice by one name, and run paths that stand twice. */
export function repeatedNames({ considered }: MacosModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of considered) {
    const { sdk, arch } = slice;
    const isRefused = (since: SystemVersion): boolean =>
      sdk !== null && compareVersions(sdk, since) >= 0;
    for (const { name, at } of repeated(slice.dependencies.map(({ name, at }) => ({ name, at })))) {
      problems.push({
        code: "LNK019",
        path,
        message: `loads ${quote(name)} twice (${arch})`,
        at,
        ...(isRefused(LOADS_SINCE) ? {} : { level: "warning" as const }),
      });
    }
    const paths = slice.searchPaths.map(({ path: name, at }) => ({ name, at }));
    for (const { name, at } of repeated(paths)) {
      problems.push({
        code: "LNK019",
        path,
        message: `has the run path ${quote(name)} twice (${arch})`,
        at,
        ...(isRefused(RUN_PATHS_SINCE) ? {} : { level: "warning" as const }),
      });
    }
  }
  return problems;
}

/** Those that stand a second time, once each. */
function repeated<Item extends { readonly name: string }>(items: readonly Item[]): readonly Item[] {
  const counts = new Map<string, number>();
  return items.filter(({ name }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 2;
  });
}
