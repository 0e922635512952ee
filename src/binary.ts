/**
 * The format-neutral model of a native library: plain data that crosses threads.
 *
 * Raw fields keep their specification's names inside `src/elf`, `src/macho` and `src/pe`; here the
 * words are plain English and mean the same for all three.
 */
import type { FieldRef } from "./errors.ts";

export type BinaryFormat = "elf" | "macho" | "pe";
export type BinaryKind = "shared" | "bundle" | "executable" | "object" | "core" | "other";
export type DependencyHow =
  | "required"
  | "weak"
  | "reexport"
  | "upward"
  | "lazy"
  | "delay"
  | "forwarder";

export interface Dependency {
  readonly name: string;
  readonly how: DependencyHow;
  readonly at: FieldRef;
}

export interface SearchPath {
  readonly kind: "rpath" | "runpath";
  /** One entry of the colon-separated list as the file spells it. */
  readonly path: string;
  readonly at: FieldRef;
}

/** One version that a library must define, with the imported symbols that need it. */
export interface VersionNeed {
  readonly version: string;
  /** VER_FLG_WEAK: the loader only warns when it is missing. */
  readonly weak: boolean;
  /** Names of imported symbols bound to this version, sorted; empty when nothing uses it. */
  readonly symbols: readonly string[];
  readonly at: FieldRef;
}

export interface LibraryVersions {
  readonly library: string;
  readonly versions: readonly VersionNeed[];
}

/** A symbol that crosses the border of a file. */
export interface DynamicSymbol {
  readonly name: string;
  readonly defined: boolean;
  readonly weak: boolean;
  readonly version?: string;
  /** For an import: the library that it is bound to, where the file says so. */
  readonly library?: string;
  /** PE: imported or exported by number. */
  readonly ordinal?: number;
  /** PE and Mach-O: what an export leads to in another library, `LIB.name`. */
  readonly forwardsTo?: string;
  /** `func`, `object`, `tls`, `ifunc`, `notype`, … */
  readonly type: string;
}

/** A defect of the layout that a parser could step over. `minor`: no loader minds it. */
export interface LayoutProblem {
  readonly message: string;
  readonly at: FieldRef;
  readonly minor?: true;
}

/** What every format says of one architecture of a file; each format adds facts of its own. */
export interface Slice {
  /** `x86_64`, `aarch64` (ELF), `arm64`, `arm64e` (Mach-O), `x86_64`, `x86`, `arm64` (PE), or `unknown`. */
  readonly arch: string;
  readonly kind: BinaryKind;
  readonly bits: 32 | 64;
  /** DT_SONAME, LC_ID_DYLIB, the export directory's name. */
  readonly id: string | null;
  readonly dependencies: readonly Dependency[];
  readonly searchPaths: readonly SearchPath[];
  readonly symbolCount: number;
  readonly importCount: number;
  readonly exportCount: number;
  /** The undefined names that the caller's `interest` picked, as C spells them (no leading `_` of Mach-O). */
  readonly imports: readonly DynamicSymbol[];
  /** Python module initialisers that it defines: `PyInit_x`, `PyInitU_x`, `PyModExport_x`, `initx`, `_cffi_pypyinit_x`. */
  readonly pythonInit: readonly string[];
  /** Bytes of symbol tables and of debug information that a strip could remove. */
  readonly debug: { readonly symtab: number; readonly dwarf: number };
}

/** A native file as plain data that crosses threads: one slice, or one for each architecture of a fat file. */
export interface NativeFile<S extends Slice = Slice> {
  readonly format: BinaryFormat;
  readonly slices: readonly [S, ...S[]];
  readonly problems: readonly LayoutProblem[];
}

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

/** What a worker reports of one ELF file. */
export interface ElfSummary {
  readonly format: "elf";
  readonly kind: BinaryKind;
  /** The policy data's name (`x86_64`, `armv7l`, …), or `unknown`. */
  readonly arch: string;
  /** `EM_X86_64`, `EM_0x1234`. */
  readonly machine: string;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** EI_OSABI as a number. */
  readonly osAbi: number;
  readonly flags: number;
  /** DT_SONAME. */
  readonly id: string | null;
  /** PT_INTERP. */
  readonly interpreter: string | null;
  /** True when PT_DYNAMIC is there: a static program has none. */
  readonly dynamic: boolean;
  readonly dependencies: readonly Dependency[];
  readonly searchPaths: readonly SearchPath[];
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
  readonly relro: "none" | "partial" | "full";
  readonly relr: boolean;
  /** API level of the Android note, else null. */
  readonly androidApi: number | null;
  readonly loads: readonly LoadSegment[];
  readonly sectionHeaders: boolean;
  readonly symbolCount: number;
  readonly importCount: number;
  readonly exportCount: number;
  /**
   * Strong and weak undefined names (with their version, where they have one) that the caller's
   * `interest` predicate picked: forbidden symbols, `Py*`.
   */
  readonly imports: readonly DynamicSymbol[];
  /** Python module initialisers that it defines: `PyInit_x`, `PyInitU_x`, `PyModExport_x`, `initx`, `_cffi_pypyinit_x`. */
  readonly pythonInit: readonly string[];
  /** Bytes of `.symtab` + `.strtab` and of `.debug_*`, as far as section headers tell. */
  readonly debug: { readonly symtab: number; readonly dwarf: number };
  /**
   * Defects of the layout that a parser could step over: each becomes LNK011 or is shown. `minor`: no
   * loader minds it (a damaged note).
   */
  readonly problems: readonly {
    readonly message: string;
    readonly at: FieldRef;
    readonly minor?: true;
  }[];
}

/** A native file of a format whose reader is still to come. */
export interface OpaqueSummary {
  readonly format: "macho" | "pe";
}

export type BinarySummary = ElfSummary | OpaqueSummary;

/** The format by the first bytes; 8 bytes are enough (a PE needs a look behind them). */
export function formatOf(head: Uint8Array): BinaryFormat | undefined {
  if (head.length < 4) return undefined;
  const magic =
    ((head[0] ?? 0) << 24) | ((head[1] ?? 0) << 16) | ((head[2] ?? 0) << 8) | (head[3] ?? 0);
  switch (magic >>> 0) {
    case 0x7f454c46:
      return "elf";
    case 0xfeedface:
    case 0xfeedfacf:
    case 0xcefaedfe:
    case 0xcffaedfe:
      return "macho";
    case 0xcafebabe:
    case 0xcafebabf:
      // A Java class file has the same magic; its major version is far above any count of slices.
      return head.length >= 8 &&
        (((head[4] ?? 0) << 24) |
          ((head[5] ?? 0) << 16) |
          ((head[6] ?? 0) << 8) |
          (head[7] ?? 0)) <=
          64
        ? "macho"
        : undefined;
  }
  return head[0] === 0x4d && head[1] === 0x5a ? "pe" : undefined;
}
