/** Digests of sources, in one buffer whatever their size. */
import type { Compression, Hasher, HashName } from "./runtime.ts";
import type { Source } from "./source.ts";
import { readInto } from "./source.ts";

const BUFFER = 1 << 20;

/** Of all digests of more than a few bytes: thousands of buffers would be garbage for long. */
let shared: Uint8Array | undefined;
const SMALL = 16 << 10;

/** The digest of bytes that are all there, in one call where the runtime has one. */
export function digestBytes(
  { digest, hasher }: Pick<Compression, "digest" | "hasher">,
  name: HashName,
  bytes: Uint8Array,
): Uint8Array {
  if (digest !== undefined) return digest(name, bytes);
  const made = hasher(name);
  made.update(bytes);
  return made.digest();
}

/** What `hasher` makes of everything in `source`. */
export function digestOf(source: Source, hasher: Hasher): Uint8Array {
  shared ??= source.size > SMALL ? new Uint8Array(BUFFER) : undefined;
  const buffer = shared ?? new Uint8Array(source.size);
  for (let at = 0; at < source.size; at += buffer.length) {
    const bytes = buffer.subarray(0, source.size - at);
    readInto(source, at, bytes);
    hasher.update(bytes);
  }
  return hasher.digest();
}
