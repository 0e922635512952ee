/** What only the macOS platform knows of a wheel. iOS is one of its systems. */
import type { FieldRef } from "../../errors.ts";
import type { MachoSlice } from "../../formats.ts";
import type { AppleSystem } from "../../policy/macos/exports.ts";
import type { IosTag, MacosTag } from "../../policy/macos/tags.ts";
import type { SystemVersion } from "../../policy/macos/version.ts";
import type { Claim } from "../claim.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { Binary } from "../member.ts";

export type MachoBinary = Binary<MachoSlice>;

export interface AppleClaim extends Claim {
  readonly tag: MacosTag | IosTag;
}

/** What the wheel is built for. */
export interface MacosIdentity {
  readonly system: AppleSystem;
  /** Tags for macOS and iOS, in the order of the file name. */
  readonly claims: readonly AppleClaim[];
  /** Slices for that system: they decide the verdict. */
  readonly considered: readonly MachoBinary[];
  /** Slices for another of Apple's systems. */
  readonly others: readonly MachoBinary[];
}

/** Why a slice does not run on every system. */
export interface MacosNeed {
  readonly path: string;
  readonly arch: string;
  /** The first system that it runs on; `null`: newer than all that are known. */
  readonly version: SystemVersion | null;
  readonly why: "minimum-system" | "load-command" | "system-symbol" | "system-library";
  /** Install name. */
  readonly library?: string;
  /** As C spells them, sorted. */
  readonly symbols?: readonly string[];
  /** What people call it: `std::filesystem`, `LC_DYLD_CHAINED_FIXUPS`. */
  readonly what?: string;
  readonly at?: FieldRef;
}

export interface MacosFacts {
  readonly platform: "macos";
  readonly identity: MacosIdentity;
  /** Of the considered slices. */
  readonly needs: readonly MacosNeed[];
  /** Paths of Mach-O members that could not be read. */
  readonly unread: readonly string[];
  /** With the facts that only Mach-O has. */
  readonly graph: DependencyGraph<MachoSlice>;
}
