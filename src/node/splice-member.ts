/** Writes a changed member with as much of its old deflate stream as still holds. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Rewrite } from "../rewrite.ts";
import type { MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import { readInto, sliceSource } from "../source.ts";
import type { BlockIndex } from "../zip/deflate-scan.ts";
import { joinParts, planSplice } from "../zip/deflate-splice.ts";
import { DEFLATED } from "../zip/layout.ts";
import type { Piece } from "../zip/writer.ts";
import { layoutSource, sizeOf } from "../zip/writer.ts";
import type { DeflateResult, RangeOptions } from "./deflate.ts";
import { DeflateSink, deflateRange } from "./deflate.ts";

/** A deflated member of a wheel. */
export interface DeflatedMember {
  /** The stream, and nothing behind it. */
  readonly stream: Source;
  /** The blocks are looked up by another thread. */
  readonly isLarge: boolean;
  /** Begins to look up the blocks. */
  prepare(): void;
  /** `undefined`: they can't be told. */
  index(): Promise<BlockIndex | undefined>;
}

/** Smaller members (bytes, unpacked) are compressed sooner than their blocks are found, by code that is cold. */
const LEAST_SIZE = 2 << 20;
/** Members of this size (bytes, unpacked) are indexed while they are unpacked. */
const LARGE_SIZE = 32 << 20;

/**
 * @param lookUp finds the blocks of the member.
 * @returns `undefined` for a member that is better compressed as a whole.
 */
export function deflatedMember(
  archive: Source,
  span: MemberSpan,
  lookUp: () => Promise<BlockIndex | undefined>,
): DeflatedMember | undefined {
  const { method, size, dataOffset, compressedSize } = span;
  if (method !== DEFLATED || size < LEAST_SIZE) return undefined;
  let found: Promise<BlockIndex | undefined> | undefined;
  const index = (): Promise<BlockIndex | undefined> => {
    // Whatever goes wrong there, the member can still be compressed as a whole.
    found ??= lookUp().catch(() => undefined);
    return found;
  };
  return {
    stream: sliceSource(archive, dataOffset, compressedSize),
    isLarge: size > LARGE_SIZE,
    prepare: () => void index(),
    index,
  };
}

/**
 * Compresses `content`, which `rewrite` makes of the member's, and hashes it.
 *
 * That the result inflates to `content` is seen when the finished wheel is audited.
 *
 * @returns `undefined` when there is nothing to keep, or not enough.
 */
export async function spliceMember(
  member: DeflatedMember | undefined,
  rewrite: Rewrite,
  content: Source,
  options: RangeOptions & { readonly spoolBeside: string },
): Promise<{ readonly packed: DeflateResult; readonly sha256: Uint8Array } | undefined> {
  if (member === undefined) return undefined;
  // Another thread may still be at it.
  const digests = member.isLarge ? digestsOf(content) : undefined;
  const index = await member.index();
  const { stream } = member;
  const parts = index === undefined ? undefined : planSplice(stream, index, rewrite);
  if (parts === undefined) return undefined;
  const sink = new DeflateSink(options.spoolBeside);
  try {
    const ranges: { readonly start: number; readonly size: number }[] = [];
    for (const part of parts) {
      if (part.kind === "kept") continue;
      const start = sink.size;
      await deflateRange(content, part, options, sink);
      ranges.push({ start, size: sink.size - start });
    }
    const source = sink.source();
    const pieces = joinParts(
      stream,
      parts,
      ranges.map((range) => ({ source, ...range })),
    );
    const compressedSize = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
    if (compressedSize >= content.size) {
      sink.close();
      return undefined;
    }
    const { sha256, crc32: checksum } = digests ?? digestsOf(content);
    const packed: DeflateResult = {
      method: DEFLATED,
      crc32: checksum,
      size: content.size,
      compressedSize,
      data: dataOf(pieces, compressedSize),
      close: () => sink.close(),
    };
    return { packed, sha256 };
  } catch (error) {
    sink.close();
    throw error;
  }
}

function dataOf(pieces: readonly Piece[], size: number): Piece {
  return { source: layoutSource({ pieces, size }), start: 0, size };
}

function digestsOf(content: Source): { readonly sha256: Uint8Array; readonly crc32: number } {
  const hash = createHash("sha256");
  let checksum = 0;
  const buffer = new Uint8Array(Math.min(content.size, 1 << 18));
  for (let at = 0; at < content.size; at += buffer.length) {
    const bytes = buffer.subarray(0, content.size - at);
    readInto(content, at, bytes);
    hash.update(bytes);
    checksum = crc32(bytes, checksum);
  }
  return { sha256: hash.digest(), crc32: checksum };
}
