/** The structures of a fat binary. Little-endian on every platform. */
import { type RecordOf, type Struct, type StructContext, struct } from "../struct.ts";

export const FATBIN: StructContext<"any"> = { variant: "any", littleEndian: true };

const WRAPPER_FIELDS = [
  ["magic", "u32"],
  ["version", "u32"],
  /** Address of a container. */
  ["data", "addr64"],
  ["filename_or_fatbins", "addr64"],
] as const;
/** `__fatBinC_Wrapper_t`, of which `.nvFatBinSegment` is an array. */
export type FatWrapper = RecordOf<typeof WRAPPER_FIELDS>;
export const FatWrapperRecord: Struct<"any", FatWrapper> = struct("fatbin", "wrapper", {
  any: WRAPPER_FIELDS,
});

const CONTAINER_FIELDS = [
  ["magic", "u32"],
  ["version", "u16"],
  ["header_size", "u16"],
  /** Bytes of the entries that follow, the header not counted. Drivers take it as signed 32 bits. */
  ["fat_size", "size64"],
] as const;
/** Head of a container. */
export type FatContainer = RecordOf<typeof CONTAINER_FIELDS>;
export const FatContainerRecord: Struct<"any", FatContainer> = struct("fatbin", "container", {
  any: CONTAINER_FIELDS,
});

const ENTRY_FIELDS = [
  ["kind", "u16"],
  ["version", "u16"],
  ["header_size", "u32"],
  /** Stored bytes with their padding. */
  ["payload_size", "size64"],
  /** Exact compressed bytes; 0 when the payload is stored as it is. */
  ["compressed_size", "u32"],
  ["options_off", "u32"],
  ["minor", "u16"],
  ["major", "u16"],
  ["arch", "u32"],
  ["ident_off", "u32"],
  ["ident_len", "u32"],
  /** The low half; bits of the high half are not known. */
  ["flags", "u32"],
  ["flags_high", "u32"],
  ["key", "u64"],
  /** 0 when the payload is stored as it is. */
  ["decompressed_size", "size64"],
] as const;
/** Fixed part of an entry's header; options and identifiers may follow inside `header_size`. */
export type FatEntry = RecordOf<typeof ENTRY_FIELDS>;
export const FatEntryRecord: Struct<"any", FatEntry> = struct("fatbin", "entry", {
  any: ENTRY_FIELDS,
});
