/**
 * The load commands of a Mach-O file, but for segments.
 *
 * Source: cctools `mach-o/loader.h`.
 */
import { type RecordOf, type Struct, struct } from "../struct.ts";
import type { MachoClass } from "./layout.ts";

const DYLIB = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["name", "u32"],
  ["timestamp", "u32"],
  ["current_version", "u32"],
  ["compatibility_version", "u32"],
] as const;
/** `name`: offset of the string from the command. */
export type DylibRecord = RecordOf<typeof DYLIB>;
export const DylibCommand: Struct<MachoClass, DylibRecord> = struct("macho", "dylib_command", {
  macho32: DYLIB,
  macho64: DYLIB,
});

const DYLIB_USE = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["nameoff", "u32"],
  ["marker", "u32"],
  ["current_version", "u32"],
  ["compat_version", "u32"],
  ["flags", "u32"],
] as const;
/** The newer form, told apart by `marker`. */
export type DylibUseRecord = RecordOf<typeof DYLIB_USE>;
export const DylibUseCommand: Struct<MachoClass, DylibUseRecord> = struct(
  "macho",
  "dylib_use_command",
  {
    macho32: DYLIB_USE,
    macho64: DYLIB_USE,
  },
);

const LINKEDIT_DATA = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["dataoff", "u32"],
  ["datasize", "u32"],
] as const;
/** A run of bytes in `__LINKEDIT`. */
export type LinkeditDataRecord = RecordOf<typeof LINKEDIT_DATA>;
export const LinkeditDataCommand: Struct<MachoClass, LinkeditDataRecord> = struct(
  "macho",
  "linkedit_data_command",
  {
    macho32: LINKEDIT_DATA,
    macho64: LINKEDIT_DATA,
  },
);

const SYMTAB = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["symoff", "u32"],
  ["nsyms", "u32"],
  ["stroff", "u32"],
  ["strsize", "u32"],
] as const;
/** The symbol table and its strings. */
export type SymtabRecord = RecordOf<typeof SYMTAB>;
export const SymtabCommand: Struct<MachoClass, SymtabRecord> = struct("macho", "symtab_command", {
  macho32: SYMTAB,
  macho64: SYMTAB,
});

const DYSYMTAB = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["ilocalsym", "u32"],
  ["nlocalsym", "u32"],
  ["iextdefsym", "u32"],
  ["nextdefsym", "u32"],
  ["iundefsym", "u32"],
  ["nundefsym", "u32"],
  ["tocoff", "u32"],
  ["ntoc", "u32"],
  ["modtaboff", "u32"],
  ["nmodtab", "u32"],
  ["extrefsymoff", "u32"],
  ["nextrefsyms", "u32"],
  ["indirectsymoff", "u32"],
  ["nindirectsyms", "u32"],
  ["extreloff", "u32"],
  ["nextrel", "u32"],
  ["locreloff", "u32"],
  ["nlocrel", "u32"],
] as const;
/** Groups of symbols, and the tables that refer to them. */
export type DysymtabRecord = RecordOf<typeof DYSYMTAB>;
export const DysymtabCommand: Struct<MachoClass, DysymtabRecord> = struct(
  "macho",
  "dysymtab_command",
  {
    macho32: DYSYMTAB,
    macho64: DYSYMTAB,
  },
);

const DYLD_INFO = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["rebase_off", "u32"],
  ["rebase_size", "u32"],
  ["bind_off", "u32"],
  ["bind_size", "u32"],
  ["weak_bind_off", "u32"],
  ["weak_bind_size", "u32"],
  ["lazy_bind_off", "u32"],
  ["lazy_bind_size", "u32"],
  ["export_off", "u32"],
  ["export_size", "u32"],
] as const;
/** Opcodes that fix addresses, and the export trie. */
export type DyldInfoRecord = RecordOf<typeof DYLD_INFO>;
export const DyldInfoCommand: Struct<MachoClass, DyldInfoRecord> = struct(
  "macho",
  "dyld_info_command",
  {
    macho32: DYLD_INFO,
    macho64: DYLD_INFO,
  },
);

