/**
 * Names and values of the ELF specification, as data.
 *
 * Sources: System V gABI (draft of 24 April 2001 and the drafts on RELR and compression that
 * followed), Linux Standard Base 5.0 core, `elf.h` of glibc 2.36, `include/elf/*.h` of binutils 2.44,
 * the processor supplements (x86-64, i386, Arm AAELF32 and AAELF64, MIPS, Power, RISC-V, LoongArch,
 * s390), "Linux Extensions to gABI" for GNU properties, and bionic's `linker_relocs.h` for Android.
 *
 * Where two names have one value, the one that readelf prints comes first.
 */

// Values that belong to one processor are in a table of their own.
export type { NameTable } from "../names.ts";

/** EI_CLASS */
export const ELFCLASS = { ELFCLASSNONE: 0, ELFCLASS32: 1, ELFCLASS64: 2 } as const;

/** EI_DATA */
export const ELFDATA = { ELFDATANONE: 0, ELFDATA2LSB: 1, ELFDATA2MSB: 2 } as const;

/** EI_VERSION, e_version */
export const EV = { EV_NONE: 0, EV_CURRENT: 1 } as const;

/** EI_OSABI */
export const ELFOSABI = {
  ELFOSABI_NONE: 0,
  ELFOSABI_HPUX: 1,
  ELFOSABI_NETBSD: 2,
  ELFOSABI_GNU: 3,
  ELFOSABI_SOLARIS: 6,
  ELFOSABI_AIX: 7,
  ELFOSABI_IRIX: 8,
  ELFOSABI_FREEBSD: 9,
  ELFOSABI_TRU64: 10,
  ELFOSABI_MODESTO: 11,
  ELFOSABI_OPENBSD: 12,
  ELFOSABI_OPENVMS: 13,
  ELFOSABI_NSK: 14,
  ELFOSABI_AROS: 15,
  ELFOSABI_FENIXOS: 16,
  ELFOSABI_CLOUDABI: 17,
  ELFOSABI_OPENVOS: 18,
  /** NVIDIA device code (cubin) */
  ELFOSABI_CUDA: 51,
  ELFOSABI_ARM_AEABI: 64,
  ELFOSABI_ARM: 97,
  ELFOSABI_STANDALONE: 255,
} as const;

/** e_type */
export const ET = {
  ET_NONE: 0,
  /** Relocatable object */
  ET_REL: 1,
  ET_EXEC: 2,
  /** Shared object, or a position independent executable */
  ET_DYN: 3,
  ET_CORE: 4,
} as const;

