/** Hashes of pages, and whether they are those that a signature has. */
import { bytesEqual } from "../../bytes.ts";
import type { FormatTools } from "../../format.ts";
import type { Hasher, HashName } from "../../runtime.ts";
import type { Source } from "../../source.ts";
import { readInto } from "../../source.ts";
import { CSSLOT } from "../signing-constants.ts";
import { type CodeDirectory, hashAt, hashNameOf, pageBytes } from "./code-directory.ts";
import type { Signature } from "./signature.ts";

/** Bytes of each digest. */
const DIGEST_SIZE: Readonly<Record<HashName, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

export interface PageHasher {
  /** The next bytes; what is behind `limit` is ignored. */
  add(bytes: Uint8Array): void;
  /** The digests one after the other; the last page ends at `limit`. */
  finish(): Uint8Array;
}

/**
 * Hashes pages of bytes that come in order.
 *
 * @param pageSize bytes of a page.
 * @param limit bytes that are hashed; must be bounded by the file's size.
 */
export function pageHasher(
  tools: FormatTools,
  name: HashName,
  pageSize: number,
  limit: number,
): PageHasher {
  const width = DIGEST_SIZE[name];
  const digests = new Uint8Array(Math.ceil(limit / pageSize) * width);
  let done = 0;
  let page = 0;
  let filled = 0;
  let hasher: Hasher | null = null;
  const close = (digest: Uint8Array): void => {
    digests.set(digest, page * width);
    page++;
    filled = 0;
    hasher = null;
  };
  const append = (bytes: Uint8Array): void => {
    if (filled === 0 && bytes.length === pageSize && tools.digestText !== undefined) {
      const text = tools.digestText(name, bytes);
      const at = page * width;
      for (let index = 0; index < width; index++) digests[at + index] = text.charCodeAt(index);
      page++;
      return;
    }
    hasher ??= tools.hasher(name);
    hasher.update(bytes);
    filled += bytes.length;
    if (filled === pageSize) close(hasher.digest());
  };
  return {
    add(bytes) {
      const wanted = Math.min(bytes.length, limit - done);
      for (let at = 0; at < wanted; ) {
        const part = Math.min(pageSize - filled, wanted - at);
        append(bytes.subarray(at, at + part));
        at += part;
      }
      done += wanted;
    },
    finish() {
      if (hasher !== null) close(hasher.digest());
      return digests;
    },
  };
}

const CHUNK = 1 << 20;

/** The digests of the first `limit` bytes of a slice. */
export function hashPages(
  source: Source,
  tools: FormatTools,
  name: HashName,
  pageSize: number,
  limit: number,
): Uint8Array {
  const pages = pageHasher(tools, name, pageSize, limit);
  // What lies in memory is looked at where it is; everything else shares one buffer.
  const direct = source.readInto === undefined;
  const buffer = new Uint8Array(direct ? 0 : Math.min(CHUNK, limit));
  for (let at = 0; at < limit; at += CHUNK) {
    const length = Math.min(CHUNK, limit - at);
    const part = direct ? source.read(at, length) : buffer.subarray(0, length);
    if (!direct) readInto(source, at, part);
    pages.add(part);
  }
  return pages.finish();
}

/** The number of pages whose hash is another one. */
function wrongPages(directory: CodeDirectory, digests: Uint8Array): number {
  const name = hashNameOf(directory);
  if (name === null) return directory.nCodeSlots;
  const width = DIGEST_SIZE[name];
  const { bytes, hashOffset, hashSize, nCodeSlots } = directory;
  let wrong = 0;
  // Large files have tens of thousands, so they are compared where they lie.
  for (let page = 0; page < nCodeSlots; page++) {
    const expected = hashOffset + page * hashSize;
    const found = page * width;
    let index = 0;
    while (index < hashSize && bytes[expected + index] === digests[found + index]) index++;
    if (index < hashSize) wrong++;
  }
  return wrong;
}

/** What is wrong with the hashes of all pages and parts of a signature; empty: nothing. */
export function hashFaults(source: Source, signature: Signature, tools: FormatTools): string[] {
  const faults: string[] = [];
  for (const directory of signature.directories) {
    const name = hashNameOf(directory);
    if (name === null || directory.limit > source.size || directory.pageSize > 31) continue;
    const digests = hashPages(source, tools, name, pageBytes(directory), directory.limit);
    faults.push(...pageFaults(directory, digests));
  }
  return [...faults, ...partFaults(signature, tools)];
}

export function pageFaults(directory: CodeDirectory, digests: Uint8Array): string[] {
  const wrong = wrongPages(directory, digests);
  return wrong === 0 ? [] : [`${wrong} of ${directory.nCodeSlots} page hashes are wrong`];
}

/** Requirements and entitlements against their slots. Info.plist and resources lie outside of the file. */
export function partFaults(signature: Signature, tools: FormatTools): string[] {
  const faults: string[] = [];
  for (const directory of signature.directories) {
    const name = hashNameOf(directory);
    if (name === null) continue;
    for (const { slot, bytes } of signature.blobs) {
      if (slot <= CSSLOT.CSSLOT_CODEDIRECTORY || slot > directory.nSpecialSlots) continue;
      const hasher = tools.hasher(name);
      hasher.update(bytes);
      const digest = hasher.digest().subarray(0, directory.hashSize);
      const expected = hashAt(directory, -slot);
      if (expected === null || !bytesEqual(expected, digest)) {
        faults.push(`the hash of slot ${slot} is wrong`);
      }
    }
  }
  return faults;
}
