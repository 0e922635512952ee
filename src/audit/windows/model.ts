/** What the rules for Windows see. */
import type { PeSlice } from "../../formats.ts";
import type { AuditModel } from "../model.ts";
import type { Mentions } from "../python/mentions.ts";
import type { WindowsIdentity } from "./identify.ts";

export interface WindowsModel extends AuditModel<PeSlice> {
  readonly identity: WindowsIdentity;
  /** What the wheel's Python files do about folders of DLLs. */
  readonly mentions: Mentions;
}
