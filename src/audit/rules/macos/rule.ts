import type { Problem } from "../../../finding.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";

/** A check on the whole model: pure, in any order, its result sorted by the caller. */
export type MacosRule = (model: MacosModel) => readonly Problem<NativeCode>[];
