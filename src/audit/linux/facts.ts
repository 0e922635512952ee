/** What only the Linux platform knows of a wheel. */
import type { ElfSlice } from "../../formats.ts";
import type { Need } from "../../policy/linux/decide.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { Identity } from "./identify.ts";
import type { Undefined } from "./undefined.ts";
import type { Unreached } from "./unreached.ts";

export interface LinuxFacts {
  readonly platform: "linux";
  readonly identity: Identity;
  /** `undefined` when no policy is known for the family and architecture. */
  readonly table: PolicyTable | undefined;
  /** What the considered files ask of the platform. */
  readonly needs: readonly Need[];
  /** Libraries in the wheel that no search path reaches. */
  readonly unreached: readonly Unreached[];
  /** Imported symbols that nobody defines, or nobody who is known. */
  readonly undefineds: readonly Undefined[];
  /** With the facts that only ELF has. */
  readonly graph: DependencyGraph<ElfSlice>;
}
