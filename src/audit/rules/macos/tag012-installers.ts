import type { Problem } from "../../../finding.ts";
import { refusedByInstallers } from "../../../policy/macos/tags.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Tags that no Mac looks for, so that the wheel installs nowhere by them. */
export function unknownToInstallers({
  identity,
  verdict,
}: MacosModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { tag, text } of identity.claims) {
    if (tag.kind !== "macosx") continue;
    const why = refusedByInstallers(tag);
    if (why === undefined) continue;
    const { supported } = verdict;
    problems.push({
      code: "TAG012",
      message: `no installer looks for ${quote(text)}: ${why}`,
      ...(supported === null || supported === text ? {} : { hint: `tag it \`${supported}\`` }),
    });
  }
  return problems;
}
