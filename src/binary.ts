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
  /** Versions of symbols that are asked of libraries: only ELF has them. */
  readonly versionNeeds?: readonly LibraryVersions[];
  /** Names of versions that it defines for others, the base version left out: only ELF has them. */
  readonly versionDefinitions?: readonly string[];
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
