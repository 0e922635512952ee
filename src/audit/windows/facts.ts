/** What only the Windows platform knows of a wheel. */
import type { PeSlice } from "../../formats.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { WindowsIdentity } from "./identify.ts";

export interface WindowsFacts {
  readonly platform: "windows";
  readonly identity: WindowsIdentity;
  /** With the facts that only PE has. */
  readonly graph: DependencyGraph<PeSlice>;
}