/** e_machine */
export const EM = {
  EM_NONE: 0,
  EM_M32: 1,
  EM_SPARC: 2,
  EM_386: 3,
  EM_68K: 4,
  EM_88K: 5,
  EM_IAMCU: 6,
  EM_860: 7,
  EM_MIPS: 8,
  EM_S370: 9,
  EM_MIPS_RS3_LE: 10,
  EM_PARISC: 15,
  EM_VPP500: 17,
  EM_SPARC32PLUS: 18,
  EM_960: 19,
  EM_PPC: 20,
  EM_PPC64: 21,
  EM_S390: 22,
  EM_SPU: 23,
  EM_V800: 36,
  EM_FR20: 37,
  EM_RH32: 38,
  EM_RCE: 39,
  EM_ARM: 40,
  EM_SH: 42,
  EM_SPARCV9: 43,
  EM_TRICORE: 44,
  EM_ARC: 45,
  EM_H8_300: 46,
  EM_H8_300H: 47,
  EM_H8S: 48,
  EM_H8_500: 49,
  EM_IA_64: 50,
  EM_MIPS_X: 51,
  EM_COLDFIRE: 52,
  EM_68HC12: 53,
  EM_MMA: 54,
  EM_PCP: 55,
  EM_NCPU: 56,
  EM_NDR1: 57,
  EM_STARCORE: 58,
  EM_ME16: 59,
  EM_ST100: 60,
  EM_TINYJ: 61,
  EM_X86_64: 62,
  EM_PDSP: 63,
  EM_PDP10: 64,
  EM_PDP11: 65,
  EM_FX66: 66,
  EM_ST9PLUS: 67,
  EM_ST7: 68,
  EM_68HC16: 69,
  EM_68HC11: 70,
  EM_68HC08: 71,
  EM_68HC05: 72,
  EM_SVX: 73,
  EM_ST19: 74,
  EM_VAX: 75,
  EM_CRIS: 76,
  EM_JAVELIN: 77,
  EM_FIREPATH: 78,
  EM_ZSP: 79,
  EM_MMIX: 80,
  EM_HUANY: 81,
  EM_PRISM: 82,
  EM_AVR: 83,
  EM_FR30: 84,
  EM_D10V: 85,
  EM_D30V: 86,
  EM_V850: 87,
  EM_M32R: 88,
  EM_MN10300: 89,
  EM_MN10200: 90,
  EM_PJ: 91,
  EM_OPENRISC: 92,
  EM_ARC_COMPACT: 93,
  EM_XTENSA: 94,
  EM_VIDEOCORE: 95,
  EM_TMM_GPP: 96,
  EM_NS32K: 97,
  EM_TPC: 98,
  EM_SNP1K: 99,
  EM_ST200: 100,
  EM_IP2K: 101,
  EM_MAX: 102,
  EM_CR: 103,
  EM_F2MC16: 104,
  EM_MSP430: 105,
  EM_BLACKFIN: 106,
  EM_SE_C33: 107,
  EM_SEP: 108,
  EM_ARCA: 109,
  EM_UNICORE: 110,
  EM_EXCESS: 111,
  EM_DXP: 112,
  EM_ALTERA_NIOS2: 113,
  EM_CRX: 114,
  EM_XGATE: 115,
  EM_C166: 116,
  EM_M16C: 117,
  EM_DSPIC30F: 118,
  EM_CE: 119,
  EM_M32C: 120,
  EM_TSK3000: 131,
  EM_RS08: 132,
  EM_SHARC: 133,
  EM_ECOG2: 134,
  EM_SCORE7: 135,
  EM_DSP24: 136,
  EM_VIDEOCORE3: 137,
  EM_LATTICEMICO32: 138,
  EM_SE_C17: 139,
  EM_TI_C6000: 140,
  EM_TI_C2000: 141,
  EM_TI_C5500: 142,
  EM_TI_ARP32: 143,
  EM_TI_PRU: 144,
  EM_MMDSP_PLUS: 160,
  EM_CYPRESS_M8C: 161,
  EM_R32C: 162,
  EM_TRIMEDIA: 163,
  EM_QDSP6: 164,
  EM_8051: 165,
  EM_STXP7X: 166,
  EM_NDS32: 167,
  EM_ECOG1X: 168,
  EM_MAXQ30: 169,
  EM_XIMO16: 170,
  EM_MANIK: 171,
  EM_CRAYNV2: 172,
  EM_RX: 173,
  EM_METAG: 174,
  EM_MCST_ELBRUS: 175,
  EM_ECOG16: 176,
  EM_CR16: 177,
  EM_ETPU: 178,
  EM_SLE9X: 179,
  EM_L10M: 180,
  EM_K10M: 181,
  EM_AARCH64: 183,
  EM_AVR32: 185,
  EM_STM8: 186,
  EM_TILE64: 187,
  EM_TILEPRO: 188,
  EM_MICROBLAZE: 189,
  EM_CUDA: 190,
  EM_TILEGX: 191,
  EM_CLOUDSHIELD: 192,
  EM_COREA_1ST: 193,
  EM_COREA_2ND: 194,
  EM_ARCV2: 195,
  EM_OPEN8: 196,
  EM_RL78: 197,
  EM_VIDEOCORE5: 198,
  EM_78KOR: 199,
  EM_56800EX: 200,
  EM_BA1: 201,
  EM_BA2: 202,
  EM_XCORE: 203,
  EM_MCHP_PIC: 204,
  EM_INTELGT: 205,
  EM_KM32: 210,
  EM_KMX32: 211,
  EM_EMX16: 212,
  EM_EMX8: 213,
  EM_KVARC: 214,
  EM_CDP: 215,
  EM_COGE: 216,
  EM_COOL: 217,
  EM_NORC: 218,
  EM_CSR_KALIMBA: 219,
  EM_Z80: 220,
  EM_VISIUM: 221,
  EM_FT32: 222,
  EM_MOXIE: 223,
  EM_AMDGPU: 224,
  EM_RISCV: 243,
  EM_BPF: 247,
  EM_CSKY: 252,
  EM_LOONGARCH: 258,
  EM_ALPHA: 0x9026,
} as const;

