/** What the rules for macOS see. */
import type { MachoSlice } from "../../formats.ts";
import type { AuditModel, JudgedTag } from "../model.ts";
import type { MacosFacts, MacosNeed } from "./facts.ts";

/** A claimed tag with what stands against it. */
export interface MacosTagVerdict extends JudgedTag {
  readonly verdict: {
    readonly truthful: boolean | null;
    readonly against?: readonly MacosNeed[];
    /** Architectures that it promises and no file has. */
    readonly missingArchs?: readonly string[];
    readonly undecided?: string;
  };
}

export interface MacosModel extends AuditModel<MachoSlice>, Pick<MacosFacts, "identity" | "needs"> {
  readonly judged: readonly MacosTagVerdict[];
}