const VERSION_MIN = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["version", "u32"],
  ["sdk", "u32"],
] as const;
/** Versions are packed as xxxx.yy.zz. */
export type VersionMinRecord = RecordOf<typeof VERSION_MIN>;
export const VersionMinCommand: Struct<MachoClass, VersionMinRecord> = struct(
  "macho",
  "version_min_command",
  {
    macho32: VERSION_MIN,
    macho64: VERSION_MIN,
  },
);

const BUILD_VERSION = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["platform", "u32"],
  ["minos", "u32"],
  ["sdk", "u32"],
  ["ntools", "u32"],
] as const;
/** `ntools` build_tool_version follow. */
export type BuildVersionRecord = RecordOf<typeof BUILD_VERSION>;
export const BuildVersionCommand: Struct<MachoClass, BuildVersionRecord> = struct(
  "macho",
  "build_version_command",
  {
    macho32: BUILD_VERSION,
    macho64: BUILD_VERSION,
  },
);

const BUILD_TOOL = [
  ["tool", "u32"],
  ["version", "u32"],
] as const;
/** A tool that made the file. */
export type BuildToolRecord = RecordOf<typeof BUILD_TOOL>;
export const BuildToolVersion: Struct<MachoClass, BuildToolRecord> = struct(
  "macho",
  "build_tool_version",
  {
    macho32: BUILD_TOOL,
    macho64: BUILD_TOOL,
  },
);

const ENTRY_POINT = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["entryoff", "u64"],
  ["stacksize", "u64"],
] as const;
/** LC_MAIN. */
export type EntryPointRecord = RecordOf<typeof ENTRY_POINT>;
export const EntryPointCommand: Struct<MachoClass, EntryPointRecord> = struct(
  "macho",
  "entry_point_command",
  {
    macho32: ENTRY_POINT,
    macho64: ENTRY_POINT,
  },
);

const SOURCE_VERSION = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["version", "u64"],
] as const;
/** Packed as a24.b10.c10.d10.e10. */
export type SourceVersionRecord = RecordOf<typeof SOURCE_VERSION>;
export const SourceVersionCommand: Struct<MachoClass, SourceVersionRecord> = struct(
  "macho",
  "source_version_command",
  {
    macho32: SOURCE_VERSION,
    macho64: SOURCE_VERSION,
  },
);

const ENCRYPTION_INFO = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["cryptoff", "u32"],
  ["cryptsize", "u32"],
  ["cryptid", "u32"],
] as const;
/** Without the `pad` of 64-bit files. */
export type EncryptionInfoRecord = RecordOf<typeof ENCRYPTION_INFO>;
export const EncryptionInfoCommand: Struct<MachoClass, EncryptionInfoRecord> = struct(
  "macho",
  "encryption_info_command",
  {
    macho32: ENCRYPTION_INFO,
    macho64: ENCRYPTION_INFO,
  },
);

const TWOLEVEL_HINTS = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["offset", "u32"],
  ["nhints", "u32"],
] as const;
/** Hints of 4 bytes each. */
export type TwolevelHintsRecord = RecordOf<typeof TWOLEVEL_HINTS>;
export const TwolevelHintsCommand: Struct<MachoClass, TwolevelHintsRecord> = struct(
  "macho",
  "twolevel_hints_command",
  {
    macho32: TWOLEVEL_HINTS,
    macho64: TWOLEVEL_HINTS,
  },
);

const NOTE = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["data_owner0", "u32"],
  ["data_owner1", "u32"],
  ["data_owner2", "u32"],
  ["data_owner3", "u32"],
  ["offset", "u64"],
  ["size", "u64"],
] as const;
/** Data of whoever owns it, anywhere in the file. */
export type NoteRecord = RecordOf<typeof NOTE>;
export const NoteCommand: Struct<MachoClass, NoteRecord> = struct("macho", "note_command", {
  macho32: NOTE,
  macho64: NOTE,
});
