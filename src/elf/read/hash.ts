/**
 * The symbol hash tables, as far as they tell how many dynamic symbols there are.
 *
 * Sources: gABI chapter 5 (DT_HASH); binutils `bfd/elflink.c` and glibc `elf/dl-lookup.c` (DT_GNU_HASH).
 */
import type { Source } from "../../source.ts";
import { EM } from "../constants.ts";
import type { ElfContext } from "../layout.ts";
import { type Region, regionReader } from "./region.ts";

interface SysvHash {
  readonly nbucket: number;
  /** Equals the count of symbols. */
  readonly nchain: number;
  /** Bytes of each word: 4, but 8 on s390x and alpha. */
  readonly word: 4 | 8;
}

/** `undefined` when the table does not fit the bytes that are there. */
export function parseSysvHash(
  source: Source,
  region: Region,
  context: ElfContext,
  machine: number,
): SysvHash | undefined {
  const head = source.read(region.offset, Math.min(16, region.size));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const wide = context.variant === "elf64" && (machine === EM.EM_S390 || machine === EM.EM_ALPHA);
  // lld writes words of 4 bytes everywhere; read as 8, those are too large for any file.
  for (const word of wide ? ([8, 4] as const) : ([4] as const)) {
    if (head.length < 2 * word) continue;
    const number = (at: number): number =>
      word === 4
        ? view.getUint32(at, context.littleEndian)
        : Number(view.getBigUint64(at, context.littleEndian));
    const nbucket = number(0);
    const nchain = number(word);
    // Static programs have a table of one symbol and no bucket.
    if (nbucket + nchain > 0 && (2 + nbucket + nchain) * word <= region.size) {
      return { nbucket, nchain, word };
    }
  }
  return undefined;
}

interface GnuHash {
  readonly nbuckets: number;
  /** Index of the first symbol that can be looked up; those before it are imports and locals. */
  readonly symoffset: number;
  readonly bloomSize: number;
  /** One more than the highest symbol index in a bucket; 0 when no symbol can be looked up. */
  readonly count: number;
  /** Bytes from the table's start to the words of the symbols, of which `symoffset` has the first. */
  readonly chains: number;
}

/** `undefined` when the table does not fit the bytes that are there. */
export function parseGnuHash(
  source: Source,
  region: Region,
  context: ElfContext,
): GnuHash | undefined {
  if (region.size < 16) return undefined;
  const word = wordReader(source.read(region.offset, 16), context);
  const nbuckets = word(0);
  const symoffset = word(1);
  const bloomSize = word(2);
  const buckets = 16 + bloomSize * (context.variant === "elf64" ? 8 : 4);
  const chains = buckets + nbuckets * 4;
  if (chains > region.size) return undefined;

  const bucket = wordReader(source.read(region.offset + buckets, nbuckets * 4), context);
  let highest = 0;
  for (let index = 0; index < nbuckets; index++) {
    const symbol = bucket(index);
    if (symbol > highest) highest = symbol;
  }
  if (highest === 0) return { nbuckets, symoffset, bloomSize, count: 0, chains };
  if (highest < symoffset) return undefined;

  // The chain of the highest bucket ends at the last symbol: its word has the lowest bit set.
  const read = regionReader(source, region);
  for (let symbol = highest; ; symbol++) {
    const bytes = read(chains + (symbol - symoffset) * 4, 4);
    if (bytes.length < 4) return undefined;
    if ((wordReader(bytes, context)(0) & 1) === 1) {
      return { nbuckets, symoffset, bloomSize, count: symbol + 1, chains };
    }
  }
}

function wordReader(bytes: Uint8Array, context: ElfContext): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (index) => view.getUint32(index * 4, context.littleEndian);
}
