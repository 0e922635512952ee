/** Whether the page hashes of a signature are right: told by a pass over all bytes of a file. */
import { FormatError } from "../../errors.ts";
import type { ContentCheck, FormatTools } from "../../format.ts";
import { collectProblems } from "../../problems.ts";
import { memorySource } from "../../source.ts";
import { LC } from "../constants.ts";
import { FAT_HEADER_SIZE, fatArchSize, headerSize } from "../layout.ts";
import { hashNameOf, pageBytes } from "../read/code-directory.ts";
import { fatKind, isArchive, MAX_SLICES, parseFat } from "../read/fat.ts";
import { HEAD_SIZE, parseHeader, readHead } from "../read/header.ts";
import { parseSignatureOf } from "../read/image.ts";
import { parseTables, type TableRange } from "../read/linkedit.ts";
import {
  hashFaults,
  type PageHasher,
  pageFaults,
  pageHasher,
  partFaults,
} from "../read/page-hashes.ts";
import { readSignature } from "../read/signature.ts";
import type { MachoFile, MachoSignature } from "./slice.ts";

/** What the pass found of one slice: `null` when it could not tell. */
type Verdict = readonly string[] | null;

interface SliceCheck {
  readonly start: number;
  readonly size: number;
  /** Bytes of the slice, in order. */
  add(bytes: Uint8Array): void;
  verdict(): Verdict;
}

/** @param head the first bytes of the file: enough for the fat header. */
export function machoContentCheck(
  head: Uint8Array,
  size: number,
  tools: FormatTools,
): ContentCheck<MachoFile> | undefined {
  const places = placesOf(head, size);
  if (places === undefined) return undefined;
  let checks: readonly SliceCheck[] = places.map((place) => streamCheck(place, tools));
  return {
    add(bytes, offset) {
      if (offset === 0 && bytes.length === size) {
        checks = places.map((place) => wholeCheck(bytes, place, tools));
        return;
      }
      for (const check of checks) {
        const from = Math.max(offset, check.start);
        const to = Math.min(offset + bytes.length, check.start + check.size);
        if (from < to) check.add(bytes.subarray(from - offset, to - offset));
      }
    },
    complete(file) {
      const verdicts = new Map(checks.map((check) => [check.start, check.verdict()]));
      const [first, ...others] = file.slices;
      const complete = (slice: typeof first): typeof first => ({
        ...slice,
        signature: judged(slice.signature, verdicts.get(slice.offset) ?? null),
      });
      return { ...file, slices: [complete(first), ...others.map(complete)] };
    },
  };
}

function judged(signature: MachoSignature, verdict: Verdict): MachoSignature {
  if (signature.kind === "none" || signature.valid === false || verdict === null) return signature;
  return { ...signature, valid: verdict.length === 0, faults: verdict };
}

interface Place {
  readonly start: number;
  readonly size: number;
}

