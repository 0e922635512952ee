/** One entry of a container: a cubin, PTX or something that only its own tools understand. */
import { CODEC_BITS, FLAG, KIND } from "./constants.ts";
import { FATBIN, type FatEntry, FatEntryRecord } from "./layout.ts";

/** How a payload is stored. `unknown`: obfuscated, or by a method that no public source describes. */
export type DeviceCodec = "raw" | "lz4" | "zstd" | "unknown";
export type DeviceKind = "ptx" | "sass" | "nvvm" | "other";

export interface DeviceEntry {
  /** Byte offset of the entry's header in the region. */
  readonly start: number;
  readonly headerSize: number;
  /** Stored bytes behind the header, with padding. */
  readonly payloadSize: number;
  /** Stored bytes without the padding. */
  readonly storedSize: number;
  /** Bytes of the payload once decoded. */
  readonly size: number;
  readonly kind: DeviceKind;
  readonly rawKind: number;
  readonly codec: DeviceCodec;
  /** Ten times the compute capability: 80, 90, 120. */
  readonly arch: number;
  /** `a`: exactly this GPU; `f`: its family. */
  readonly suffix: "" | "a" | "f";
  /** The low 32 bits. */
  readonly flags: number;
  /** PTX: version of its instruction set. Cubin: version of its ABI. */
  readonly major: number;
  readonly minor: number;
}

/** Bytes of the fixed part of an entry's header. */
export const ENTRY_HEADER: number = FatEntryRecord.sizeOf(FATBIN.variant);

/** An entry from its header at `start` of a region. */
export function entryOf(header: FatEntry, start: number): DeviceEntry {
  const { kind, flags, arch, major, minor, payload_size, header_size } = header;
  const codec = codecOf(header);
  const stored = codec === "raw" ? payload_size : header.compressed_size || payload_size;
  return {
    start,
    headerSize: header_size,
    payloadSize: payload_size,
    storedSize: stored,
    size: codec === "raw" ? payload_size : header.decompressed_size,
    kind: kindOf(kind),
    rawKind: kind,
    codec,
    arch,
    suffix: suffixOf(flags),
    flags,
    major,
    minor,
  };
}

function kindOf(kind: number): DeviceKind {
  if (kind === KIND.PTX) return "ptx";
  if (kind === KIND.ELF) return "sass";
  return kind === KIND.NVVM ? "nvvm" : "other";
}

function suffixOf(flags: number): DeviceEntry["suffix"] {
  if ((flags & FLAG.ARCH_SPECIFIC) !== 0) return "a";
  return (flags & FLAG.FAMILY_SPECIFIC) !== 0 ? "f" : "";
}

function codecOf({ flags, key, compressed_size, decompressed_size }: FatEntry): DeviceCodec {
  if ((flags & FLAG.OBFUSCATED) !== 0 || key !== 0n) return "unknown";
  const bits = flags & CODEC_BITS;
  // A size without a method, or the other way round, is a header that no driver would read this way.
  if (bits === 0) return compressed_size === 0 && decompressed_size === 0 ? "raw" : "unknown";
  if (bits === FLAG.LZ4) return "lz4";
  return bits === FLAG.ZSTD ? "zstd" : "unknown";
}

/** `sm_90a`, `compute_80`, `nvvm_75`. */
export function targetName({ kind, arch, suffix }: DeviceEntry): string {
  const prefix = { ptx: "compute", sass: "sm", nvvm: "nvvm", other: "other" }[kind];
  return `${prefix}_${arch}${suffix}`;
}
