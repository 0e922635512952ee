/** What the rules on native code see: everything is data, nothing is read from here on. */
import type { Need, TagVerdict } from "../policy/linux/decide.ts";
import type { PolicyTable } from "../policy/linux/table.ts";
import type { DependencyGraph } from "./graph/graph.ts";
import type { Identity } from "./linux/identify.ts";
import type { ElfBinary, NativeMember } from "./member.ts";
import type { PlatformVerdict } from "./result.ts";

/** What the file name and the metadata say. */
export interface WheelFacts {
  readonly pythonTags: readonly string[];
  readonly abiTags: readonly string[];
  /** In the order of the file name. */
  readonly platformTags: readonly string[];
  /** Normalised names of the projects in Requires-Dist. */
  readonly requires: readonly string[];
  /** Normalised project name; empty when unknown. */
  readonly name: string;
}

/** A claimed platform tag and what became of it. */
export interface JudgedTag {
  readonly tag: string;
  readonly verdict: TagVerdict;
}

export interface AuditModel {
  readonly wheel: WheelFacts;
  /** Paths of all members, without folders. */
  readonly members: ReadonlySet<string>;
  readonly binaries: readonly NativeMember[];
  /** All ELF files, also those of other machines. */
  readonly elves: readonly ElfBinary[];
  readonly identity: Identity;
  readonly graph: DependencyGraph;
  /** `undefined` when no policy is known for the family and architecture. */
  readonly table: PolicyTable | undefined;
  readonly needs: readonly Need[];
  readonly judged: readonly JudgedTag[];
  readonly verdict: PlatformVerdict;
}
