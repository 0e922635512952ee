/**
 * Decoding tables of deflate's Huffman codes.
 *
 * Source: RFC 1951 §3.2.
 */

/** Longest Huffman code, in bits. */
export const MAX_BITS = 15;
/** The symbol that ends a block; those above it are match lengths. */
export const END_OF_BLOCK = 256;
/** Symbols that a stream may use: 286 and 287 take part in the fixed code only. */
export const LENGTH_SYMBOLS = 286;
export const DISTANCE_SYMBOLS = 30;
/** How far back a match reaches at most, in bytes. */
export const WINDOW = 32_768;

/** Order in which the lengths of the code length code are stored. */
export const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/** Extra bits and shortest match of the symbols 257 to 285. */
export const LENGTH_EXTRA: Uint8Array = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
export const LENGTH_BASE: Uint16Array = Uint16Array.of(
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115],
  ...[131, 163, 195, 227, 258],
);
/** Extra bits and shortest distance of the distance symbols. */
export const DISTANCE_EXTRA: Uint8Array = Uint8Array.from({ length: DISTANCE_SYMBOLS }, (_, code) =>
  Math.max(0, (code >> 1) - 1),
);
export const DISTANCE_BASE: Uint16Array = Uint16Array.from(
  { length: DISTANCE_SYMBOLS },
  (_, code) => (code < 4 ? code : (2 + (code & 1)) << ((code >> 1) - 1)) + 1,
);

/** A Huffman code: a table for codes up to some length, and the canonical order for longer ones. */
export interface HuffmanCode {
  /** By the next `tableBits` bits: `symbol << 4 | length`; 0: a longer code, or none. */
  readonly table: Uint16Array;
  readonly tableBits: number;
  /** Codes of each length. */
  readonly counts: Uint16Array;
  /** By code. */
  readonly symbols: Uint16Array;
}

export function makeCode(tableBits: number, symbols: number): HuffmanCode {
  return {
    table: new Uint16Array(1 << tableBits),
    tableBits,
    counts: new Uint16Array(MAX_BITS + 1),
    symbols: new Uint16Array(symbols),
  };
}

const offsets = new Uint16Array(MAX_BITS + 2);

/**
 * Fills `code` from the lengths of its symbols' codes.
 *
 * @returns `false` when there are more codes than the lengths allow. Too few are fine as long as
 *   the stream does not use what is missing.
 */
export function fillCode(code: HuffmanCode, lengths: Uint8Array): boolean {
  const { table, tableBits, counts, symbols } = code;
  counts.fill(0);
  table.fill(0);
  for (let symbol = 0; symbol < lengths.length; symbol++) count(counts, lengths[symbol] ?? 0);
  counts[0] = 0;
  let left = 1;
  offsets[1] = 0;
  for (let length = 1; length <= MAX_BITS; length++) {
    left = left * 2 - (counts[length] ?? 0);
    if (left < 0) return false;
    offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0);
  }
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const at = offsets[length] ?? 0;
    symbols[at] = symbol;
    offsets[length] = at + 1;
  }
  let bits = 0;
  let index = 0;
  for (let length = 1; length <= tableBits; length++) {
    const step = 1 << length;
    const number = counts[length] ?? 0;
    for (let each = 0; each < number; each++) {
      const entry = ((symbols[index++] ?? 0) << 4) | length;
      for (let at = bits; at < table.length; at += step) table[at] = entry;
      bits = nextReversed(bits, length);
    }
  }
  return true;
}

function count(counts: Uint16Array, length: number): void {
  counts[length] = (counts[length] ?? 0) + 1;
}

/** The code behind this one, both with their first bit lowest. */
function nextReversed(bits: number, length: number): number {
  let bit = 1 << (length - 1);
  while (bit > 0 && (bits & bit) !== 0) bit >>= 1;
  return bit === 0 ? 0 : (bits & (bit - 1)) | bit;
}

/**
 * Reads one code bit by bit.
 *
 * @param bits at least the next 15 bits of the stream.
 * @returns `symbol << 4 | length`; 0 when there is no such code.
 */
export function readLongCode({ counts, symbols }: HuffmanCode, bits: number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_BITS; length++) {
    code |= (bits >> (length - 1)) & 1;
    const number = counts[length] ?? 0;
    if (code - number < first) return ((symbols[index + code - first] ?? 0) << 4) | length;
    index += number;
    first = (first + number) << 1;
    code <<= 1;
  }
  return 0;
}

/** Lengths of the fixed codes. */
export const FIXED_LENGTHS: Uint8Array = Uint8Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
});
export const FIXED_DISTANCES: Uint8Array = new Uint8Array(32).fill(5);
