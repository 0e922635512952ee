/** Deflate streams of every kind, and a splice of one in memory. */
import { constants, deflateRawSync } from "node:zlib";
import { concatBytes } from "../../src/bytes.ts";
import type { Rewrite } from "../../src/rewrite.ts";
import { rewrittenSource } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";
import type { BlockIndex } from "../../src/zip/deflate-scan.ts";
import { indexBlocks } from "../../src/zip/deflate-scan.ts";
import { joinParts, planSplice } from "../../src/zip/deflate-splice.ts";
import { readPiece, sizeOf } from "../../src/zip/writer.ts";

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED } = constants;

/** How to compress: what zlib can be told, and where the stream is interrupted. */
export const KINDS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  stored: (bytes) => deflateRawSync(bytes, { level: 0 }),
  fast: (bytes) => deflateRawSync(bytes, { level: 1, memLevel: 4 }),
  usual: (bytes) => deflateRawSync(bytes, { memLevel: 5 }),
  best: (bytes) => deflateRawSync(bytes, { level: 9, memLevel: 4 }),
  "small blocks": (bytes) => deflateRawSync(bytes, { level: 6, memLevel: 2 }),
  fixed: (bytes) => deflateRawSync(bytes, { strategy: Z_FIXED }),
  "no matches": (bytes) => deflateRawSync(bytes, { strategy: Z_HUFFMAN_ONLY }),
  runs: (bytes) => deflateRawSync(bytes, { strategy: Z_RLE, memLevel: 3 }),
  filtered: (bytes) => deflateRawSync(bytes, { strategy: Z_FILTERED, memLevel: 3 }),
  "sync flushes": (bytes) => inParts(bytes, constants.Z_SYNC_FLUSH),
  "mixed parts": (bytes) => mixed(bytes),
};

/** As pigz does it: parts with the window before them as dictionary. */
function inParts(bytes: Uint8Array, finishFlush: number): Uint8Array {
  const size = Math.max(1, Math.ceil(bytes.length / 7));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += size) {
    const dictionary = bytes.subarray(Math.max(0, at - 32_768), at);
    const last = at + size >= bytes.length;
    parts.push(
      deflateRawSync(bytes.subarray(at, at + size), {
        finishFlush: last ? constants.Z_FINISH : finishFlush,
        ...(at === 0 ? {} : { dictionary }),
      }),
    );
  }
  return concatBytes(parts);
}

/** Stored, fixed and dynamic blocks in turn, and an empty last one. */
function mixed(bytes: Uint8Array): Uint8Array {
  const size = Math.max(1, Math.ceil(bytes.length / 5));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const turn = parts.length % 3;
    parts.push(
      deflateRawSync(bytes.subarray(at, at + size), {
        finishFlush: constants.Z_SYNC_FLUSH,
        level: turn === 0 ? 0 : 6,
        strategy: turn === 1 ? Z_FIXED : constants.Z_DEFAULT_STRATEGY,
      }),
    );
  }
  return concatBytes([...parts, Uint8Array.of(3, 0)]);
}

export function indexOf(stream: Uint8Array, size: number): BlockIndex | undefined {
  const walk = indexBlocks(memorySource(stream), size);
  for (;;) {
    const step = walk.next();
    if (step.done === true) return step.value;
  }
}

/** The stream of what `rewrite` makes of `content`, and how much of it was compressed anew. */
export function spliced(
  content: Uint8Array,
  stream: Uint8Array,
  rewrite: Rewrite,
): { readonly stream: Uint8Array; readonly fresh: number } | undefined {
  const index = indexOf(stream, content.length);
  if (index === undefined) return undefined;
  const source = memorySource(stream);
  const parts = planSplice(source, index, rewrite);
  if (parts === undefined) return undefined;
  const after = rewrittenSource(memorySource(content), rewrite);
  let fresh = 0;
  const encoded = parts.flatMap((part) => {
    if (part.kind === "kept") return [];
    fresh += part.end - part.start;
    const before = Math.max(0, part.start - 32_768);
    const dictionary = after.read(before, part.start - before);
    const bytes = deflateRawSync(after.read(part.start, part.end - part.start), {
      finishFlush: part.last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(dictionary.length === 0 ? {} : { dictionary }),
    });
    return [{ bytes }];
  });
  const pieces = joinParts(source, parts, encoded);
  return { stream: concatBytes(pieces.map((piece) => readPiece(piece, 0, sizeOf(piece)))), fresh };
}

/** Bytes that compress about as code does, the same for the same seed. */
export function codeLike(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 8;
  };
  for (let at = 0; at < size; ) {
    const length = Math.min(size - at, 1 + (random() % 24));
    const back = 1 + (random() % 40_000);
    if (at > back && random() % 3 !== 0) {
      for (let each = 0; each < length; each++) bytes[at + each] = bytes[at + each - back] ?? 0;
    } else {
      for (let each = 0; each < length; each++) bytes[at + each] = random() % 97;
    }
    at += length;
  }
  return bytes;
}
