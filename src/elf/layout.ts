/**
 * The structures of an ELF file.
 *
 * Sources: System V gABI chapters 4 and 5; "Linux Standard Base Core" 5.0, 10.7 (symbol versions).
 * Sizes in memory, alignments and addresses are bigints; file offsets and sizes in the file numbers.
 */
import { type RecordOf, type Struct, type StructContext, struct } from "../struct.ts";

export type ElfClass = "elf32" | "elf64";
export type ElfContext = StructContext<ElfClass>;

const EHDR = {
  elf32: [
    ["ei_mag0", "u8"],
    ["ei_mag1", "u8"],
    ["ei_mag2", "u8"],
    ["ei_mag3", "u8"],
    ["ei_class", "u8"],
    ["ei_data", "u8"],
    ["ei_version", "u8"],
    ["ei_osabi", "u8"],
    ["ei_abiversion", "u8"],
    ["ei_pad9", "u8"],
    ["ei_pad10", "u8"],
    ["ei_pad11", "u8"],
    ["ei_pad12", "u8"],
    ["ei_pad13", "u8"],
    ["ei_pad14", "u8"],
    ["ei_pad15", "u8"],
    ["e_type", "u16"],
    ["e_machine", "u16"],
    ["e_version", "u32"],
    ["e_entry", "addr32"],
    ["e_phoff", "off32"],
    ["e_shoff", "off32"],
    ["e_flags", "u32"],
    ["e_ehsize", "u16"],
    ["e_phentsize", "u16"],
    ["e_phnum", "u16"],
    ["e_shentsize", "u16"],
    ["e_shnum", "u16"],
    ["e_shstrndx", "u16"],
  ],
  elf64: [
    ["ei_mag0", "u8"],
    ["ei_mag1", "u8"],
    ["ei_mag2", "u8"],
    ["ei_mag3", "u8"],
    ["ei_class", "u8"],
    ["ei_data", "u8"],
    ["ei_version", "u8"],
    ["ei_osabi", "u8"],
    ["ei_abiversion", "u8"],
    ["ei_pad9", "u8"],
    ["ei_pad10", "u8"],
    ["ei_pad11", "u8"],
    ["ei_pad12", "u8"],
    ["ei_pad13", "u8"],
    ["ei_pad14", "u8"],
    ["ei_pad15", "u8"],
    ["e_type", "u16"],
    ["e_machine", "u16"],
    ["e_version", "u32"],
    ["e_entry", "addr64"],
    ["e_phoff", "off64"],
    ["e_shoff", "off64"],
    ["e_flags", "u32"],
    ["e_ehsize", "u16"],
    ["e_phentsize", "u16"],
    ["e_phnum", "u16"],
    ["e_shentsize", "u16"],
    ["e_shnum", "u16"],
    ["e_shstrndx", "u16"],
  ],
} as const;
/** ELF header, at offset 0. */
export type Ehdr = RecordOf<typeof EHDR.elf64>;
export const ElfEhdr: Struct<ElfClass, Ehdr> = struct("elf", "Elf_Ehdr", EHDR);

const PHDR = {
  elf32: [
    ["p_type", "u32"],
    ["p_offset", "off32"],
    ["p_vaddr", "addr32"],
    ["p_paddr", "addr32"],
    ["p_filesz", "size32"],
    ["p_memsz", "addr32"],
    ["p_flags", "u32"],
    ["p_align", "addr32"],
  ],
  elf64: [
    ["p_type", "u32"],
    ["p_flags", "u32"],
    ["p_offset", "off64"],
    ["p_vaddr", "addr64"],
    ["p_paddr", "addr64"],
    ["p_filesz", "size64"],
    ["p_memsz", "addr64"],
    ["p_align", "addr64"],
  ],
} as const;
/** Program header. */
export type Phdr = RecordOf<typeof PHDR.elf64>;
export const ElfPhdr: Struct<ElfClass, Phdr> = struct("elf", "Elf_Phdr", PHDR);

const SHDR = {
  elf32: [
    ["sh_name", "u32"],
    ["sh_type", "u32"],
    ["sh_flags", "size32"],
    ["sh_addr", "addr32"],
    ["sh_offset", "off32"],
    ["sh_size", "size32"],
    ["sh_link", "u32"],
    ["sh_info", "u32"],
    ["sh_addralign", "addr32"],
    ["sh_entsize", "size32"],
  ],
  elf64: [
    ["sh_name", "u32"],
    ["sh_type", "u32"],
    ["sh_flags", "size64"],
    ["sh_addr", "addr64"],
    ["sh_offset", "off64"],
    ["sh_size", "size64"],
    ["sh_link", "u32"],
    ["sh_info", "u32"],
    ["sh_addralign", "addr64"],
    ["sh_entsize", "size64"],
  ],
} as const;
/** Section header. */
export type Shdr = RecordOf<typeof SHDR.elf64>;
export const ElfShdr: Struct<ElfClass, Shdr> = struct("elf", "Elf_Shdr", SHDR);

