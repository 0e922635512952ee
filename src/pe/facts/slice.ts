/**
 * What is told of a PE file, as plain data that crosses threads.
 *
 * Names of DLLs are as the file spells them: compare them with `dllKey` of `src/pe/dll-name.ts`, which
 * knows that case does not count and that a name without an extension means `.dll`.
 */
import type { NativeFile, Slice } from "../../binary.ts";
import type { FieldRef } from "../../errors.ts";

/** A PE file has one slice, also when it is an ARM64X hybrid. */
export type PeFile = NativeFile<PeSlice> & { readonly format: "pe" };

export interface PeSlice extends Slice {
  /**
   * `x86`, `x86_64`, `arm`, `arm64`, `arm64ec` (machine AMD64 with CHPE metadata: runs on ARM64 hosts
   * only, in x64 processes), or `unknown`. An ARM64X file is `arm64`: native ARM64 processes load it.
   */
  readonly arch: string;
  /** `IMAGE_FILE_MACHINE_AMD64`, or `0x1234` where the specification has no name. */
  readonly machine: string;
  /** Code of two machines in one file, told by the load config's CHPE metadata and not by the machine. */
  readonly hybrid: PeHybrid | null;
  /** `IMAGE_SUBSYSTEM_WINDOWS_GUI`, or a number. */
  readonly subsystem: string;
  readonly hardening: PeHardening;
  /** Linker, as `14.44`; delvewheel takes it for the version of the Visual C++ tool set. */
  readonly linkerVersion: string;
  /** The least Windows that the loader accepts, as `6.0`. */
  readonly subsystemVersion: string;
  /** TimeDateStamp; a hash of the content where `reproducible`. */
  readonly timestamp: number;
  /** The debug directory has an IMAGE_DEBUG_TYPE_REPRO entry. */
  readonly reproducible: boolean;
  readonly sections: readonly PeSection[];
  /**
   * What it imports from each DLL, in the order of the descriptors: imports first, then delay imports.
   * `dependencies` lists the same DLLs in the same order, and then the targets of forwarders.
   */
  readonly importTables: readonly PeImportTable[];
  readonly exports: PeExports;
  /** DLLs in the bound import directory. */
  readonly boundImports: readonly string[];
  /** IMAGE_LOAD_CONFIG_DIRECTORY.DependentLoadFlags: 0 also where the file has none. */
  readonly dependentLoadFlags: number;
  readonly checksum: PeChecksum;
  readonly signature: PeSignature;
  /** What lies after the last section. */
  readonly overlay: PeOverlay;
  /** The program database that the debug directory names. */
  readonly pdb: PePdb | null;
  /** A managed (.NET) image: IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR. */
  readonly managed: boolean;
  /** It has thread-local storage: IMAGE_DIRECTORY_ENTRY_TLS. */
  readonly tls: boolean;
  /** Side-by-side assemblies that its manifest asks for, as `Microsoft.VC90.CRT 9.0.21022.8`. */
  readonly assemblies: readonly string[];
  /** A version resource (RT_VERSION) exists: `readVersionInfo` reads it. */
  readonly hasVersionInfo: boolean;
}

/**
 * `arm64ec`: x64 code and ARM64EC code, machine AMD64. `arm64x`: ARM64 and ARM64EC code, machine ARM64.
 * `chpe-x86`: x86 with ARM64 code (Windows' own).
 */
export type PeHybrid = "arm64ec" | "arm64x" | "chpe-x86";

export interface PeHardening {
  /** IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, with relocations that make it true. */
  readonly aslr: boolean;
  /** IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA. */
  readonly highEntropyVa: boolean;
  /** IMAGE_DLLCHARACTERISTICS_NX_COMPAT. */
  readonly nxCompat: boolean;
  /** IMAGE_DLLCHARACTERISTICS_GUARD_CF. */
  readonly controlFlowGuard: boolean;
  /** IMAGE_DLLCHARACTERISTICS_EX_CET_COMPAT. */
  readonly cetCompat: boolean;
  /** IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY: Windows loads it only with a valid signature. */
  readonly forceIntegrity: boolean;
  /** IMAGE_DLLCHARACTERISTICS_APPCONTAINER. */
  readonly appContainer: boolean;
  /** Names of sections that are both writable and executable. */
  readonly writableCode: readonly string[];
}

export interface PeSection {
  /** COFF's long names (`/4`) are resolved through the string table. */
  readonly name: string;
  readonly virtualAddress: number;
  /** Bytes in memory; 0 in the file means `size`. */
  readonly virtualSize: number;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Bytes in the file. */
  readonly size: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface PeImportTable {
  /** The DLL as the file spells it. */
  readonly library: string;
  readonly how: "required" | "delay";
  /** Names of the imported symbols, in the order of the table. */
  readonly names: readonly string[];
  readonly ordinals: readonly number[];
  readonly at: FieldRef;
}

export interface PeExports {
  /** Slots of the export address table that hold something. */
  readonly count: number;
  /** Exported names. */
  readonly nameCount: number;
  /**
   * `fnv1a` of each exported name, ascending: enough to tell that a name is missing,
   * in a fraction of the memory.
   */
  readonly nameHashes: Uint32Array;
  /** Ordinals in use, as ascending pairs of first and last. */
  readonly ordinals: readonly (readonly [first: number, last: number])[];
  readonly forwarders: readonly PeForwarder[];
}

/** An export that another DLL provides. */
export interface PeForwarder {
  /** `null`: exported by ordinal only. */
  readonly name: string | null;
  readonly ordinal: number;
  /** The DLL as the string spells it: most often without `.dll`. */
  readonly library: string;
  /** Name of the symbol there, or `#12`. */
  readonly symbol: string;
  readonly at: FieldRef;
}

export interface PeChecksum {
  readonly stored: number;
  /** `unchecked` until a pass over the content; `zero`: none, which is fine for anything but drivers. */
  readonly state: "zero" | "right" | "wrong" | "unchecked";
}

/**
 * Whether the file has an Authenticode signature, and whether its digest is that of the content
 * (`valid`, `stale`). The signer is not judged. `unchecked` until a pass over the content, and where
 * the digest or its algorithm can't be read.
 */
export type PeSignature = "none" | "valid" | "stale" | "unchecked";

export interface PeOverlay {
  /** Bytes after the last section, the certificate table left out. */
  readonly size: number;
  /** COFF symbols and strings only, which nothing needs at run time; or anything else. */
  readonly kind: "none" | "coff-symbols" | "other";
  /** Bytes of the certificate table. */
  readonly certificates: number;
}

export interface PePdb {
  readonly path: string;
  /** As symbol servers write it: GUID and age, upper case without dashes. */
  readonly key: string;
}
