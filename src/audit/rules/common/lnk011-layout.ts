import type { Problem } from "../../../finding.ts";
import type { AuditModel } from "../../model.ts";
import type { NativeCode } from "../texts.ts";

/** What the parser had to step over. */
export function brokenLayout({ considered, others }: AuditModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const seen = new Set<string>();
  for (const { path, problems: defects } of [...considered, ...others]) {
    // The slices of a fat file share what is wrong with it.
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { message, at } of defects) {
      // The loader does without most of what a strict parser wants, so these files may well load.
      problems.push({ code: "LNK011", path, message, at, level: "warning" });
    }
  }
  return problems;
}