/** e_phnum of a file whose count of program headers is in sh_info of section 0 */
export const PN_XNUM = 0xffff;

/** p_type */
export const PT = {
  PT_NULL: 0,
  /** Mapped into memory */
  PT_LOAD: 1,
  /** Dynamic linking information */
  PT_DYNAMIC: 2,
  /** Path of the program interpreter */
  PT_INTERP: 3,
  PT_NOTE: 4,
  PT_SHLIB: 5,
  /** The program header table itself */
  PT_PHDR: 6,
  /** Initial image of thread-local storage */
  PT_TLS: 7,
  PT_GNU_EH_FRAME: 0x6474e550,
  /** PF_X says whether the stack is executable */
  PT_GNU_STACK: 0x6474e551,
  /** Read-only after relocation */
  PT_GNU_RELRO: 0x6474e552,
  PT_GNU_PROPERTY: 0x6474e553,
  PT_GNU_SFRAME: 0x6474e554,
  PT_OPENBSD_MUTABLE: 0x65a3dbe5,
  PT_OPENBSD_RANDOMIZE: 0x65a3dbe6,
  PT_OPENBSD_WXNEEDED: 0x65a3dbe7,
  PT_OPENBSD_NOBTCFI: 0x65a3dbe8,
  PT_OPENBSD_BOOTDATA: 0x65a41be6,
} as const;

export const PT_MIPS = {
  PT_MIPS_REGINFO: 0x70000000,
  PT_MIPS_RTPROC: 0x70000001,
  PT_MIPS_OPTIONS: 0x70000002,
  PT_MIPS_ABIFLAGS: 0x70000003,
} as const;
export const PT_ARM = { PT_ARM_ARCHEXT: 0x70000000, PT_ARM_EXIDX: 0x70000001 } as const;
export const PT_AARCH64 = {
  PT_AARCH64_ARCHEXT: 0x70000000,
  PT_AARCH64_UNWIND: 0x70000001,
  PT_AARCH64_MEMTAG_MTE: 0x70000002,
} as const;
export const PT_RISCV = { PT_RISCV_ATTRIBUTES: 0x70000003 } as const;
export const PT_S390 = { PT_S390_PGSTE: 0x70000000 } as const;

/** p_flags */
export const PF = { PF_X: 1, PF_W: 2, PF_R: 4 } as const;

/** Special section indexes: st_shndx, e_shstrndx */
export const SHN = {
  SHN_UNDEF: 0,
  SHN_LORESERVE: 0xff00,
  SHN_ABS: 0xfff1,
  SHN_COMMON: 0xfff2,
  /** The index is elsewhere: sh_link of section 0, or SHT_SYMTAB_SHNDX */
  SHN_XINDEX: 0xffff,
} as const;

/** sh_type */
export const SHT = {
  SHT_NULL: 0,
  SHT_PROGBITS: 1,
  SHT_SYMTAB: 2,
  SHT_STRTAB: 3,
  SHT_RELA: 4,
  SHT_HASH: 5,
  SHT_DYNAMIC: 6,
  SHT_NOTE: 7,
  /** Takes no space in the file */
  SHT_NOBITS: 8,
  SHT_REL: 9,
  SHT_SHLIB: 10,
  SHT_DYNSYM: 11,
  SHT_INIT_ARRAY: 14,
  SHT_FINI_ARRAY: 15,
  SHT_PREINIT_ARRAY: 16,
  SHT_GROUP: 17,
  SHT_SYMTAB_SHNDX: 18,
  SHT_RELR: 19,
  SHT_ANDROID_REL: 0x60000001,
  SHT_ANDROID_RELA: 0x60000002,
  SHT_LLVM_ADDRSIG: 0x6fff4c03,
  SHT_ANDROID_RELR: 0x6fffff00,
  SHT_GNU_ATTRIBUTES: 0x6ffffff5,
  SHT_GNU_HASH: 0x6ffffff6,
  SHT_GNU_LIBLIST: 0x6ffffff7,
  SHT_CHECKSUM: 0x6ffffff8,
  SHT_GNU_verdef: 0x6ffffffd,
  SHT_GNU_verneed: 0x6ffffffe,
  SHT_GNU_versym: 0x6fffffff,
} as const;

