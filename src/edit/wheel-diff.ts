/** What differs between two wheels, as data. */
import type { BinaryFormat } from "../binary.ts";
import type { FieldChange } from "./field-changes.ts";
import type { NativeChange, SetChange } from "./native-diff.ts";

/** `metadata`: below `.dist-info`; `content`: what else is installed. */
export type Role = "metadata" | "content";
/** Kinds of differences, for `--only`: `modes` and `archive` leave every file's bytes alone. */
export const DIFFERENCE_KINDS = ["metadata", "content", "modes", "archive"] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

export interface MemberDifference {
  readonly what: "added" | "removed" | "changed" | "renamed";
  readonly role: Role;
  /** In the second wheel; for what was removed in the first. */
  readonly path: string;
  /** In the first wheel, where it is called otherwise there. */
  readonly from?: string;
  /** Bytes, unpacked. */
  readonly before?: number;
  readonly after?: number;
  readonly format?: BinaryFormat;
  readonly native?: NativeChange;
  /** What usually makes such a difference, and what to do about it. */
  readonly causes: readonly string[];
}

export interface ModeDifference {
  readonly path: string;
  /** `st_mode`. */
  readonly before: number;
  readonly after: number;
}

/** Differences that no installed file shows. */
export interface ArchiveDifference {
  readonly order: boolean;
  /** The same of the members below `.dist-info`. */
  readonly metadataOrder: boolean;
  /** The fewest members that must move to turn one order into the other. */
  readonly moved: readonly string[];
  /** Members whose bytes are the same but packed otherwise, or under another kind of header. */
  readonly compression: readonly string[];
  readonly times: readonly string[];
  readonly headers: readonly string[];
  readonly directories: SetChange;
}

export interface WheelDigest {
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

export interface WheelDiff {
  readonly a: WheelDigest;
  readonly b: WheelDigest;
  /** The same file, byte for byte. */
  readonly identical: boolean;
  readonly same: {
    readonly members: number;
    /** Bytes, unpacked. */
    readonly bytes: number;
    /** How many of them are also packed the same. */
    readonly packedAlike: number;
  };
  /** In code point order of their paths. */
  readonly members: readonly MemberDifference[];
  readonly metadata: readonly FieldChange[];
  readonly wheelFile: readonly FieldChange[];
  readonly tags: SetChange;
  readonly record: { readonly rows: SetChange; readonly order: boolean };
  readonly entryPoints: SetChange;
  readonly modes: readonly ModeDifference[];
  readonly archive: ArchiveDifference;
  /** What usually causes what differs beyond single members. */
  readonly causes: readonly string[];
}
