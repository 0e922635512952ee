/** The facts of an ELF file: the neutral model and what only ELF has, as plain data that crosses threads. */
import type { LibraryVersions, NativeFile, Slice } from "../../binary.ts";
import type { FieldRef } from "../../errors.ts";

/** A PT_LOAD as far as the rules need it. Sizes and offsets in bytes. */
export interface LoadSegment {
  readonly offset: number;
  readonly fileSize: number;
  readonly address: bigint;
  readonly memorySize: bigint;
  readonly align: bigint;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Where its program header lies in the file. */
  readonly at: FieldRef;
}

/** Undefined symbols that are bound to no version of any library, sorted: any library may define them. */
export interface UnversionedNames {
  readonly strong: readonly string[];
  readonly weak: readonly string[];
}

/**
 * Relocations that need the place of a thread-local variable before the program starts (`*_TPOFF*`).
 * `own`: one of them is for a variable of this file; `names`: those of other files, sorted.
 */
export interface StaticTlsUse {
  readonly own: boolean;
  readonly names: readonly string[];
}

/** `arch` is the policy data's name (`x86_64`, `armv7l`, …), or `unknown`. */
export interface ElfSlice extends Slice {
  /** `EM_X86_64`, `EM_0x1234`. */
  readonly machine: string;
  readonly littleEndian: boolean;
  /** EI_OSABI as a number. */
  readonly osAbi: number;
  readonly flags: number;
  /** PT_INTERP. */
  readonly interpreter: string | null;
  /** True when PT_DYNAMIC is there: a static program has none. */
  readonly dynamic: boolean;
  /** DF_1_NODEFLIB. */
  readonly noDefaultLibraries: boolean;
  readonly versionNeeds: readonly LibraryVersions[];
  /** Names in the version definition section, the base version (the SONAME) left out. */
  readonly versionDefinitions: readonly string[];
  /** Highest x86-64 level declared as needed by GNU_PROPERTY_X86_ISA_1_NEEDED, else null. */
  readonly isa: "x86_64_v2" | "x86_64_v3" | "x86_64_v4" | null;
  /** Bits of GNU_PROPERTY_X86_ISA_1_NEEDED that no level explains. */
  readonly isaUnknown: number;
  /** PT_GNU_STACK: `yes` with PF_X, `no` without, `absent` without the header. */
  readonly execstack: "yes" | "no" | "absent";
  readonly textRelocations: boolean;
  readonly staticTls: boolean;
  /** Only looked for where `staticTls` is set. */
  readonly staticTlsUse: StaticTlsUse;
  readonly unversioned: UnversionedNames;
  /** Of exported names, ascending: see `symbol-hash.ts`. */
  readonly exportHashes: Uint32Array;
  readonly relro: "none" | "partial" | "full";
  /** Relative relocations as DT_RELR or DT_ANDROID_RELR; `null` where the table is empty. */
  readonly relr: "standard" | "android" | null;
  /** API level of the Android note, else null. */
  readonly androidApi: number | null;
  readonly loads: readonly LoadSegment[];
  readonly sectionHeaders: boolean;
  /** Nothing of what the load segments map is in the file: debug information split off from a library. */
  readonly hollow: boolean;
}

export interface ElfFile extends NativeFile<ElfSlice> {
  readonly format: "elf";
  readonly slices: readonly [ElfSlice];
}
