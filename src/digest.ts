/** Digests of sources, in one buffer whatever their size. */
import type { Hasher } from "./runtime.ts";
import type { Source } from "./source.ts";
import { readInto } from "./source.ts";

const BUFFER = 1 << 20;

/** What `hasher` makes of everything in `source`. */
export function digestOf(source: Source, hasher: Hasher): Uint8Array {
  const buffer = new Uint8Array(Math.min(source.size, BUFFER));
  for (let at = 0; at < source.size; at += buffer.length) {
    const bytes = buffer.subarray(0, source.size - at);
    readInto(source, at, bytes);
    hasher.update(bytes);
  }
  return hasher.digest();
}
