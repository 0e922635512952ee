import type { Problem } from "../../../finding.ts";
import type { AuditModel } from "../../model.ts";
import type { NativeCode } from "../texts.ts";

/** A check on the whole model: pure, in any order, its result sorted by the caller. */
export type NativeRule = (model: AuditModel) => readonly Problem<NativeCode>[];