export const SHT_ARM = {
  SHT_ARM_EXIDX: 0x70000001,
  SHT_ARM_PREEMPTMAP: 0x70000002,
  SHT_ARM_ATTRIBUTES: 0x70000003,
} as const;
export const SHT_MIPS = {
  SHT_MIPS_REGINFO: 0x70000006,
  SHT_MIPS_OPTIONS: 0x7000000d,
  SHT_MIPS_DWARF: 0x7000001e,
  SHT_MIPS_ABIFLAGS: 0x7000002a,
  SHT_MIPS_XHASH: 0x7000002b,
} as const;
export const SHT_X86_64 = { SHT_X86_64_UNWIND: 0x70000001 } as const;
export const SHT_AARCH64 = { SHT_AARCH64_ATTRIBUTES: 0x70000003 } as const;
export const SHT_RISCV = { SHT_RISCV_ATTRIBUTES: 0x70000003 } as const;

/** sh_flags */
export const SHF = {
  SHF_WRITE: 0x1,
  /** Occupies memory when the file runs */
  SHF_ALLOC: 0x2,
  SHF_EXECINSTR: 0x4,
  SHF_MERGE: 0x10,
  SHF_STRINGS: 0x20,
  SHF_INFO_LINK: 0x40,
  SHF_LINK_ORDER: 0x80,
  SHF_OS_NONCONFORMING: 0x100,
  SHF_GROUP: 0x200,
  SHF_TLS: 0x400,
  /** Begins with an Elf_Chdr */
  SHF_COMPRESSED: 0x800,
  SHF_GNU_RETAIN: 0x200000,
  SHF_EXCLUDE: 0x80000000,
} as const;

/** ch_type */
export const ELFCOMPRESS = { ELFCOMPRESS_ZLIB: 1, ELFCOMPRESS_ZSTD: 2 } as const;

/** d_tag */
export const DT = {
  /** End of the table */
  DT_NULL: 0,
  /** Name of a needed library, an offset in DT_STRTAB */
  DT_NEEDED: 1,
  DT_PLTRELSZ: 2,
  DT_PLTGOT: 3,
  DT_HASH: 4,
  DT_STRTAB: 5,
  DT_SYMTAB: 6,
  DT_RELA: 7,
  DT_RELASZ: 8,
  DT_RELAENT: 9,
  /** Size in bytes of DT_STRTAB */
  DT_STRSZ: 10,
  DT_SYMENT: 11,
  DT_INIT: 12,
  DT_FINI: 13,
  DT_SONAME: 14,
  /** Search path, also for what the needed libraries need; ignored beside DT_RUNPATH */
  DT_RPATH: 15,
  DT_SYMBOLIC: 16,
  DT_REL: 17,
  DT_RELSZ: 18,
  DT_RELENT: 19,
  DT_PLTREL: 20,
  DT_DEBUG: 21,
  /** Relocations may change a segment without PF_W */
  DT_TEXTREL: 22,
  DT_JMPREL: 23,
  DT_BIND_NOW: 24,
  DT_INIT_ARRAY: 25,
  DT_FINI_ARRAY: 26,
  DT_INIT_ARRAYSZ: 27,
  DT_FINI_ARRAYSZ: 28,
  /** Search path of this file alone */
  DT_RUNPATH: 29,
  DT_FLAGS: 30,
  DT_PREINIT_ARRAY: 32,
  DT_PREINIT_ARRAYSZ: 33,
  DT_SYMTAB_SHNDX: 34,
  DT_RELRSZ: 35,
  DT_RELR: 36,
  DT_RELRENT: 37,
  DT_ANDROID_REL: 0x6000000f,
  DT_ANDROID_RELSZ: 0x60000010,
  DT_ANDROID_RELA: 0x60000011,
  DT_ANDROID_RELASZ: 0x60000012,
  DT_ANDROID_RELR: 0x6fffe000,
  DT_ANDROID_RELRSZ: 0x6fffe001,
  DT_ANDROID_RELRENT: 0x6fffe003,
  DT_GNU_FLAGS_1: 0x6ffffdf4,
  DT_GNU_PRELINKED: 0x6ffffdf5,
  DT_GNU_CONFLICTSZ: 0x6ffffdf6,
  DT_GNU_LIBLISTSZ: 0x6ffffdf7,
  DT_CHECKSUM: 0x6ffffdf8,
  DT_PLTPADSZ: 0x6ffffdf9,
  DT_MOVEENT: 0x6ffffdfa,
  DT_MOVESZ: 0x6ffffdfb,
  DT_FEATURE_1: 0x6ffffdfc,
  DT_POSFLAG_1: 0x6ffffdfd,
  DT_SYMINSZ: 0x6ffffdfe,
  DT_SYMINENT: 0x6ffffdff,
  DT_GNU_HASH: 0x6ffffef5,
  DT_TLSDESC_PLT: 0x6ffffef6,
  DT_TLSDESC_GOT: 0x6ffffef7,
  DT_GNU_CONFLICT: 0x6ffffef8,
  DT_GNU_LIBLIST: 0x6ffffef9,
  DT_CONFIG: 0x6ffffefa,
  DT_DEPAUDIT: 0x6ffffefb,
  DT_AUDIT: 0x6ffffefc,
  DT_PLTPAD: 0x6ffffefd,
  DT_MOVETAB: 0x6ffffefe,
  DT_SYMINFO: 0x6ffffeff,
  DT_VERSYM: 0x6ffffff0,
  DT_RELACOUNT: 0x6ffffff9,
  DT_RELCOUNT: 0x6ffffffa,
  DT_FLAGS_1: 0x6ffffffb,
  DT_VERDEF: 0x6ffffffc,
  DT_VERDEFNUM: 0x6ffffffd,
  DT_VERNEED: 0x6ffffffe,
  DT_VERNEEDNUM: 0x6fffffff,
  DT_AUXILIARY: 0x7ffffffd,
  DT_USED: 0x7ffffffe,
  DT_FILTER: 0x7fffffff,
} as const;

