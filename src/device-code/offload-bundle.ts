/**
 * AMD's device code: bundles in `.hip_fatbin`. They are listed, not changed.
 *
 * Source: clang's documentation of the offload bundler, "Bundled code object files" and "Compressed".
 */
import { decodeUtf8Lossy } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import type { ByteRange, Source } from "../source.ts";

export interface OffloadEntry {
  /** `hipv4-amdgcn-amd-amdhsa--gfx942`; of a compressed bundle `compressed`. */
  readonly target: string;
  readonly size: number;
}

export interface OffloadBundle extends ByteRange {
  readonly compressed: boolean;
  readonly entries: readonly OffloadEntry[];
}

export interface OffloadCode {
  readonly bundles: readonly OffloadBundle[];
  /** What follows the last bundle that could be read; else `null`. */
  readonly unread: (ByteRange & { readonly reason: string }) | null;
}

const MAGIC = "__CLANG_OFFLOAD_BUNDLE__";
const COMPRESSED_MAGIC = "CCOB";
const MAX_BUNDLES = 1 << 18;
const MAX_ENTRIES = 1 << 12;
const MAX_NAME = 1 << 10;
const CHUNK = 1 << 16;

/** The bundles of the region, one after the other; zero bytes between them are skipped. */
export function readOffloadCode(region: Source): OffloadCode {
  const bundles: OffloadBundle[] = [];
  let at = 0;
  try {
    for (;;) {
      at = skipZeros(region, at);
      if (at === region.size) return { bundles, unread: null };
      if (bundles.length === MAX_BUNDLES) throw damaged("there are too many bundles", at);
      const bundle = readBundle(region, at);
      bundles.push(bundle);
      at = bundle.end;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { bundles, unread: { start: at, end: region.size, reason: error.message } };
  }
}

function skipZeros(region: Source, from: number): number {
  for (let at = from; at < region.size; at += CHUNK) {
    const bytes = region.read(at, Math.min(CHUNK, region.size - at));
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return at + found;
  }
  return region.size;
}

function readBundle(region: Source, start: number): OffloadBundle {
  const head = region.read(start, Math.min(32, region.size - start));
  const text = decodeUtf8Lossy(head.subarray(0, MAGIC.length));
  if (text.startsWith(COMPRESSED_MAGIC)) return readCompressed(region, start, head);
  if (text !== MAGIC || head.length < 32) throw damaged("there is no bundle", start);
  const count = numberAt(head, 24);
  if (count > MAX_ENTRIES) throw damaged("there are too many entries", start);
  const entries: OffloadEntry[] = [];
  let at = start + 32;
  let end = at;
  for (let index = 0; index < count; index++) {
    const row = region.read(at, 24);
    const [offset, size, length] = [numberAt(row, 0), numberAt(row, 8), numberAt(row, 16)];
    if (length > MAX_NAME) throw damaged("the name of an entry is too long", at);
    entries.push({ target: decodeUtf8Lossy(region.read(at + 24, length)), size });
    at += 24 + length;
    end = Math.max(end, at, start + offset + size);
  }
  if (end > region.size) throw damaged("the bundle ends behind its region", start);
  return { start, end, compressed: false, entries };
}

function readCompressed(region: Source, start: number, head: Uint8Array): OffloadBundle {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 24) throw damaged("the bundle's head is cut off", start);
  const version = view.getUint16(4, true);
  // Version 1 says nothing of its length: it takes the rest.
  const total =
    version >= 3
      ? numberAt(head, 8)
      : version === 2
        ? view.getUint32(8, true)
        : region.size - start;
  if (total < 24 || total > region.size - start) {
    throw damaged("the bundle ends behind its region", start);
  }
  const entries = [{ target: "compressed", size: total }];
  return { start, end: start + total, compressed: true, entries };
}

function numberAt(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function damaged(problem: string, offset: number): FormatError {
  return new FormatError(problem, { format: "offload bundle", record: "bundle", offset });
}
