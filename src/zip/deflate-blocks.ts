/**
 * Walks the blocks of a raw deflate stream: where each one begins, at the precision of a bit, and
 * which bytes it yields, without inflating them.
 *
 * Only the lengths of what is decoded count, so a table entry may stand for several literals at
 * once, and nothing is copied. Source: RFC 1951.
 */
import type { Source } from "../source.ts";
import type { HuffmanCode } from "./deflate-tables.ts";
import {
  CODE_LENGTH_ORDER,
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIXED_DISTANCES,
  FIXED_LENGTHS,
  fillCode,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LENGTH_SYMBOLS,
  makeCode,
  readLongCode,
} from "./deflate-tables.ts";

/** Compressed bytes at hand. */
const CHUNK = 1 << 20;
/** More bytes than any block header has, so that one is always at hand whole. */
const MARGIN = 1024;
/** Blocks are read symbol by symbol for so many bytes of output. */
const SHORT_BLOCK = 2048;
const LITERAL_BITS = 11;
const LITERAL_MASK = (1 << LITERAL_BITS) - 1;
const DISTANCE_BITS = 11;
const DISTANCE_MASK = (1 << DISTANCE_BITS) - 1;

// An entry for the next 11 bits: bits used (4 bits), what comes behind them (3), extra bits of a
// length (5), bytes yielded (from bit 16).
const KIND_MASK = 7 << 4;
const KIND_LITERALS = 0 << 4;
const KIND_MATCH = 1 << 4;
const KIND_MATCH_EXTRA = 2 << 4;
const KIND_END = 3 << 4;
const KIND_LONG = 4 << 4;
const OUT_SHIFT = 16;
const EXTRA_SHIFT = 8;

const END = 1;
const MORE = 0;
const BAD = -1;
const TOUCHED = 2;
type Status = typeof END | typeof MORE | typeof BAD | typeof TOUCHED;

/** A range of output; a match that reads any of it is a reason to look no further. */
export interface Zone {
  readonly start: number;
  readonly end: number;
}

/** The codes of a block, and what is worked out from them for long ones. */
interface Codes {
  readonly literals: HuffmanCode;
  readonly distances: HuffmanCode;
  /** Whether the two tables below are filled. */
  prepared: boolean;
  readonly counting: Int32Array;
  /** Bits of a distance with its extra bits; 0: look closer. */
  readonly skips: Uint8Array;
}

function makeCodes(): Codes {
  return {
    literals: makeCode(LITERAL_BITS, LENGTH_SYMBOLS + 2),
    distances: makeCode(DISTANCE_BITS, 32),
    prepared: false,
    counting: new Int32Array(1 << LITERAL_BITS),
    skips: new Uint8Array(1 << DISTANCE_BITS),
  };
}

/** Reads block after block from any block's beginning. The fields tell of the block read last. */
export class BlockReader {
  /** Offset of its header from the stream's beginning, in bits. */
  startBit = 0;
  endBit = 0;
  /** Offset of its first byte in the output. */
  outStart = 0;
  outEnd = 0;
  final = false;
  /** One of its matches reads from a zone. */
  touched = false;

  readonly #source: Source;
  readonly #buffer = new Uint8Array(CHUNK + MARGIN);
  readonly #view = new DataView(this.#buffer.buffer);
  /** Byte of the stream at the buffer's beginning. */
  #base = 0;
  /** The next bit in the buffer. */
  #bit = 0;
  /** From this bit on the buffer must be filled again. */
  #limit = -1;
  #out = 0;
  readonly #outLimit: number;
  #zones: readonly Zone[] = [];

  readonly #own: Codes = makeCodes();
  #fixed: Codes | undefined;
  /** Those of the present block. */
  #codes: Codes = this.#own;
  readonly #lengthCode = makeCode(7, 19);
  readonly #lengths = new Uint8Array(LENGTH_SYMBOLS + 2 + 32);

  /**
   * @param source the stream, and nothing behind it.
   * @param outLimit no sound stream yields more bytes.
   */
  constructor(source: Source, outLimit: number) {
    this.#source = source;
    this.#outLimit = outLimit;
  }

  /** Goes to the beginning of a block. */
  seek(bit: number, out: number): void {
    this.#base = Math.floor(bit / 8);
    this.#bit = bit % 8;
    this.#limit = -1;
    this.endBit = bit;
    this.outEnd = out;
    this.#out = out;
  }

