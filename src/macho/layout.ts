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