export const DT_MIPS = {
  DT_MIPS_RLD_VERSION: 0x70000001,
  DT_MIPS_TIME_STAMP: 0x70000002,
  DT_MIPS_ICHECKSUM: 0x70000003,
  DT_MIPS_IVERSION: 0x70000004,
  DT_MIPS_FLAGS: 0x70000005,
  DT_MIPS_BASE_ADDRESS: 0x70000006,
  DT_MIPS_MSYM: 0x70000007,
  DT_MIPS_CONFLICT: 0x70000008,
  DT_MIPS_LIBLIST: 0x70000009,
  DT_MIPS_LOCAL_GOTNO: 0x7000000a,
  DT_MIPS_CONFLICTNO: 0x7000000b,
  DT_MIPS_LIBLISTNO: 0x70000010,
  /** Count of dynamic symbols */
  DT_MIPS_SYMTABNO: 0x70000011,
  DT_MIPS_UNREFEXTNO: 0x70000012,
  DT_MIPS_GOTSYM: 0x70000013,
  DT_MIPS_HIPAGENO: 0x70000014,
  DT_MIPS_RLD_MAP: 0x70000016,
  DT_MIPS_OPTIONS: 0x70000029,
  DT_MIPS_INTERFACE: 0x7000002a,
  DT_MIPS_GP_VALUE: 0x70000030,
  DT_MIPS_AUX_DYNAMIC: 0x70000031,
  DT_MIPS_PLTGOT: 0x70000032,
  DT_MIPS_RWPLT: 0x70000034,
  /** Offset of the debugger's map from this very entry: changes when the entry moves */
  DT_MIPS_RLD_MAP_REL: 0x70000035,
  DT_MIPS_XHASH: 0x70000036,
} as const;
/** DT_MIPS_FLAGS */
export const RHF = {
  RHF_QUICKSTART: 0x1,
  RHF_NOTPOT: 0x2,
  RHF_NO_LIBRARY_REPLACEMENT: 0x4,
  RHF_NO_MOVE: 0x8,
  RHF_SGI_ONLY: 0x10,
  RHF_GUARANTEE_INIT: 0x20,
  RHF_DELTA_C_PLUS_PLUS: 0x40,
  RHF_GUARANTEE_START_INIT: 0x80,
  RHF_PIXIE: 0x100,
  RHF_DEFAULT_DELAY_LOAD: 0x200,
  RHF_REQUICKSTART: 0x400,
  RHF_REQUICKSTARTED: 0x800,
  RHF_CORD: 0x1000,
  RHF_NO_UNRES_UNDEF: 0x2000,
  RHF_RLD_ORDER_SAFE: 0x4000,
} as const;
export const DT_AARCH64 = {
  DT_AARCH64_BTI_PLT: 0x70000001,
  DT_AARCH64_PAC_PLT: 0x70000003,
  DT_AARCH64_VARIANT_PCS: 0x70000005,
} as const;
export const DT_PPC = { DT_PPC_GOT: 0x70000000, DT_PPC_OPT: 0x70000001 } as const;
export const DT_PPC64 = {
  DT_PPC64_GLINK: 0x70000000,
  DT_PPC64_OPD: 0x70000001,
  DT_PPC64_OPDSZ: 0x70000002,
  DT_PPC64_OPT: 0x70000003,
} as const;
export const DT_RISCV = { DT_RISCV_VARIANT_CC: 0x70000001 } as const;
export const DT_ALPHA = { DT_ALPHA_PLTRO: 0x70000000 } as const;
export const DT_X86_64 = {
  DT_X86_64_PLT: 0x70000000,
  DT_X86_64_PLTSZ: 0x70000001,
  DT_X86_64_PLTENT: 0x70000003,
} as const;

