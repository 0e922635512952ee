/** The code signature: a SuperBlob with code directories, requirements, entitlements, certificates. */
import { FormatError } from "../../errors.ts";
import type { Source } from "../../source.ts";
import { CSMAGIC, CSSLOT, CSSLOT_ALTERNATE_CODEDIRECTORY_MAX } from "../signing-constants.ts";
import { BLOB, BlobIndex, GenericBlob, SuperBlob } from "../signing-layout.ts";
import { type CodeDirectory, hashNameOf, pageBytes, parseCodeDirectory } from "./code-directory.ts";
import type { TableRange } from "./linkedit.ts";

export interface Blob {
  readonly slot: number;
  readonly magic: number;
  /** Byte offset from the SuperBlob. */
  readonly at: number;
  /** With its head of 8 bytes. */
  readonly bytes: Uint8Array;
}

export interface Signature extends TableRange {
  readonly blobs: readonly Blob[];
  /** The one at slot 0 first, then the alternate ones. */
  readonly directories: readonly CodeDirectory[];
  /** What is wrong with it without looking at a hash; empty: nothing. */
  readonly faults: readonly string[];
}

/** Bytes; a library of 1 GB has hashes of 8 MB. */
const MAX_SIGNATURE = 1 << 28;
const MAX_BLOBS = 64;

/**
 * Reads the signature of a slice, as far as it can be read.
 *
 * @param source the slice.
 */
export function parseSignature(source: Source, { offset, size }: TableRange): Signature {
  if (offset + size > source.size || size > MAX_SIGNATURE) {
    const faults = ["the signature is not inside the file"];
    return { offset, size, blobs: [], directories: [], faults };
  }
  return readSignature(source.read(offset, size), { offset, size }, source.size);
}

/** @param bytes the signature. @param sliceSize bytes of the slice that it is the end of. */
export function readSignature(
  bytes: Uint8Array,
  { offset, size }: TableRange,
  sliceSize: number,
): Signature {
  const faults: string[] = [];
  const blobs: Blob[] = [];
  const directories: CodeDirectory[] = [];
  try {
    blobs.push(...readBlobs(bytes, offset));
    for (const blob of blobs) {
      if (!isDirectorySlot(blob.slot)) continue;
      if (blob.magic !== CSMAGIC.CSMAGIC_CODEDIRECTORY) {
        faults.push("the blob in the place of a code directory is something else");
      } else directories.push(parseCodeDirectory(blob.slot, blob.bytes, offset + blob.at));
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    faults.push(error.message);
  }
  if (directories.length === 0 && faults.length === 0) faults.push("it has no code directory");
  for (const directory of directories) faults.push(...directoryFaults(directory, offset));
  if (offset + size !== sliceSize) faults.push("it is not the last thing in the file");
  if (offset % 8 !== 0) faults.push("it does not begin at a multiple of 8 bytes");
  directories.sort((a, b) => a.slot - b.slot);
  return { offset, size, blobs, directories, faults };
}

function isDirectorySlot(slot: number): boolean {
  const alternate = slot - CSSLOT.CSSLOT_ALTERNATE_CODEDIRECTORIES;
  return (
    slot === CSSLOT.CSSLOT_CODEDIRECTORY ||
    (alternate >= 0 && alternate < CSSLOT_ALTERNATE_CODEDIRECTORY_MAX)
  );
}

function readBlobs(bytes: Uint8Array, base: number): Blob[] {
  const bad = (problem: string, field: string, value: number): FormatError =>
    new FormatError(problem, {
      format: "macho",
      record: "CS_SuperBlob",
      field,
      offset: base,
      value: `${value}`,
    });
  const { magic, length, count } = SuperBlob.read(bytes, 0, BLOB, base);
  if (magic !== CSMAGIC.CSMAGIC_EMBEDDED_SIGNATURE) {
    throw bad("this is not a signature", "magic", magic);
  }
  const head = SuperBlob.sizeOf("blob");
  const stride = BlobIndex.sizeOf("blob");
  if (length > bytes.length) throw bad("the signature is cut off", "length", length);
  if (count > MAX_BLOBS || head + count * stride > length) {
    throw bad("the index does not fit in the signature", "count", count);
  }
  const blobs: Blob[] = [];
  for (let index = 0; index < count; index++) {
    const { type, offset } = BlobIndex.read(bytes, head + index * stride, BLOB, base);
    const blob = GenericBlob.read(bytes.subarray(0, length), offset, BLOB, base);
    if (blob.length < 8 || offset + blob.length > length) {
      throw bad("a part of the signature is cut off", "offset", offset);
    }
    const whole = bytes.subarray(offset, offset + blob.length);
    blobs.push({ slot: type, magic: blob.magic, at: offset, bytes: whole });
  }
  return blobs;
}

function directoryFaults(directory: CodeDirectory, dataoff: number): string[] {
  const faults: string[] = [];
  const { limit, nCodeSlots, pageSize } = directory;
  if (limit !== dataoff) faults.push(`it covers ${limit} bytes of ${dataoff}`);
  if (hashNameOf(directory) === null) faults.push(`hash type ${directory.hashType} is unknown`);
  if (pageSize > 31) faults.push(`a page of 2^${pageSize} bytes is too large`);
  else if (nCodeSlots !== Math.ceil(limit / pageBytes(directory))) {
    faults.push(`it has ${nCodeSlots} page hashes, which is not one for each page`);
  }
  return faults;
}

/** The directory that current systems judge by: the one with the best hash. */
export function bestDirectory({ directories }: Signature): CodeDirectory | undefined {
  const rank = ({ hashType, hashSize }: CodeDirectory): number => hashType * 100 + hashSize;
  return [...directories].sort((a, b) => rank(b) - rank(a))[0];
}

/** The content of the certificates' blob; empty for an ad-hoc signature. */
export function cmsOf({ blobs }: Signature): Uint8Array {
  const blob = blobs.find(({ slot }) => slot === CSSLOT.CSSLOT_SIGNATURESLOT);
  return blob === undefined ? new Uint8Array() : blob.bytes.subarray(8);
}
