/**
 * What an audit is on one platform. A platform looks at the native files once and says which of them
 * count, how their loader searches, and what the tags promise; everything else is the same for all.
 */
import type { Slice } from "../binary.ts";
import type { Problem, Unverified } from "../finding.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";
import type { Claim } from "./claim.ts";
import type { DependencyGraph } from "./graph/graph.ts";
import type { Loader } from "./graph/loader.ts";
import type { Binary, NativeMember } from "./member.ts";
import type { AuditModel, JudgedTag, PlatformFacts, WheelFacts } from "./model.ts";
import type { NativeOptions } from "./options.ts";
import type { Mentions } from "./python/mentions.ts";
import type { BareVerdict, BinaryResult, ExternalLibrary, PlatformVerdict } from "./result.ts";
import type { NativeCode } from "./rules/texts.ts";

export type PlatformName = "linux" | "macos" | "windows";

export const SYSTEM_TITLES: Readonly<Record<PlatformName, string>> = {
  linux: "Linux",
  macos: "macOS",
  windows: "Windows",
};

export interface PlatformInput {
  readonly wheel: WheelFacts;
  /** The claims that this platform is asked about. */
  readonly claims: readonly Claim[];
  /** All of the file name, where others are asked about some. */
  readonly named?: readonly Claim[];
  /** All native members, of every format. */
  readonly members: readonly NativeMember[];
  /** Native members that no reader could make sense of. */
  readonly unreadable: readonly string[];
  /** Paths of all members, without folders. */
  readonly paths: ReadonlySet<string>;
  /** Paths of members whose Unix mode lets nobody run them. */
  readonly idle: ReadonlySet<string>;
  /** What the wheel's Python files say. */
  readonly mentions: Mentions;
  readonly options: NativeOptions;
}

export interface AuditPlatform {
  readonly name: PlatformName;
  /** True for a tag that only this platform can judge. */
  judges(tag: PlatformTag): boolean;
  /** True for a member that this platform's loader may load. */
  owns(member: NativeMember): boolean;
  /** `auditView` over what the platform sees. */
  audit(input: PlatformInput): NativeAudit;
}

/** What a platform sees in the native files. */
export interface PlatformView<S extends Slice = Slice> {
  /** Slices that the graph links. */
  readonly linked: readonly Binary<S>[];
  /** Those of them that decide the verdict. */
  readonly considered: readonly Binary<S>[];
  /** Linked, for this platform, but not what the wheel is built for: checked, and not judged. */
  readonly others: readonly Binary<S>[];
  /** Paths of members that are data as far as the platform is concerned: code for a GPU. */
  readonly data: ReadonlySet<string>;
  /** Paths of members that start a process. */
  readonly programs: ReadonlySet<string>;
  readonly loader: Loader<S>;
  judge(graph: DependencyGraph<S>): Judged;
  /** One entry of the JSON's `binaries`. */
  describe(member: NativeMember, graph: DependencyGraph<S>, judged: Judged): BinaryResult;
  /** The platform's own rules. */
  check(model: AuditModel<S>, judged: Judged): readonly Problem<NativeCode>[];
}

export interface Judged {
  readonly facts: PlatformFacts;
  readonly verdict: BareVerdict;
  /** Claims that were judged, in the order of the file name. */
  readonly tags: readonly JudgedTag[];
  /** Libraries that a repair must graft. */
  readonly external: readonly ExternalLibrary[];
  readonly unverified: readonly Unverified[];
}

export interface NativeAudit {
  /** Those that the wheel was judged for: one, but for wheels that are tagged for several systems. */
  readonly systems: readonly PlatformName[];
  readonly verdict: PlatformVerdict;
  readonly problems: readonly Problem<NativeCode>[];
  readonly unverified: readonly Unverified[];
  readonly binaries: readonly BinaryResult[];
  readonly external: readonly ExternalLibrary[];
  readonly graph: DependencyGraph;
  /** What the rules saw; a repair plans from it. */
  readonly model: AuditModel;
  /** The systems that the wheel may be unpacked on, for the rules on names. */
  readonly targets: { readonly windows: boolean; readonly macos: boolean; readonly any: boolean };
}
