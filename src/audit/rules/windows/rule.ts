import type { Problem } from "../../../finding.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";

/** A check on the whole model: pure, in any order, its result sorted by the caller. */
export type WindowsRule = (model: WindowsModel) => readonly Problem<NativeCode>[];