  /**
   * Reads the next block.
   *
   * @param zones matches that read from these set `touched`.
   * @returns `false` when the stream is broken or goes on too long.
   */
  next(zones: readonly Zone[] = []): boolean {
    this.startBit = this.endBit;
    this.outStart = this.outEnd;
    this.touched = false;
    this.#zones = zones;
    if (!this.#fill()) return false;
    const header = this.#take(3);
    this.final = (header & 1) !== 0;
    const kind = header >> 1;
    const sound = kind === 0 ? this.#stored() : kind !== 3 && this.#compressed(kind);
    this.endBit = this.#base * 8 + this.#bit;
    this.outEnd = this.#out;
    return sound && this.#out <= this.#outLimit && this.endBit <= this.#source.size * 8;
  }

  /** Has at least a block header's bytes at hand, unless the stream ends before. */
  #fill(): boolean {
    if (this.#bit < this.#limit) return true;
    const start = this.#base + (this.#bit >> 3);
    const left = this.#source.size - start;
    if (left <= 0) return false;
    const part = Math.min(CHUNK, left);
    this.#buffer.set(this.#source.read(start, part));
    this.#buffer.fill(0, part, part + MARGIN);
    this.#base = start;
    this.#bit &= 7;
    // Behind the stream's end there are zeros: whoever reads them is found out by `next`.
    this.#limit = (part < left ? part - MARGIN : part) * 8;
    return true;
  }

  #peek(): number {
    return this.#view.getInt32(this.#bit >> 3, true) >> (this.#bit & 7);
  }

