/**
 * A hash of symbol names: sets of exports cross threads as numbers, 4 bytes for each name. Two names of
 * one hash are taken for one, so that a check may miss a symbol and never invents one.
 */
import { encodeUtf8 } from "./bytes.ts";

export const SYMBOL_HASH_START = 5381;

/** One byte more: the hash of DT_GNU_HASH (`h * 33 + byte`, 32 bits), whose table lacks the lowest bit. */
export function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 33) + byte) >>> 0;
}

export function symbolHash(name: string): number {
  let hash = SYMBOL_HASH_START;
  for (const byte of encodeUtf8(name)) hash = nextHash(hash, byte);
  return hash >>> 1;
}
