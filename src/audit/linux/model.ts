/** What the rules for Linux see. */
import type { ElfSlice } from "../../formats.ts";
import type { TagVerdict } from "../../policy/linux/decide.ts";
import type { AuditModel, JudgedTag } from "../model.ts";
import type { LinuxFacts } from "./facts.ts";

/** A claimed tag with what stands against it. */
export interface LinuxTag extends JudgedTag {
  readonly verdict: TagVerdict;
}

export interface LinuxModel
  extends AuditModel<ElfSlice>,
    Pick<LinuxFacts, "identity" | "table" | "needs" | "unreached" | "undefineds"> {
  readonly judged: readonly LinuxTag[];
}