const DYN = {
  elf32: [
    ["d_tag", "size32"],
    ["d_val", "addr32"],
  ],
  elf64: [
    ["d_tag", "size64"],
    ["d_val", "addr64"],
  ],
} as const;
/** Entry of the dynamic section; `d_val` stands for the union of d_val and d_ptr. */
export type Dyn = RecordOf<typeof DYN.elf64>;
export const ElfDyn: Struct<ElfClass, Dyn> = struct("elf", "Elf_Dyn", DYN);

const SYM = {
  elf32: [
    ["st_name", "u32"],
    ["st_value", "addr32"],
    ["st_size", "size32"],
    ["st_info", "u8"],
    ["st_other", "u8"],
    ["st_shndx", "u16"],
  ],
  elf64: [
    ["st_name", "u32"],
    ["st_info", "u8"],
    ["st_other", "u8"],
    ["st_shndx", "u16"],
    ["st_value", "addr64"],
    ["st_size", "size64"],
  ],
} as const;
/** Symbol. */
export type Sym = RecordOf<typeof SYM.elf64>;
export const ElfSym: Struct<ElfClass, Sym> = struct("elf", "Elf_Sym", SYM);

const REL = {
  elf32: [
    ["r_offset", "addr32"],
    ["r_info", "addr32"],
  ],
  elf64: [
    ["r_offset", "addr64"],
    ["r_info", "addr64"],
  ],
} as const;
/** Relocation with its addend in place. */
export type Rel = RecordOf<typeof REL.elf64>;
export const ElfRel: Struct<ElfClass, Rel> = struct("elf", "Elf_Rel", REL);

const RELA = {
  elf32: [
    ["r_offset", "addr32"],
    ["r_info", "addr32"],
    ["r_addend", "addr32"],
  ],
  elf64: [
    ["r_offset", "addr64"],
    ["r_info", "addr64"],
    ["r_addend", "addr64"],
  ],
} as const;
/** Relocation with addend; the addend is signed in the specification, here its raw bits. */
export type Rela = RecordOf<typeof RELA.elf64>;
export const ElfRela: Struct<ElfClass, Rela> = struct("elf", "Elf_Rela", RELA);

const VERNEED = [
  ["vn_version", "u16"],
  ["vn_cnt", "u16"],
  ["vn_file", "u32"],
  ["vn_aux", "u32"],
  ["vn_next", "u32"],
] as const;
/** A library from which versions are needed. */
export type Verneed = RecordOf<typeof VERNEED>;
export const ElfVerneed: Struct<ElfClass, Verneed> = struct("elf", "Elf_Verneed", {
  elf32: VERNEED,
  elf64: VERNEED,
});

const VERNAUX = [
  ["vna_hash", "u32"],
  ["vna_flags", "u16"],
  ["vna_other", "u16"],
  ["vna_name", "u32"],
  ["vna_next", "u32"],
] as const;
/** A needed version; `vna_other` is its index in the version symbol table. */
export type Vernaux = RecordOf<typeof VERNAUX>;
export const ElfVernaux: Struct<ElfClass, Vernaux> = struct("elf", "Elf_Vernaux", {
  elf32: VERNAUX,
  elf64: VERNAUX,
});

const VERDEF = [
  ["vd_version", "u16"],
  ["vd_flags", "u16"],
  ["vd_ndx", "u16"],
  ["vd_cnt", "u16"],
  ["vd_hash", "u32"],
  ["vd_aux", "u32"],
  ["vd_next", "u32"],
] as const;
/** A version that the file defines. */
export type Verdef = RecordOf<typeof VERDEF>;
export const ElfVerdef: Struct<ElfClass, Verdef> = struct("elf", "Elf_Verdef", {
  elf32: VERDEF,
  elf64: VERDEF,
});

const VERDAUX = [
  ["vda_name", "u32"],
  ["vda_next", "u32"],
] as const;
/** The first names the defined version, the others its parents. */
export type Verdaux = RecordOf<typeof VERDAUX>;
export const ElfVerdaux: Struct<ElfClass, Verdaux> = struct("elf", "Elf_Verdaux", {
  elf32: VERDAUX,
  elf64: VERDAUX,
});

const NHDR = [
  ["n_namesz", "u32"],
  ["n_descsz", "u32"],
  ["n_type", "u32"],
] as const;
/** Note header; name and descriptor follow, each padded. */
export type Nhdr = RecordOf<typeof NHDR>;
export const ElfNhdr: Struct<ElfClass, Nhdr> = struct("elf", "Elf_Nhdr", {
  elf32: NHDR,
  elf64: NHDR,
});

const CHDR32 = [
  ["ch_type", "u32"],
  ["ch_size", "size32"],
  ["ch_addralign", "addr32"],
] as const;
const CHDR64 = [
  ["ch_type", "u32"],
  ["ch_reserved", "u32"],
  ["ch_size", "size64"],
  ["ch_addralign", "addr64"],
] as const;
/** Head of a compressed section. Two structures, since only the 64-bit one has a reserved field. */
export const Elf32Chdr: Struct<"elf32", RecordOf<typeof CHDR32>> = struct("elf", "Elf32_Chdr", {
  elf32: CHDR32,
});
export const Elf64Chdr: Struct<"elf64", RecordOf<typeof CHDR64>> = struct("elf", "Elf64_Chdr", {
  elf64: CHDR64,
});
