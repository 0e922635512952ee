/** What the rules for Windows see. */
import type { PeSlice } from "../../formats.ts";
import type { AuditModel } from "../model.ts";
import type { WindowsIdentity } from "./identify.ts";

export interface WindowsModel extends AuditModel<PeSlice> {
  readonly identity: WindowsIdentity;
}