/** DT_FLAGS */
export const DF = {
  DF_ORIGIN: 0x1,
  DF_SYMBOLIC: 0x2,
  DF_TEXTREL: 0x4,
  DF_BIND_NOW: 0x8,
  DF_STATIC_TLS: 0x10,
} as const;

/** DT_FLAGS_1 */
export const DF_1 = {
  DF_1_NOW: 0x1,
  DF_1_GLOBAL: 0x2,
  DF_1_GROUP: 0x4,
  DF_1_NODELETE: 0x8,
  DF_1_LOADFLTR: 0x10,
  DF_1_INITFIRST: 0x20,
  DF_1_NOOPEN: 0x40,
  DF_1_ORIGIN: 0x80,
  DF_1_DIRECT: 0x100,
  DF_1_TRANS: 0x200,
  DF_1_INTERPOSE: 0x400,
  /** Ignore the default library folders */
  DF_1_NODEFLIB: 0x800,
  DF_1_NODUMP: 0x1000,
  DF_1_CONFALT: 0x2000,
  DF_1_ENDFILTEE: 0x4000,
  DF_1_DISPRELDNE: 0x8000,
  DF_1_DISPRELPND: 0x10000,
  DF_1_NODIRECT: 0x20000,
  DF_1_IGNMULDEF: 0x40000,
  DF_1_NOKSYMS: 0x80000,
  DF_1_NOHDR: 0x100000,
  DF_1_EDITED: 0x200000,
  DF_1_NORELOC: 0x400000,
  DF_1_SYMINTPOSE: 0x800000,
  DF_1_GLOBAUDIT: 0x1000000,
  DF_1_SINGLETON: 0x2000000,
  DF_1_STUB: 0x4000000,
  /** A position independent executable, not a library */
  DF_1_PIE: 0x8000000,
  DF_1_KMOD: 0x10000000,
  DF_1_WEAKFILTER: 0x20000000,
  DF_1_NOCOMMON: 0x40000000,
} as const;

/** The upper four bits of st_info */
export const STB = {
  STB_LOCAL: 0,
  STB_GLOBAL: 1,
  STB_WEAK: 2,
  STB_GNU_UNIQUE: 10,
} as const;

/** The lower four bits of st_info */
export const STT = {
  STT_NOTYPE: 0,
  STT_OBJECT: 1,
  STT_FUNC: 2,
  STT_SECTION: 3,
  STT_FILE: 4,
  STT_COMMON: 5,
  STT_TLS: 6,
  STT_GNU_IFUNC: 10,
} as const;

/** The lower two bits of st_other */
export const STV = {
  STV_DEFAULT: 0,
  STV_INTERNAL: 1,
  STV_HIDDEN: 2,
  STV_PROTECTED: 3,
} as const;

/** vd_flags, vna_flags */
export const VER_FLG = {
  /** The version of the file itself (its SONAME) */
  VER_FLG_BASE: 1,
  /** The loader only warns when the version is missing */
  VER_FLG_WEAK: 2,
  VER_FLG_INFO: 4,
} as const;

/** Marks a version that is not the default: readelf's single `@` */
export const VERSYM_HIDDEN = 0x8000;
export const VERSYM_VERSION = 0x7fff;

