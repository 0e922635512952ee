/**
 * Numbers of CUDA's fat binaries.
 *
 * Sources: NVIDIA's `fatbinary_section.h` (wrapper), LLVM's OffloadWrapper, the public notes of
 * n-eiling/cuda-fatbin-decompression, jiegec/fatbinary and bechirBOUALI/cuda-fatbin-precedence
 * (entry header, flags), and what published wheels contain.
 */

export const WRAPPER = {
  MAGIC: 0x466243b1,
  /** The wrapper of a HIP module. */
  HIP_MAGIC: 0x48495046,
  /** `data` names one container. */
  PLAIN: 1,
  /** Device-linked (-rdc): the last field names an array that is filled at run time. */
  LINKED: 2,
} as const;

export const CONTAINER = {
  MAGIC: 0xba55ed50,
  /** Of CUDA 4 and before. */
  ANCIENT_MAGIC: 0x1ee55a01,
  VERSION: 1,
} as const;

/** What an entry holds. */
export const KIND = {
  PTX: 0x1,
  /** SASS: a cubin. */
  ELF: 0x2,
  CUBIN: 0x4,
  /** NVVM IR for link-time optimisation. */
  NVVM: 0x8,
  MERCURY: 0x10,
  INDEX: 0x20,
  RELOCATABLE_PTX: 0x40,
  TILE_IR: 0x80,
  GROUP: 0x100,
} as const;

/** Bits of an entry's flags; those not listed are kept as they are. */
export const FLAG = {
  BITS_64: 0x1,
  DEBUG: 0x2,
  ZLIB: 0x1000,
  LZ4: 0x2000,
  LZ4_SECOND: 0x4000,
  ZSTD: 0x8000,
  OBFUSCATED: 0x1_0000,
  /** `sm_90a`: for exactly that GPU. */
  ARCH_SPECIFIC: 0x10_0000,
  /** `sm_100f`: for the GPUs of that family. */
  FAMILY_SPECIFIC: 0x20_0000,
  /** Of two cubins for one architecture the one without it is taken. */
  LATER_CHOICE: 0x100_0000,
} as const;

/** Every bit that names how the payload is stored. */
export const CODEC_BITS: number = FLAG.ZLIB | FLAG.LZ4 | FLAG.LZ4_SECOND | FLAG.ZSTD;

/** ELF machine number of a cubin. */
export const EM_CUDA = 190;
