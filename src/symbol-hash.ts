/**
 * Hashes of symbol names: sets of exports cross threads as numbers, 4 bytes for each name. Two names of
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
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    // Hardly any name needs an array of its bytes, which takes as long as the hash itself.
    if (code >= 0x80) return hashOf(encodeUtf8(name));
    hash = nextHash(hash, code);
  }
  return hash >>> 1;
}

/** The hash of a name from `start` to `end`; `undefined` where it isn't ASCII, and has to be decoded. */
export function asciiHash(bytes: Uint8Array, start: number, end: number): number | undefined {
  let hash = SYMBOL_HASH_START;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return undefined;
    hash = nextHash(hash, byte);
  }
  return hash >>> 1;
}

function hashOf(bytes: Uint8Array): number {
  let hash = SYMBOL_HASH_START;
  for (const byte of bytes) hash = nextHash(hash, byte);
  return hash >>> 1;
}

/** All 32 bits of FNV-1a over UTF-16 code units, for lists that are only asked whether they lack a name. */
export function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
