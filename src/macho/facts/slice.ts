/** The facts of a Mach-O file that rules and repairs judge: plain data that crosses threads. */
import type { Dependency, DynamicSymbol, NativeFile, Slice } from "../../binary.ts";
import type { FieldRef } from "../../errors.ts";

/** A version as load commands pack it: `X.Y.Z`. */
export interface MachoVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** PLATFORM_*; an unknown number is `platform-0x2a`. */
export type MachoPlatformName =
  | "macos"
  | "ios"
  | "tvos"
  | "watchos"
  | "bridgeos"
  | "maccatalyst"
  | "iossimulator"
  | "tvossimulator"
  | "watchossimulator"
  | "driverkit"
  | "visionos"
  | "visionossimulator"
  | `platform-0x${string}`;

/** One LC_BUILD_VERSION or LC_VERSION_MIN_*. */
export interface MachoTarget {
  /** For LC_VERSION_MIN_IPHONEOS and its kin on Intel: the simulator, as dyld takes it. */
  readonly platform: MachoPlatformName;
  readonly minos: MachoVersion;
  /** 0.0.0: not set. */
  readonly sdk: MachoVersion;
  readonly at: FieldRef;
}

/** A load of a library. `how` is `required`, `weak`, `reexport`, `upward` or `lazy`. */
export interface MachoDependency extends Dependency {
  /** What two-level symbols call the library: 1 for the first. */
  readonly ordinal: number;
  readonly currentVersion: MachoVersion;
  readonly compatibilityVersion: MachoVersion;
}

/**
 * Where dyld looks for an import:
 * `library`: in the one that `library` names; `self`: in this file; `executable`: in the main
 * program; `flat`: in whatever is loaded (`-undefined dynamic_lookup`, or a flat namespace);
 * `coalesced`: anywhere, the first strong or weak definition wins; `unknown`: the ordinal names no
 * library.
 */
export type MachoLookup = "library" | "self" | "executable" | "flat" | "coalesced" | "unknown";

/** `weak`: a weak reference, which may stay undefined. `library`: its install name as the load command spells it. */
export interface MachoImport extends DynamicSymbol {
  readonly lookup: MachoLookup;
}

/** A load command that loaders of older systems refuse, or that they need to make sense of the file. */
export interface MachoNewCommand {
  /** `LC_DYLD_CHAINED_FIXUPS`, … */
  readonly name: string;
  readonly at: FieldRef;
}

/**
 * The code signature.
 *
 * `none`; `linker`: made by the linker; `adhoc`: made by `codesign --sign -` and the like; `cms`:
 * with the certificate of somebody, whom `signer` names as far as it could be read (the team).
 */
export interface MachoSignature {
  readonly kind: "none" | "linker" | "adhoc" | "cms";
  readonly identifier: string | null;
  /** Team identifier of a signature with a certificate. */
  readonly team: string | null;
  /** CodeDirectory flags: `adhoc`, `linker-signed`, `runtime`, `library-validation`, … */
  readonly flags: readonly string[];
  readonly entitlements: boolean;
  /**
   * True: layout, page hashes and the hashes of all embedded parts are right. False: `faults` say
   * what is not. `null`: the pages were not looked at (that takes a pass over the whole file).
   */
  readonly valid: boolean | null;
  readonly faults: readonly string[];
  readonly at: FieldRef | null;
}

/** A section's place and size in bytes; `offset` is `null` when it takes no room in the file. */
export interface MachoSection {
  readonly segment: string;
  readonly name: string;
  readonly offset: number | null;
  readonly size: number;
}

/** One architecture of a Mach-O file. */
export interface MachoSlice extends Slice {
  /** In the file; a thin file has one slice of its whole size. */
  readonly offset: number;
  readonly size: number;
  /** `MH_DYLIB`, `MH_BUNDLE`, …; `archive` for a static library in a fat file. */
  readonly fileType: string;
  readonly littleEndian: boolean;
  /** `MH_TWOLEVEL`, `MH_PIE`, … */
  readonly flags: readonly string[];
  /** In load command order; ordinals count from 1. */
  readonly dependencies: readonly MachoDependency[];
  /** The imports that `interest` picked. */
  readonly imports: readonly MachoImport[];
  /**
   * Strong imports that no library of the file is named for (`lookup` is `flat`), without those of
   * Python's C interface (`Py*`, `_Py*`); sorted, at most 2000, as C spells them.
   */
  readonly flatImports: readonly string[];
  /** `symbolHash` of every exported name as C spells it, ascending. */
  readonly exportHashes: Uint32Array;
  /** In load command order: a file for two platforms (zippered) has two. */
  readonly targets: readonly MachoTarget[];
  /** Those of the first target; `null` where the file says nothing. */
  readonly platform: MachoPlatformName | null;
  readonly minos: MachoVersion | null;
  readonly sdk: MachoVersion | null;
  /** Upper case with hyphens, as `dwarfdump --uuid` prints it; of the first LC_UUID. */
  readonly uuid: string | null;
  /** dyld wants exactly one LC_UUID. */
  readonly uuidCount: number;
  /** Load commands with LC_REQ_DYLD that not every loader knows. */
  readonly newCommands: readonly MachoNewCommand[];
  /** How addresses are fixed: `chained`, `opcodes` (LC_DYLD_INFO), `relocations`, `none`. */
  readonly fixups: "chained" | "opcodes" | "relocations" | "none";
  readonly signature: MachoSignature;
  /** Free bytes between the load commands and the first content. */
  readonly headerRoom: number;
  /** LC_ENCRYPTION_INFO with a cryptid: the content can't be read, nor edited. */
  readonly encrypted: boolean;
  /** MH_ALLOW_STACK_EXECUTION. */
  readonly executableStack: boolean;
  /** The interpreter of a program, LC_LOAD_DYLINKER. */
  readonly interpreter: string | null;
  /** At most 1000. */
  readonly sections: readonly MachoSection[];
  /** Bytes after everything that load commands describe: a payload that somebody appended. */
  readonly trailing: number;
}

export interface MachoFile extends NativeFile<MachoSlice> {
  readonly format: "macho";
  /** `null`: a thin file. */
  readonly fat: "fat" | "fat64" | null;
}
