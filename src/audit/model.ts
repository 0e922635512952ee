/** What the rules on native code see: everything is data, nothing is read from here on. */
import type { Slice } from "../binary.ts";
import type { RequiredProject } from "../policy/meta-packages.ts";
import type { Variant } from "../wheel/variant-file.ts";
import type { Claim } from "./claim.ts";
import type { DependencyGraph } from "./graph/graph.ts";
import type { LinuxFacts } from "./linux/facts.ts";
import type { MacosFacts } from "./macos/facts.ts";
import type { Binary, NativeMember } from "./member.ts";
import type { Mentions } from "./python/mentions.ts";
import type { PlatformVerdict } from "./result.ts";
import type { WindowsFacts } from "./windows/facts.ts";

/** What the file name and the metadata say. */
export interface WheelFacts {
  readonly pythonTags: readonly string[];
  readonly abiTags: readonly string[];
  /** In the order of the file name. */
  readonly platformTags: readonly string[];
  /** The projects in Requires-Dist with the extras that are asked of them, in its order. */
  readonly requirements: readonly RequiredProject[];
  /** Normalised project name; empty when unknown. */
  readonly name: string;
  /** What the label of a variant wheel stands for. */
  readonly variant?: Variant;
}

/** A claimed platform tag and what became of it. */
export interface JudgedTag {
  readonly tag: string;
  readonly verdict: {
    /** null: could not be decided. */
    readonly truthful: boolean | null;
  };
}

/** What only one platform knows of a wheel, told apart by `platform`. */
export type PlatformFacts = LinuxFacts | MacosFacts | WindowsFacts;

export interface AuditModel<S extends Slice = Slice> {
  readonly wheel: WheelFacts;
  readonly claims: readonly Claim[];
  /** Paths of all members, without folders. */
  readonly members: ReadonlySet<string>;
  /** All native members, of every format. */
  readonly binaries: readonly NativeMember[];
  /** Native members that no reader could make sense of; they are not among `binaries`. */
  readonly unreadable: readonly string[];
  /** Slices in the graph. */
  readonly linked: readonly Binary<S>[];
  /** Slices that decide the verdict. */
  readonly considered: readonly Binary<S>[];
  /** Slices for this platform that are not what the wheel is built for. */
  readonly others: readonly Binary<S>[];
  /** Paths of native members that are data for the platform. */
  readonly data: ReadonlySet<string>;
  /** Paths of members that start a process. */
  readonly programs: ReadonlySet<string>;
  /** Paths of members whose Unix mode lets nobody run them. */
  readonly idle: ReadonlySet<string>;
  readonly graph: DependencyGraph<S>;
  /** What the wheel's Python files say. */
  readonly mentions: Mentions;
  /** Whether the platform's promises let the host provide a library: all, some, or none of them. */
  hostProvides(name: string): "always" | "sometimes" | "never";
  readonly facts: PlatformFacts;
  readonly judged: readonly JudgedTag[];
  readonly verdict: PlatformVerdict;
}
