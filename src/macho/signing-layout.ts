/**
 * The structures of a code signature: big-endian, whatever the file is.
 *
 * Sources: xnu `osfmk/kern/cs_blobs.h`; Security `codedirectory.h`.
 */
import { type RecordOf, type Struct, type StructContext, struct } from "../struct.ts";

export const BLOB: StructContext<"blob"> = { variant: "blob", littleEndian: false };

const SUPER_BLOB = [
  ["magic", "u32"],
  ["length", "size32"],
  ["count", "u32"],
] as const;
/** `count` {@link BlobIndex} follow. */
export type SuperBlobRecord = RecordOf<typeof SUPER_BLOB>;
export const SuperBlob: Struct<"blob", SuperBlobRecord> = struct("macho", "CS_SuperBlob", {
  blob: SUPER_BLOB,
});

const BLOB_INDEX = [
  ["type", "u32"],
  ["offset", "off32"],
] as const;
/** `offset` counts from the SuperBlob. */
export type BlobIndexRecord = RecordOf<typeof BLOB_INDEX>;
export const BlobIndex: Struct<"blob", BlobIndexRecord> = struct("macho", "CS_BlobIndex", {
  blob: BLOB_INDEX,
});

const GENERIC_BLOB = [
  ["magic", "u32"],
  ["length", "size32"],
] as const;
export type GenericBlobRecord = RecordOf<typeof GENERIC_BLOB>;
export const GenericBlob: Struct<"blob", GenericBlobRecord> = struct("macho", "CS_GenericBlob", {
  blob: GENERIC_BLOB,
});

const CODE_DIRECTORY = [
  ["magic", "u32"],
  ["length", "size32"],
  ["version", "u32"],
  ["flags", "u32"],
  ["hashOffset", "off32"],
  ["identOffset", "off32"],
  ["nSpecialSlots", "u32"],
  ["nCodeSlots", "u32"],
  ["codeLimit", "size32"],
  ["hashSize", "u8"],
  ["hashType", "u8"],
  ["platform", "u8"],
  ["pageSize", "u8"],
  ["spare2", "u32"],
] as const;
/** What every version has; `pageSize` is the binary logarithm, 0: one page for all. */
export type CodeDirectoryRecord = RecordOf<typeof CODE_DIRECTORY>;
export const CodeDirectory: Struct<"blob", CodeDirectoryRecord> = struct(
  "macho",
  "CS_CodeDirectory",
  { blob: CODE_DIRECTORY },
);

const SCATTER = [["scatterOffset", "off32"]] as const;
const TEAM = [["teamOffset", "off32"]] as const;
const LIMIT_64 = [
  ["spare3", "u32"],
  ["codeLimit64", "size64"],
] as const;
const EXEC_SEGMENT = [
  ["execSegBase", "off64"],
  ["execSegLimit", "size64"],
  ["execSegFlags", "u64"],
] as const;
const RUNTIME = [
  ["runtime", "u32"],
  ["preEncryptOffset", "off32"],
] as const;

/** What versions added, in file order after {@link CodeDirectory}. */
export const CodeDirectoryScatter: Struct<"blob", RecordOf<typeof SCATTER>> = struct(
  "macho",
  "CS_CodeDirectory",
  { blob: SCATTER },
);
export const CodeDirectoryTeam: Struct<"blob", RecordOf<typeof TEAM>> = struct(
  "macho",
  "CS_CodeDirectory",
  { blob: TEAM },
);
export const CodeDirectoryLimit64: Struct<"blob", RecordOf<typeof LIMIT_64>> = struct(
  "macho",
  "CS_CodeDirectory",
  { blob: LIMIT_64 },
);
export const CodeDirectoryExecSegment: Struct<"blob", RecordOf<typeof EXEC_SEGMENT>> = struct(
  "macho",
  "CS_CodeDirectory",
  { blob: EXEC_SEGMENT },
);
export const CodeDirectoryRuntime: Struct<"blob", RecordOf<typeof RUNTIME>> = struct(
  "macho",
  "CS_CodeDirectory",
  { blob: RUNTIME },
);
