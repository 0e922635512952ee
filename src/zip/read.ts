/** Reads whole members and holds them to what the headers promise. */
import { FormatError } from "../errors.ts";
import type { Problem } from "../finding.ts";
import type { Compression, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import { DEFLATED, STORED } from "./layout.ts";
import type { ZipCode } from "./rules.ts";

export interface Member {
  /** Empty when the member could not be read. */
  readonly bytes: Uint8Array;
  readonly problems: readonly Problem<ZipCode>[];
}

/** Members above this size (bytes, unpacked) are not read whole unless the caller says so. */
export const MEMBER_LIMIT: number = 256 << 20;

const EMPTY = new Uint8Array(0);

/**
 * The bytes of one member, with every check of its content: CRC-32 (ZIP023), size (ZIP024), end of
 * the deflate stream (ZIP025).
 *
 * @param limit members of more bytes are not unpacked but reported (ZIP030), so that memory is
 *   bounded by it and not by the archive.
 */
export function readMember(
  source: Source,
  entry: MemberSpan,
  compression: Compression,
  limit: number = MEMBER_LIMIT,
): Member {
  const { name, size, compressedSize, dataOffset } = entry;
  const fail = (code: ZipCode, message: string): Member => ({
    bytes: EMPTY,
    problems: [{ code, path: name, message }],
  });
  if (size > limit || compressedSize > limit + (limit >> 3) + 65_536) {
    return fail("ZIP030", `the member of ${size} bytes is over the limit of ${limit} bytes`);
  }
  if (dataOffset + compressedSize > source.size) {
    return fail("ZIP006", `the data of ${compressedSize} bytes run past the end of the archive`);
  }
  const packed = source.read(dataOffset, compressedSize);
  if (entry.method === STORED) {
    return { bytes: packed, problems: contentProblems(entry, packed, compression.crc32(packed)) };
  }
  if (entry.method !== DEFLATED) {
    return fail("ZIP020", `compression method ${entry.method} can't be read`);
  }
  try {
    const { bytes, consumed, overflow } = compression.inflateRaw(packed, size);
    if (overflow) {
      return fail("ZIP024", `the data unpack to more than the ${size} bytes that are declared`);
    }
    const problems = [...contentProblems(entry, bytes, compression.crc32(bytes))];
    if (consumed !== compressedSize) problems.unshift(trailingProblem(entry, consumed));
    return { bytes, problems };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return fail("ZIP025", `the deflate stream is broken: ${error.problem}`);
  }
}

function contentProblems(
  entry: MemberSpan,
  bytes: Uint8Array,
  crc32: number,
): readonly Problem<ZipCode>[] {
  return checkContent(entry, bytes.length, crc32);
}

/** The problems of a member that unpacked to `produced` bytes with this CRC-32. */
export function checkContent(
  entry: MemberSpan,
  produced: number,
  crc32: number,
): Problem<ZipCode>[] {
  const problems: Problem<ZipCode>[] = [];
  if (produced !== entry.size) {
    problems.push({
      code: "ZIP024",
      path: entry.name,
      message: `the data unpack to ${produced} bytes, the headers say ${entry.size}`,
    });
  }
  if (crc32 !== entry.crc32) {
    problems.push({
      code: "ZIP023",
      path: entry.name,
      message: `the CRC-32 of the data is ${hex(crc32)}, the headers say ${hex(entry.crc32)}`,
    });
  }
  return problems;
}

/** The problem of a deflate stream that ends before its data do. */
export function trailingProblem(entry: MemberSpan, consumed: number): Problem<ZipCode> {
  return {
    code: "ZIP025",
    path: entry.name,
    message: `the deflate stream ends after ${consumed} of ${entry.compressedSize} bytes`,
    at: { record: "file data", offset: entry.dataOffset + consumed },
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
