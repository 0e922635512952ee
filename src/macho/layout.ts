/**
 * The structures of a Mach-O file.
 *
 * Sources: cctools `mach-o/loader.h`, `fat.h`, `nlist.h`; dyld `fixup-chains.h`; xnu `cs_blobs.h`.
 * File offsets and sizes in the file are numbers, addresses and sizes in memory bigints.
 */
import { type RecordOf, type Struct, type StructContext, struct } from "../struct.ts";

export type MachoClass = "macho32" | "macho64";
export type MachoContext = StructContext<MachoClass>;

const HEADER = [
  ["magic", "u32"],
  ["cputype", "u32"],
  ["cpusubtype", "u32"],
  ["filetype", "u32"],
  ["ncmds", "u32"],
  ["sizeofcmds", "u32"],
  ["flags", "u32"],
] as const;
export type Header = RecordOf<typeof HEADER>;
/** Without the `reserved` of 64-bit files. */
export const MachHeader: Struct<MachoClass, Header> = struct("macho", "mach_header", {
  macho32: HEADER,
  macho64: HEADER,
});

/** Bytes of the header with all its fields: load commands follow. */
export function headerSize(variant: MachoClass): 28 | 32 {
  return variant === "macho64" ? 32 : 28;
}

type FatClass = "fat" | "fat64";
/** Always big-endian. */
const FAT_ARCH = {
  fat: [
    ["cputype", "u32"],
    ["cpusubtype", "u32"],
    ["offset", "off32"],
    ["size", "size32"],
    ["align", "u32"],
  ],
  fat64: [
    ["cputype", "u32"],
    ["cpusubtype", "u32"],
    ["offset", "off64"],
    ["size", "size64"],
    ["align", "u32"],
  ],
} as const;
export type FatArchRecord = RecordOf<(typeof FAT_ARCH)["fat"]>;
/** Without the `reserved` of fat_arch_64. */
export const FatArch: Struct<FatClass, FatArchRecord> = struct("macho", "fat_arch", FAT_ARCH);
export const FAT_HEADER_SIZE = 8;

/** Bytes from one entry to the next. */
export function fatArchSize(variant: FatClass): 20 | 32 {
  return variant === "fat64" ? 32 : 20;
}

const LOAD_COMMAND = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
] as const;
/** How every load command begins. */
export type LoadCommandRecord = RecordOf<typeof LOAD_COMMAND>;
export const LoadCommandHead: Struct<MachoClass, LoadCommandRecord> = struct(
  "macho",
  "load_command",
  {
    macho32: LOAD_COMMAND,
    macho64: LOAD_COMMAND,
  },
);

const SEGMENT = {
  macho32: [
    ["cmd", "u32"],
    ["cmdsize", "u32"],
    ["segname0", "u32"],
    ["segname1", "u32"],
    ["segname2", "u32"],
    ["segname3", "u32"],
    ["vmaddr", "addr32"],
    ["vmsize", "addr32"],
    ["fileoff", "off32"],
    ["filesize", "size32"],
    ["maxprot", "u32"],
    ["initprot", "u32"],
    ["nsects", "u32"],
    ["flags", "u32"],
  ],
  macho64: [
    ["cmd", "u32"],
    ["cmdsize", "u32"],
    ["segname0", "u32"],
    ["segname1", "u32"],
    ["segname2", "u32"],
    ["segname3", "u32"],
    ["vmaddr", "addr64"],
    ["vmsize", "addr64"],
    ["fileoff", "off64"],
    ["filesize", "size64"],
    ["maxprot", "u32"],
    ["initprot", "u32"],
    ["nsects", "u32"],
    ["flags", "u32"],
  ],
} as const;
/** The name is in four parts: 16 bytes. */
export type SegmentRecord = RecordOf<typeof SEGMENT.macho64>;
export const SegmentCommand: Struct<MachoClass, SegmentRecord> = struct(
  "macho",
  "segment_command",
  SEGMENT,
);

const SECTION = {
  macho32: [
    ["sectname0", "u32"],
    ["sectname1", "u32"],
    ["sectname2", "u32"],
    ["sectname3", "u32"],
    ["segname0", "u32"],
    ["segname1", "u32"],
    ["segname2", "u32"],
    ["segname3", "u32"],
    ["addr", "addr32"],
    ["size", "size32"],
    ["offset", "u32"],
    ["align", "u32"],
    ["reloff", "u32"],
    ["nreloc", "u32"],
    ["flags", "u32"],
    ["reserved1", "u32"],
    ["reserved2", "u32"],
  ],
  macho64: [
    ["sectname0", "u32"],
    ["sectname1", "u32"],
    ["sectname2", "u32"],
    ["sectname3", "u32"],
    ["segname0", "u32"],
    ["segname1", "u32"],
    ["segname2", "u32"],
    ["segname3", "u32"],
    ["addr", "addr64"],
    ["size", "size64"],
    ["offset", "u32"],
    ["align", "u32"],
    ["reloff", "u32"],
    ["nreloc", "u32"],
    ["flags", "u32"],
    ["reserved1", "u32"],
    ["reserved2", "u32"],
  ],
} as const;
/** Without the `reserved3` of 64-bit files; the names are in four parts each. */
export type Section = RecordOf<typeof SECTION.macho64>;
export const SectionRecord: Struct<MachoClass, Section> = struct("macho", "section", SECTION);

/** Bytes from one section to the next. */
export function sectionSize(variant: MachoClass): 68 | 80 {
  return variant === "macho64" ? 80 : 68;
}

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

const UUID = [
  ["cmd", "u32"],
  ["cmdsize", "u32"],
  ["uuid0", "u32"],
  ["uuid1", "u32"],
  ["uuid2", "u32"],
  ["uuid3", "u32"],
] as const;
/** 16 bytes in four parts. */
export type UuidRecord = RecordOf<typeof UUID>;
export const UuidCommand: Struct<MachoClass, UuidRecord> = struct("macho", "uuid_command", {
  macho32: UUID,
  macho64: UUID,
});

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

const NLIST = {
  macho32: [
    ["n_strx", "u32"],
    ["n_type", "u8"],
    ["n_sect", "u8"],
    ["n_desc", "u16"],
    ["n_value", "addr32"],
  ],
  macho64: [
    ["n_strx", "u32"],
    ["n_type", "u8"],
    ["n_sect", "u8"],
    ["n_desc", "u16"],
    ["n_value", "addr64"],
  ],
} as const;
/** An entry of the symbol table. */
export type NlistRecord = RecordOf<typeof NLIST.macho64>;
export const Nlist: Struct<MachoClass, NlistRecord> = struct("macho", "nlist", NLIST);

const CHAINED_FIXUPS = [
  ["fixups_version", "u32"],
  ["starts_offset", "u32"],
  ["imports_offset", "u32"],
  ["symbols_offset", "u32"],
  ["imports_count", "u32"],
  ["imports_format", "u32"],
  ["symbols_format", "u32"],
] as const;
/** Offsets count from this header. */
export type ChainedFixupsRecord = RecordOf<typeof CHAINED_FIXUPS>;
export const ChainedFixupsHeader: Struct<MachoClass, ChainedFixupsRecord> = struct(
  "macho",
  "dyld_chained_fixups_header",
  {
    macho32: CHAINED_FIXUPS,
    macho64: CHAINED_FIXUPS,
  },
);
