import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import { exceedsIsa } from "../../linux/needs.ts";
import type { NativeCode } from "../texts.ts";

/** Declared instruction sets beyond what the tag, or the variant, promises; every file counts, not only modules. */
export function newerProcessor(model: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const { considered, isa, tagArch } = model.identity;
  const declared = model.wheel.variant?.properties.get("x86_64")?.get("level");
  const level = declared === undefined ? undefined : `x86_64 :: level :: v${isa}`;
  for (const { path, slice } of considered) {
    if (!exceedsIsa(slice, isa)) continue;
    const what =
      slice.isa === null
        ? `unknown instruction sets (bits 0x${slice.isaUnknown.toString(16)})`
        : `\`${slice.isa}\``;
    const facts = { isa: slice.isa ?? "unknown", promised: level ?? tagArch };
    problems.push(
      level === undefined
        ? { code: "TAG009", path, facts, message: `needs ${what}, the tag promises \`${tagArch}\`` }
        : {
            code: "VAR006",
            path,
            facts,
            message: `needs ${what}, the variant promises \`${level}\``,
          },
    );
  }
  return problems;
}
