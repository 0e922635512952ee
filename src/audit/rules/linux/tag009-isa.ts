import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import { exceedsIsa } from "../../linux/needs.ts";
import type { NativeCode } from "../texts.ts";

/** Declared instruction sets beyond what the tag promises; every file counts, not only modules. */
export function newerProcessor(model: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const { considered, isa, tagArch } = model.identity;
  for (const { path, slice } of considered) {
    if (!exceedsIsa(slice, isa)) continue;
    const what =
      slice.isa === null
        ? `unknown instruction sets (bits 0x${slice.isaUnknown.toString(16)})`
        : `\`${slice.isa}\``;
    problems.push({
      code: "TAG009",
      path,
      facts: { isa: slice.isa ?? "unknown", promised: tagArch },
      message: `needs ${what}, the tag promises \`${tagArch}\``,
    });
  }
  return problems;
}
