/** A CodeDirectory: the hashes of all pages and of the other parts of a signature. */
import { decodeName, nameEnd } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import type { HashName } from "../../runtime.ts";
import { CS_HASHTYPE, CS_SUPPORTS } from "../signing-constants.ts";
import {
  BLOB,
  CodeDirectoryExecSegment,
  CodeDirectoryLimit64,
  type CodeDirectoryRecord,
  CodeDirectory as CodeDirectoryRecords,
  CodeDirectoryRuntime,
  CodeDirectoryTeam,
} from "../signing-layout.ts";

export interface CodeDirectory extends CodeDirectoryRecord {
  /** Of the SuperBlob's index. */
  readonly slot: number;
  readonly identifier: string;
  readonly team: string | null;
  /** Bytes that are hashed: codeLimit64 where it is set. */
  readonly limit: number;
  /** `null` before version 0x20400. */
  readonly execSegment: {
    readonly base: number;
    readonly limit: number;
    readonly flags: bigint;
  } | null;
  /** Version of the hardened runtime; 0 before version 0x20500. */
  readonly runtime: number;
  /** All bytes of the blob. */
  readonly bytes: Uint8Array;
}

const TEAM_AT = 48;
const LIMIT_64_AT = 52;
const EXEC_SEGMENT_AT = 64;
const RUNTIME_AT = 88;

/** @throws FormatError when a part of it is outside of the blob. */
export function parseCodeDirectory(slot: number, bytes: Uint8Array, base: number): CodeDirectory {
  const record = CodeDirectoryRecords.read(bytes, 0, BLOB, base);
  const { version, hashOffset, nSpecialSlots, nCodeSlots, hashSize, identOffset } = record;
  const bad = (problem: string, field: string, value: number): FormatError =>
    new FormatError(problem, {
      format: "macho",
      record: "CS_CodeDirectory",
      field,
      offset: base,
      value: `${value}`,
    });
  if (hashOffset < nSpecialSlots * hashSize || hashOffset + nCodeSlots * hashSize > bytes.length) {
    throw bad("the hashes do not fit in the blob", "hashOffset", hashOffset);
  }
  if (identOffset >= bytes.length) {
    throw bad("the identifier is outside of the blob", "identOffset", identOffset);
  }
  const text = (at: number): string => decodeName(bytes, at, nameEnd(bytes, at));
  const teamOffset =
    version >= CS_SUPPORTS.CS_SUPPORTSTEAMID
      ? CodeDirectoryTeam.read(bytes, TEAM_AT, BLOB, base).teamOffset
      : 0;
  const limit64 =
    version >= CS_SUPPORTS.CS_SUPPORTSCODELIMIT64
      ? CodeDirectoryLimit64.read(bytes, LIMIT_64_AT, BLOB, base).codeLimit64
      : 0;
  const segment =
    version >= CS_SUPPORTS.CS_SUPPORTSEXECSEG
      ? CodeDirectoryExecSegment.read(bytes, EXEC_SEGMENT_AT, BLOB, base)
      : null;
  return {
    ...record,
    slot,
    identifier: text(identOffset),
    team: teamOffset > 0 && teamOffset < bytes.length ? text(teamOffset) : null,
    limit: limit64 === 0 ? record.codeLimit : limit64,
    execSegment:
      segment === null
        ? null
        : {
            base: segment.execSegBase,
            limit: segment.execSegLimit,
            flags: segment.execSegFlags,
          },
    runtime:
      version >= CS_SUPPORTS.CS_SUPPORTSRUNTIME
        ? CodeDirectoryRuntime.read(bytes, RUNTIME_AT, BLOB, base).runtime
        : 0,
    bytes,
  };
}

/** The hash of a page, or of a special slot for a negative index; `null` outside of the table. */
export function hashAt(directory: CodeDirectory, index: number): Uint8Array | null {
  const { hashOffset, hashSize, nSpecialSlots, nCodeSlots, bytes } = directory;
  if (index < -nSpecialSlots || index >= nCodeSlots) return null;
  const at = hashOffset + index * hashSize;
  return bytes.subarray(at, at + hashSize);
}

/** `null` for a hash that is not known. Hashes are cut to the directory's `hashSize`. */
export function hashNameOf({ hashType }: CodeDirectory): HashName | null {
  switch (hashType) {
    case CS_HASHTYPE.CS_HASHTYPE_SHA1:
      return "sha1";
    case CS_HASHTYPE.CS_HASHTYPE_SHA256:
    case CS_HASHTYPE.CS_HASHTYPE_SHA256_TRUNCATED:
      return "sha256";
    case CS_HASHTYPE.CS_HASHTYPE_SHA384:
      return "sha384";
  }
  return null;
}

/** Bytes of a page; `pageSize` 0 means one page for everything. */
export function pageBytes({ pageSize, limit }: CodeDirectory): number {
  return pageSize === 0 ? Math.max(1, limit) : 2 ** pageSize;
}
