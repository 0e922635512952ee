/**
 * A deflate stream for changed content, made of the stream for the old one: blocks that still mean
 * the same are copied, the others are compressed anew.
 *
 * Copied blocks begin at the same bit of a byte as before, so they are ranges of the old stream and
 * nothing has to be shifted. Where new blocks end at another bit, empty blocks fill the gap.
 */
import type { Rewrite } from "../rewrite.ts";
import type { Source } from "../source.ts";
import type { BlockIndex } from "./deflate-scan.ts";
import { findDirtyRuns } from "./deflate-scan.ts";
import type { Piece } from "./writer.ts";

/** A part of the spliced stream. */
export type StreamPart =
  /** Bits of the old stream. */
  | { readonly kind: "kept"; readonly startBit: number; readonly endBit: number }
  /** A range of the new content that must be compressed; `last`: it ends the stream. */
  | { readonly kind: "new"; readonly start: number; readonly end: number; readonly last: boolean };

/**
 * Which parts of the old stream stay.
 *
 * @param source the stream that `index` was made of; `rewrite` is of its output.
 * @returns `undefined` when it does not pay: most of the content would be compressed anew.
 */
export function planSplice(
  source: Source,
  index: BlockIndex,
  rewrite: Rewrite,
): readonly StreamPart[] | undefined {
  const runs = findDirtyRuns(source, index, rewrite);
  if (runs === undefined) return undefined;
  const parts: StreamPart[] = [];
  let startBit = 0;
  let fresh = 0;
  for (const run of runs) {
    if (run.startBit > startBit) parts.push({ kind: "kept", startBit, endBit: run.startBit });
    const last = run.endBit === index.endBit;
    const start = movedBoundary(rewrite, run.outStart);
    const end = last ? rewrite.size : movedBoundary(rewrite, run.outEnd);
    parts.push({ kind: "new", start, end, last });
    fresh += end - start;
    startBit = run.endBit;
  }
  if (startBit < index.endBit) parts.push({ kind: "kept", startBit, endBit: index.endBit });
  return fresh <= rewrite.size / 2 ? parts : undefined;
}

/** Where the byte that was at `at` is now, with what is put before it. */
function movedBoundary({ splices }: Rewrite, at: number): number {
  let shift = 0;
  for (const splice of splices) {
    if (splice.at >= at) break;
    shift += splice.zeros + splice.bytes.length - splice.remove;
  }
  return at + shift;
}

/**
 * The spliced stream.
 *
 * @param source the old stream.
 * @param encoded for each part of the new content its raw deflate blocks: they end at a byte, and
 *   the last block is final where the part is the last one.
 */
export function joinParts(
  source: Source,
  parts: readonly StreamPart[],
  encoded: readonly Piece[],
): readonly Piece[] {
  const joiner = new Joiner(source);
  let next = 0;
  for (const part of parts) {
    if (part.kind === "kept") {
      joiner.keep(part.startBit, part.endBit);
      continue;
    }
    const piece = encoded[next++];
    if (piece !== undefined && pieceSize(piece) > 0) joiner.add(piece);
  }
  return joiner.end();
}

function pieceSize(piece: Piece): number {
  return "bytes" in piece ? piece.bytes.length : piece.size;
}

class Joiner {
  readonly #source: Source;
  readonly #pieces: Piece[] = [];
  #bytes: number[] = [];
  /** Bits that don't fill a byte yet, and how many they are. */
  #tail = 0;
  #tailBits = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  keep(startBit: number, endBit: number): void {
    this.#turnTo(startBit % 8);
    let first = Math.floor(startBit / 8);
    const end = Math.floor(endBit / 8);
    if (first < end && this.#tailBits > 0) {
      this.#bytes.push(this.#tail | (this.#byte(first) & ~ones(this.#tailBits)));
      this.#tail = 0;
      this.#tailBits = 0;
      first++;
    }
    if (first < end) {
      this.#flush();
      this.#pieces.push({ source: this.#source, start: first, size: end - first });
    }
    const bits = endBit % 8;
    if (bits > this.#tailBits) {
      this.#tail |= this.#byte(end) & ones(bits) & ~ones(this.#tailBits);
      this.#tailBits = bits;
    }
  }

  add(piece: Piece): void {
    if (this.#tailBits > 0) this.#putEmptyStored();
    this.#flush();
    this.#pieces.push(piece);
  }

  end(): readonly Piece[] {
    if (this.#tailBits > 0) this.#bytes.push(this.#tail);
    this.#flush();
    return this.#pieces;
  }

  /** Empty blocks until the next bit is bit `phase` of its byte. */
  #turnTo(phase: number): void {
    let rest = (phase - this.#tailBits + 8) % 8;
    if (rest % 2 === 1) {
      this.#put(ODD_EMPTY_BLOCK);
      rest = (rest + 8 - (ODD_EMPTY_BLOCK.length % 8)) % 8;
    }
    for (; rest > 0; rest -= 2) this.#put(EVEN_EMPTY_BLOCK);
  }

  /** An empty stored block: it ends at a byte. */
  #putEmptyStored(): void {
    this.#put([0, 0, 0]);
    while (this.#tailBits > 0) this.#put([0]);
    this.#bytes.push(0, 0, 0xff, 0xff);
  }

  #put(bits: readonly number[]): void {
    for (const bit of bits) {
      this.#tail |= bit << this.#tailBits++;
      if (this.#tailBits < 8) continue;
      this.#bytes.push(this.#tail);
      this.#tail = 0;
      this.#tailBits = 0;
    }
  }

  #byte(offset: number): number {
    return this.#source.read(offset, 1)[0] ?? 0;
  }

  #flush(): void {
    if (this.#bytes.length === 0) return;
    this.#pieces.push({ bytes: Uint8Array.from(this.#bytes) });
    this.#bytes = [];
  }
}

function ones(count: number): number {
  return (1 << count) - 1;
}

/** Bits of a number, lowest first. */
function bitsOf(value: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, bit) => (value >> bit) & 1);
}

/** A block with the fixed codes and nothing in it: 10 bits. */
const EVEN_EMPTY_BLOCK: readonly number[] = [...bitsOf(0b010, 3), ...bitsOf(0, 7)];

/**
 * A block with codes of its own and nothing in it: 99 bits. All its codes are complete, because
 * strict readers want them so.
 *
 * Code lengths: 254 zeros in two runs, then 1, 2, 2 for the symbols 254 to 256, then 1, 1 for two
 * distances. Their code: `18` is `0`, `1` is `10`, `2` is `11`.
 */
const ODD_EMPTY_BLOCK: readonly number[] = [
  ...bitsOf(0b100, 3),
  ...bitsOf(0, 5),
  ...bitsOf(1, 5),
  ...bitsOf(14, 4),
  // In the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: 18 has one bit, 2 and 1 have two.
  ...[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2].flatMap((length) => bitsOf(length, 3)),
  ...[0, ...bitsOf(138 - 11, 7)],
  ...[0, ...bitsOf(116 - 11, 7)],
  ...[1, 0],
  ...[1, 1],
  ...[1, 1],
  ...[1, 0],
  ...[1, 0],
  // The code of 256: the last of `0`, `10`, `11`.
  ...[1, 1],
];
