/**
 * The result of an audit of one wheel: the `wheels[]` entry of the JSON document, field by field in
 * the order in which it is printed. Reporters read it, exit codes follow from it.
 */
import type { BinaryFormat, BinaryKind, DependencyHow } from "../binary.ts";
import type { Finding, Unverified } from "../finding.ts";
import type { Why } from "../policy/why.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";

export type Family =
  | "manylinux"
  | "musllinux"
  | "macos"
  | "windows"
  | "android"
  | "ios"
  | "pyemscripten"
  | "any";

/** Why a policy is out of reach: one entry for each policy, file and cause. */
export interface PolicyReason {
  /** Name without architecture, for example `manylinux_2_12`. */
  readonly policy: string;
  /** How new a system the policy asks for, as {@link TagInfo.rank}. */
  readonly rank: number;
  readonly path: string;
  readonly why: Why;
  readonly library?: string;
  readonly version?: string;
  /** Imported symbols that cost the policy, sorted. */
  readonly symbols?: readonly string[];
}

/** A platform tag taken apart. */
export interface TagInfo {
  /** As the file name spells it. */
  readonly tag: string;
  /** In today's spelling. */
  readonly modern: string;
  readonly kind: PlatformTag["kind"];
  /** Without the processor: `manylinux_2_17`. */
  readonly policy: string;
  /** Greater for a newer system; comparable among tags of one kind. */
  readonly rank: number;
  /** False for a bare `linux_*`. */
  readonly promises: boolean;
}

export interface PlatformVerdict extends BareVerdict {
  /** The tags above, taken apart. */
  readonly tags: {
    readonly claimed: readonly TagInfo[];
    readonly supported: TagInfo | null;
    readonly reachable: TagInfo | null;
  };
}

/** What a platform decides. */
export interface BareVerdict {
  readonly family: Family;
  /** Platform tags of the file name, in its order. */
  readonly claimed: readonly string[];
  /** Best tag that is true of the wheel as it is; null where no reader can tell. */
  readonly supported: string | null;
  /** Best tag that a repair could reach (symbols, ISA, forbidden symbols); null: none. */
  readonly reachable: string | null;
  /** Every claimed tag is true; null: could not be decided. */
  readonly truthful: boolean | null;
  readonly reasons: readonly PolicyReason[];
}

/**
 * `wheel`: a member; `allowed`: the policy lets the host provide it; `system`: part of the
 * operating system; `excluded`: left out on request; `external`: outside the wheel, a repair must
 * graft it; `missing`: looked for and found nowhere.
 */
export type DependencyPlace = "wheel" | "allowed" | "system" | "excluded" | "external" | "missing";

export interface ResolvedDependency {
  readonly name: string;
  readonly how: DependencyHow;
  readonly in: DependencyPlace;
  /** Member path when in the wheel. */
  readonly path?: string;
  /** Of a fat file: the architectures that have it, where not all do. */
  readonly archs?: readonly string[];
  /** Where the loader would look, in order, and what it finds there; only in `show` and `-v`. */
  readonly trace?: readonly SearchStep[];
}

export interface SearchStep {
  /** The rule that adds this place: `rpath`, `runpath`, `LD_LIBRARY_PATH`, `ldpaths`, `ld.so.conf`, `default`, `loaded`, `soname-in-wheel`, `base-name`. */
  readonly via: string;
  /** Directory as the loader would try it, members relative to the wheel's root. */
  readonly place: string;
  readonly found: "no" | "yes" | "incompatible" | `not-${BinaryFormat}`;
}

/** One architecture of a Mach-O file. */
export interface SliceResult {
  readonly arch: string;
  readonly kind: BinaryKind;
  readonly id: string | null;
  /** `macos`, `ios`, `iossimulator`, …; null: the file does not say. */
  readonly platform: string | null;
  /** The oldest system that it is built for, and the SDK: `11.0`, `12.3.1`. */
  readonly minos: string | null;
  readonly sdk: string | null;
  readonly dependencies: readonly ResolvedDependency[];
  readonly searchPaths: readonly { readonly kind: "rpath" | "runpath"; readonly path: string }[];
  readonly uuid: string | null;
  readonly signature: {
    readonly kind: "none" | "adhoc" | "linker" | "cms";
    readonly identifier: string | null;
    /** null: its hashes were not checked. */
    readonly valid: boolean | null;
  };
}

export interface BinaryResult {
  readonly path: string;
  readonly format: BinaryFormat;
  readonly kind: BinaryKind;
  readonly archs: readonly string[];
  readonly id: string | null;
  readonly dependencies: readonly ResolvedDependency[];
  readonly searchPaths: readonly { readonly kind: "rpath" | "runpath"; readonly path: string }[];
  /** Highest needed version of each version family, for example `{"GLIBC": "2.14"}`. */
  readonly requires: Readonly<Record<string, string>>;
  readonly pythonExtension: boolean;
  readonly size: number;
  // ELF only:
  readonly machine?: string;
  readonly flags?: number;
  readonly interpreter?: string | null;
  readonly isa?: string | null;
  readonly execstack?: boolean;
  readonly versionNeeds?: Readonly<Record<string, readonly string[]>>;
  readonly versionDefinitions?: readonly string[];
  // PE only:
  readonly exports?: { readonly count: number; readonly forwarders: number };
  /** Of the hash alone; `unchecked` where its algorithm is not known. */
  readonly signature?: "none" | "valid" | "stale" | "unchecked";
  /** Bytes after the last section, certificates left out. */
  readonly overlay?: number;
  readonly checksum?: "zero" | "right" | "wrong" | "unchecked";
  readonly dependentLoadFlags?: number;
  // Mach-O only:
  readonly slices?: readonly SliceResult[];
}

export interface ExternalLibrary {
  readonly name: string;
  readonly neededBy: readonly string[];
  /** Where `--ldpaths` or `--sysroot` has it, relative to that root; null: not found or not looked for. */
  readonly found: string | null;
}

export interface WheelResult {
  /** Base name of the wheel. */
  readonly file: string;
  readonly size: number;
  /** Of the whole file; null when it was not asked for, as with `--no-hash`. */
  readonly sha256: string | null;
  readonly ok: boolean;
  readonly name: string | null;
  readonly version: string | null;
  readonly build: string | null;
  /** Expanded tags, for example `cp312-cp312-linux_x86_64`, in code point order. */
  readonly tags: readonly string[];
  readonly platform: PlatformVerdict;
  /** In code point order of their paths. */
  readonly binaries: readonly BinaryResult[];
  readonly external: readonly ExternalLibrary[];
  /** Sorted by path (the wheel itself first), code, offset. */
  readonly findings: readonly Finding[];
  readonly unverified: readonly Unverified[];
}