/** n_type of notes whose name is `GNU` */
export const NT_GNU = {
  NT_GNU_ABI_TAG: 1,
  NT_GNU_HWCAP: 2,
  NT_GNU_BUILD_ID: 3,
  NT_GNU_GOLD_VERSION: 4,
  NT_GNU_PROPERTY_TYPE_0: 5,
} as const;

/** n_type of notes whose name is `Android` */
export const NT_ANDROID = {
  NT_ANDROID_TYPE_IDENT: 1,
  NT_ANDROID_TYPE_KUSER: 3,
  NT_ANDROID_TYPE_MEMTAG: 4,
} as const;

/** pr_type of a GNU property */
export const GNU_PROPERTY = {
  GNU_PROPERTY_STACK_SIZE: 1,
  GNU_PROPERTY_NO_COPY_ON_PROTECTED: 2,
  GNU_PROPERTY_MEMORY_SEAL: 3,
  GNU_PROPERTY_1_NEEDED: 0xb0008000,
} as const;
export const GNU_PROPERTY_X86 = {
  GNU_PROPERTY_X86_COMPAT_ISA_1_USED: 0xc0000000,
  GNU_PROPERTY_X86_COMPAT_ISA_1_NEEDED: 0xc0000001,
  GNU_PROPERTY_X86_FEATURE_1_AND: 0xc0000002,
  GNU_PROPERTY_X86_COMPAT_2_ISA_1_NEEDED: 0xc0008000,
  GNU_PROPERTY_X86_FEATURE_2_NEEDED: 0xc0008001,
  GNU_PROPERTY_X86_ISA_1_NEEDED: 0xc0008002,
  GNU_PROPERTY_X86_COMPAT_2_ISA_1_USED: 0xc0010000,
  GNU_PROPERTY_X86_FEATURE_2_USED: 0xc0010001,
  GNU_PROPERTY_X86_ISA_1_USED: 0xc0010002,
} as const;
export const GNU_PROPERTY_AARCH64 = {
  GNU_PROPERTY_AARCH64_FEATURE_1_AND: 0xc0000000,
} as const;
export const GNU_PROPERTY_RISCV = {
  GNU_PROPERTY_RISCV_FEATURE_1_AND: 0xc0000000,
} as const;

/** Bits of GNU_PROPERTY_X86_ISA_1_NEEDED and GNU_PROPERTY_X86_ISA_1_USED */
export const GNU_PROPERTY_X86_ISA_1 = {
  GNU_PROPERTY_X86_ISA_1_BASELINE: 1,
  GNU_PROPERTY_X86_ISA_1_V2: 2,
  GNU_PROPERTY_X86_ISA_1_V3: 4,
  GNU_PROPERTY_X86_ISA_1_V4: 8,
} as const;

/** Bits of GNU_PROPERTY_X86_FEATURE_1_AND */
export const GNU_PROPERTY_X86_FEATURE_1 = {
  GNU_PROPERTY_X86_FEATURE_1_IBT: 1,
  GNU_PROPERTY_X86_FEATURE_1_SHSTK: 2,
  GNU_PROPERTY_X86_FEATURE_1_LAM_U48: 4,
  GNU_PROPERTY_X86_FEATURE_1_LAM_U57: 8,
} as const;

/** Bits of GNU_PROPERTY_AARCH64_FEATURE_1_AND */
export const GNU_PROPERTY_AARCH64_FEATURE_1 = {
  GNU_PROPERTY_AARCH64_FEATURE_1_BTI: 1,
  GNU_PROPERTY_AARCH64_FEATURE_1_PAC: 2,
  GNU_PROPERTY_AARCH64_FEATURE_1_GCS: 4,
} as const;

/** e_flags of EM_ARM */
export const EF_ARM = {
  EF_ARM_EABIMASK: 0xff000000,
  EF_ARM_EABI_VER5: 0x05000000,
  EF_ARM_ABI_FLOAT_SOFT: 0x200,
  EF_ARM_ABI_FLOAT_HARD: 0x400,
} as const;

/** Tags of the `aeabi` build attributes in SHT_ARM_ATTRIBUTES ("Addenda to the ABI for the Arm Architecture") */
export const ARM_TAG = {
  Tag_File: 1,
  Tag_CPU_raw_name: 4,
  Tag_CPU_name: 5,
  Tag_CPU_arch: 6,
} as const;