  /** @param count at most 16. */
  #take(count: number): number {
    const value = this.#peek() & ((1 << count) - 1);
    this.#bit += count;
    return value;
  }

  #stored(): boolean {
    this.#bit = (this.#bit + 7) & ~7;
    const size = this.#take(16);
    if (this.#take(16) !== (size ^ 0xffff)) return false;
    this.#bit += size * 8;
    this.#out += size;
    return true;
  }

  #compressed(kind: number): boolean {
    if (kind === 2 ? !this.#dynamicCodes() : !this.#fixedCodes()) return false;
    // The tables for counting pay for blocks of some length only.
    let until = this.#zones.length > 0 ? Number.POSITIVE_INFINITY : this.#out + SHORT_BLOCK;
    for (;;) {
      const checks = this.#out < until;
      const status = checks ? this.#check(until) : this.#count();
      if (status === END) return true;
      if (status === BAD || this.#out > this.#outLimit) return false;
      if (status === TOUCHED) {
        this.touched = true;
        until = 0;
      } else if (!(checks && this.#out >= until) && !this.#fill()) return false;
    }
  }

  #fixedCodes(): boolean {
    if (this.#fixed === undefined) {
      this.#fixed = makeCodes();
      fillCode(this.#fixed.literals, FIXED_LENGTHS);
      fillCode(this.#fixed.distances, FIXED_DISTANCES);
    }
    this.#codes = this.#fixed;
    return true;
  }

  #dynamicCodes(): boolean {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const codes = this.#take(4) + 4;
    if (literals > LENGTH_SYMBOLS || distances > DISTANCE_SYMBOLS) return false;
    const lengths = this.#lengths;
    lengths.fill(0, 0, 19);
    for (let index = 0; index < codes; index++) {
      lengths[CODE_LENGTH_ORDER[index] ?? 0] = this.#take(3);
    }
    if (!fillCode(this.#lengthCode, lengths.subarray(0, 19))) return false;
    const total = literals + distances;
    for (let at = 0; at < total; ) {
      const entry = this.#lengthCode.table[this.#peek() & 127] ?? 0;
      if (entry === 0) return false;
      this.#bit += entry & 15;
      const symbol = entry >> 4;
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) return false;
      const value = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
      const repeat = symbol === 16 ? 3 + this.#take(2) : this.#repeatZeros(symbol);
      if (at + repeat > total) return false;
      lengths.fill(value, at, at + repeat);
      at += repeat;
    }
    this.#codes = this.#own;
    this.#own.prepared = false;
    return (
      fillCode(this.#own.literals, lengths.subarray(0, literals)) &&
      fillCode(this.#own.distances, lengths.subarray(literals, total))
    );
  }

  #repeatZeros(symbol: number): number {
    return symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
  }

  /** The hot loop: two loads for a match, one for up to eleven literals. */
  #count(): Status {
    const view = this.#view;
    const codes = this.#codes;
    if (!codes.prepared) prepareCounting(codes);
    const { counting, skips, literals, distances } = codes;
    const limit = this.#limit;
    let bit = this.#bit;
    let out = this.#out;
    let status: Status = MORE;
    while (bit < limit) {
      const word = view.getInt32(bit >> 3, true) >> (bit & 7);
      const entry = counting[word & LITERAL_MASK] as number;
      const kind = entry & KIND_MASK;
      const used = entry & 15;
      bit += used;
      out += entry >> OUT_SHIFT;
      if (kind === KIND_LITERALS) continue;
      if (kind === KIND_MATCH) {
        const skip = skips[(word >> used) & DISTANCE_MASK] as number;
        if (skip !== 0) {
          bit += skip;
          continue;
        }
      } else if (kind === KIND_MATCH_EXTRA) {
        const extra = (entry >> EXTRA_SHIFT) & 31;
        out += (word >> used) & ((1 << extra) - 1);
        bit += extra;
      } else if (kind === KIND_END) {
        status = END;
        break;
      } else {
        const long = readLongCode(literals, word);
        const symbol = long >> 4;
        bit += long & 15;
        if (long === 0 || symbol >= LENGTH_SYMBOLS) {
          status = BAD;
          break;
        }
        if (symbol < END_OF_BLOCK) {
          out++;
          continue;
        }
        if (symbol === END_OF_BLOCK) {
          status = END;
          break;
        }
        const extra = LENGTH_EXTRA[symbol - 257] as number;
        const next = view.getInt32(bit >> 3, true) >> (bit & 7);
        out += (LENGTH_BASE[symbol - 257] as number) + (next & ((1 << extra) - 1));
        bit += extra;
      }
      const skip = distanceBits(distances, view.getInt32(bit >> 3, true) >> (bit & 7));
      if (skip === 0) {
        status = BAD;
        break;
      }
      bit += skip;
    }
    this.#bit = bit;
    this.#out = out;
    return status;
  }

  /** Symbol by symbol up to `until` bytes of output, with a look at what each match reads. */
  #check(until: number): Status {
    const view = this.#view;
    const { literals, distances } = this.#codes;
    const limit = this.#limit;
    let bit = this.#bit;
    let out = this.#out;
    let status: Status = MORE;
    while (bit < limit && out < until) {
      const entry = readCode(literals, view.getInt32(bit >> 3, true) >> (bit & 7));
      const symbol = entry >> 4;
      bit += entry & 15;
      if (entry === 0 || symbol >= LENGTH_SYMBOLS) {
        status = BAD;
        break;
      }
      if (symbol < END_OF_BLOCK) {
        out++;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        status = END;
        break;
      }
      const lengthExtra = LENGTH_EXTRA[symbol - 257] as number;
      let word = view.getInt32(bit >> 3, true) >> (bit & 7);
      const length = (LENGTH_BASE[symbol - 257] as number) + (word & ((1 << lengthExtra) - 1));
      bit += lengthExtra;
      word = view.getInt32(bit >> 3, true) >> (bit & 7);
      const distanceEntry = readCode(distances, word);
      const code = distanceEntry >> 4;
      if (distanceEntry === 0 || code >= DISTANCE_SYMBOLS) {
        status = BAD;
        break;
      }
      bit += distanceEntry & 15;
      word = view.getInt32(bit >> 3, true) >> (bit & 7);
      const extra = DISTANCE_EXTRA[code] as number;
      const distance = (DISTANCE_BASE[code] as number) + (word & ((1 << extra) - 1));
      bit += extra;
      const from = out - distance;
      if (from < 0) {
        status = BAD;
        break;
      }
      const to = Math.min(from + length, out);
      out += length;
      if (this.#zones.some(({ start, end }) => from < end && to > start)) {
        status = TOUCHED;
        break;
      }
    }
    this.#bit = bit;
    this.#out = out;
    return status;
  }
}

/** `symbol << 4 | length` of the next code; 0: there is none. */
function readCode(code: HuffmanCode, bits: number): number {
  const entry = code.table[bits & (code.table.length - 1)] ?? 0;
  return entry === 0 ? readLongCode(code, bits) : entry;
}

/** Bits of the next distance with its extra bits; 0: there is none. */
function distanceBits(distances: HuffmanCode, bits: number): number {
  const entry = readCode(distances, bits);
  const symbol = entry >> 4;
  if (entry === 0 || symbol >= DISTANCE_SYMBOLS) return 0;
  return (entry & 15) + (DISTANCE_EXTRA[symbol] ?? 0);
}

/** Folds as many symbols as fit in 11 bits into each entry. */
function prepareCounting(codes: Codes): void {
  const { table } = codes.literals;
  const { counting, skips } = codes;
  codes.prepared = true;
  for (let bits = 0; bits <= LITERAL_MASK; bits++) {
    let used = 0;
    let out = 0;
    let kind = KIND_LITERALS;
    let extra = 0;
    while (kind === KIND_LITERALS) {
      const entry = table[bits >> used] ?? 0;
      const length = entry & 15;
      if (length === 0 || used + length > LITERAL_BITS) {
        if (used === 0) kind = KIND_LONG;
        break;
      }
      const symbol = entry >> 4;
      if (symbol < END_OF_BLOCK) {
        used += length;
        out++;
        continue;
      }
      used += length;
      if (symbol === END_OF_BLOCK) {
        kind = KIND_END;
        break;
      }
      const code = symbol - 257;
      extra = LENGTH_EXTRA[code] ?? 0;
      out += LENGTH_BASE[code] ?? 0;
      kind = extra === 0 ? KIND_MATCH : KIND_MATCH_EXTRA;
      if (symbol >= LENGTH_SYMBOLS) {
        used = 0;
        kind = KIND_LONG;
      } else if (used + extra <= LITERAL_BITS) {
        out += (bits >> used) & ((1 << extra) - 1);
        used += extra;
        extra = 0;
        kind = KIND_MATCH;
      }
    }
    counting[bits] = used | kind | (extra << EXTRA_SHIFT) | (out << OUT_SHIFT);
  }
  const distances = codes.distances.table;
  for (let bits = 0; bits <= DISTANCE_MASK; bits++) {
    const entry = distances[bits] ?? 0;
    const symbol = entry >> 4;
    const valid = entry !== 0 && symbol < DISTANCE_SYMBOLS;
    skips[bits] = valid ? (entry & 15) + (DISTANCE_EXTRA[symbol] ?? 0) : 0;
  }
}