/** Where the slices are; `undefined` when the header is damaged, which the parse will say. */
function placesOf(head: Uint8Array, size: number): readonly Place[] | undefined {
  const kind = fatKind(head);
  if (kind === null) return [{ start: 0, size }];
  const needed = FAT_HEADER_SIZE + MAX_SLICES * fatArchSize(kind);
  const source = memorySource(head.subarray(0, Math.min(head.length, needed)));
  try {
    const fat = parseFat({ ...source, size }, collectProblems());
    return fat?.entries.map(({ offset, size: length }) => ({ start: offset, size: length }));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** With all bytes in memory the directory says what to hash. */
function wholeCheck(bytes: Uint8Array, { start, size }: Place, tools: FormatTools): SliceCheck {
  return {
    start,
    size,
    add: () => {},
    verdict() {
      const source = memorySource(bytes.subarray(start, start + size));
      try {
        if (isArchive(source.read(0, Math.min(8, size)))) return null;
        const signature = parseSignatureOf(source, start);
        if (signature === null) return null;
        return [...signature.faults, ...hashFaults(source, signature, tools)];
      } catch (error) {
        if (error instanceof FormatError) return null;
        throw error;
      }
    },
  };
}

/** Bytes of load commands that are kept until they can be read. */
const MAX_HEADER = 1 << 20;
/** Bytes of a signature that are kept. */
const MAX_SIGNATURE = 1 << 26;

/** Bytes of the only hash that is looked for. */
const HASH_SIZE = 32;
/** Bytes of a signature besides its page hashes: as it is, or with the room that codesign leaves for certificates. */
const BESIDES: readonly number[] = [400, 18_400];

/** Bytes that a guess may be wrong by. */
const MARGIN = 4096;

/**
 * The page size is said at the end of the slice, after all pages. But the room for the signature is
 * known from the beginning, and in a large file tells whether it has a hash of every 4096 or 16384
 * bytes; in a small one both are made.
 */
function likelyPages({ offset, size }: TableRange): readonly number[] {
  const distance = (page: number): number => {
    const hashes = Math.ceil(offset / page) * HASH_SIZE;
    return Math.min(...BESIDES.map((besides) => Math.abs(size - hashes - besides)));
  };
  const small = distance(0x1000);
  const large = distance(0x4000);
  if (Math.abs(small - large) < MARGIN) return [0x1000, 0x4000];
  return [small < large ? 0x1000 : 0x4000];
}

function streamCheck({ start, size }: Place, tools: FormatTools): SliceCheck {
  let pending = new Uint8Array();
  let place: TableRange | null | undefined;
  let hashers: ReadonlyMap<number, PageHasher> = new Map();
  let signature = new Uint8Array();
  let done = 0;
  const consume = (bytes: Uint8Array, { offset, size: length }: TableRange): void => {
    if (done < offset) for (const hasher of hashers.values()) hasher.add(bytes);
    const from = Math.max(done, offset);
    const to = Math.min(done + bytes.length, offset + length);
    if (from < to) signature.set(bytes.subarray(from - done, to - done), from - offset);
    done += bytes.length;
  };
  return {
    start,
    size,
    add(bytes) {
      if (place === null) return;
      if (place !== undefined) {
        consume(bytes, place);
        return;
      }
      const joined = new Uint8Array(pending.length + bytes.length);
      joined.set(pending);
      joined.set(bytes, pending.length);
      pending = joined;
      place = signatureAt(pending, size);
      if (place === undefined) return;
      pending = new Uint8Array();
      if (place === null) return;
      const { offset } = place;
      hashers = new Map(
        likelyPages(place).map((page) => [page, pageHasher(tools, "sha256", page, offset)]),
      );
      signature = new Uint8Array(place.size);
      consume(joined, place);
    },
    verdict() {
      if (place === null || place === undefined || done < size) return null;
      const read = readSignature(signature, place, size);
      const directory = read.directories.find((each) => hashNameOf(each) === "sha256");
      if (directory === undefined || directory.limit !== place.offset) return null;
      const hasher = hashers.get(pageBytes(directory));
      if (hasher === undefined) return null;
      const faults = pageFaults(directory, hasher.finish());
      return [...read.faults, ...faults, ...partFaults(read, tools)];
    },
  };
}

/** `undefined`: more bytes are needed; `null`: there is no signature, or none that can be checked. */
function signatureAt(bytes: Uint8Array, size: number): TableRange | null | undefined {
  if (bytes.length < HEAD_SIZE) return bytes.length === size ? null : undefined;
  try {
    const { header, context } = readHead(bytes, 0);
    const end = headerSize(context.variant) + header.sizeofcmds;
    if (end > MAX_HEADER || end > size) return null;
    if (bytes.length < end) return undefined;
    const problems = collectProblems();
    const source = { ...memorySource(bytes), size };
    const { commands } = parseHeader(source, 0, problems);
    const { data } = parseTables(commands, context, 0, size, problems);
    const found = data.get(LC.LC_CODE_SIGNATURE);
    if (found === undefined || found.offset + found.size > size) return null;
    if (found.size > MAX_SIGNATURE || found.offset < end) return null;
    return { offset: found.offset, size: found.size };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
