import { addTo } from "../../../add-to.ts";
import type { Problem } from "../../../finding.ts";
import type { SystemVersion } from "../../../policy/macos/version.ts";
import { needsUpdate, printSystemVersion } from "../../../policy/macos/version.ts";
import type { MacosNeed } from "../../macos/facts.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Files that need a newer system than a tag promises, by what each of them is built for or imports. */
export function newerSystem(model: MacosModel): readonly Problem<NativeCode>[] {
  const { judged, identity, needs } = model;
  const name = identity.system === "ios" ? "iOS" : "macOS";
  const problems: Problem<NativeCode>[] = [];
  const seen = new Set<MacosNeed>();
  const tagsOf = new Map<MacosNeed, string[]>();
  for (const { tag, verdict } of judged) {
    for (const need of verdict.against ?? []) {
      addTo(tagsOf, need, tag);
    }
  }
  for (const [need, tags] of tagsOf) {
    seen.add(need);
    problems.push({
      code: "TAG006",
      path: need.path,
      message: `${describe(need, name)}, not ${quoteSome(tags, 2)}`,
      ...hintFor(model, need),
      ...(need.at === undefined ? {} : { at: need.at }),
    });
  }
  const claimed = identity.claims.length > 0;
  for (const need of needs) {
    const { version, path, at } = need;
    if (seen.has(need) || !claimed || version === null || !needsUpdate(version)) continue;
    if (identity.system === "ios" || isUpdateClaimed(model, version)) continue;
    problems.push({
      code: "TAG006",
      path,
      level: "warning",
      message: `${describe(need, name)}, which no tag can say: the wheel is installed on ${version.major}.0 too`,
      ...(at === undefined ? {} : { at }),
    });
  }
  return problems;
}

/** A tag for a later release promises enough. */
function isUpdateClaimed({ identity }: MacosModel, { major }: SystemVersion): boolean {
  return identity.claims.every(({ tag }) => tag.kind === "macosx" && tag.major > major);
}

function describe(need: MacosNeed, name: string): string {
  const { arch, version, why, library = "", symbols = [], what = "" } = need;
  const since = version === null ? "" : `${name} ${printSystemVersion(version)}`;
  switch (why) {
    case "minimum-system":
      return `needs ${since} (${arch})`;
    case "load-command":
      return `has ${quote(what)}, which loaders know since ${since} (${arch})`;
    case "system-symbol":
      return `imports ${quoteSome(symbols)} of ${quote(library)} (${what}), there since ${since} (${arch})`;
    case "system-library":
      return `loads ${quote(library)}, there since ${since} (${arch})`;
  }
}

function hintFor({ verdict }: MacosModel, { why }: MacosNeed): { readonly hint?: string } {
  const { supported } = verdict;
  if (why === "system-symbol") {
    const tag = supported === null ? "" : `, or tag it \`${supported}\``;
    return {
      hint: `build with the SDK's own headers and a deployment target that the compiler can check${tag}`,
    };
  }
  return supported === null
    ? {}
    : { hint: `tag it \`${supported}\`, or build with a lower deployment target` };
}
