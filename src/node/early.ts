/**
 * The largest members of a wheel, which zlib's thread begins to unpack while the program is still loaded.
 *
 * What is begun here is only a guess: the strict index knows nothing of it, and takes over what it finds to
 * be just that member of just that file. So this reads no more than it must, and gives up at what is odd.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { MemberSpan } from "../runtime.ts";
import {
  CENTRAL_SIGNATURE,
  CENTRAL_SIZE,
  DEFLATED,
  END_SIGNATURE,
  END_SIZE,
  LOCAL_SIZE,
} from "../zip/constants.ts";
import { centralHeaderAt, localHeaderAt } from "../zip/headers.ts";
import { inflateLater } from "./inflate-later.ts";
import { limitPool } from "./zlib-threads.ts";

export interface Begun {
  /** What a member of the file at `path` unpacks to, where that was begun. It is given once. */
  take(path: string, span: MemberSpan): Promise<Uint8Array | undefined> | undefined;
}

type Span = Omit<MemberSpan, "name" | "method">;

/** Smaller wheels (bytes) are read before a thread has begun. */
const LEAST_FILE = 1 << 20;
/** As the engine has it: less than this in all is not shared, and larger members are streamed. */
const LEAST_SHARED = 3 << 20;
const WHOLE_LIMIT = 48 << 20;
/** Bytes (inflated) from which on a member is worth it. */
const LEAST_MEMBER = 256 << 10;
/** About as much (bytes, inflated) is unpacked before the program asks for it. */
const ENOUGH = 12 << 20;
/** Bytes of the end of the file that are read: the directory of some 2,000 members. */
const TAIL = 256 << 10;

/** @param argv what follows `audit`. */
export function beginEarly(argv: readonly string[]): Begun | undefined {
  const [path, ...others] = argv.filter((argument) => argument.endsWith(".whl"));
  if (path === undefined || others.length > 0 || argv.includes("--no-hash")) return undefined;
  const jobs = jobsOf(argv);
  if (jobs === undefined || jobs < 2) return undefined;
  try {
    return beginFile(path, jobs);
  } catch {
    // Whatever is wrong with the file, the program will say.
    return undefined;
  }
}

/** `undefined` where it is said in a way that is not understood here. */
function jobsOf(argv: readonly string[]): number | undefined {
  const at = argv.findIndex((argument) => /^(?:-[a-z]*j|--j)/.test(argument));
  if (at < 0) return availableParallelism();
  const [, attached] = /^(?:-j|--jobs=)(\d+)$/.exec(argv[at] ?? "") ?? [];
  const apart = /^(?:-j|--jobs)$/.test(argv[at] ?? "") ? argv[at + 1] : undefined;
  const value = attached ?? apart;
  return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
}

function beginFile(path: string, jobs: number): Begun | undefined {
  // A pipe would be waited for.
  const named = statSync(path, { bigint: true });
  if (!named.isFile() || named.size < LEAST_FILE) return undefined;
  const descriptor = openSync(path, "r");
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    const read = (offset: number, target: Uint8Array): void => {
      if (readSync(descriptor, target, 0, target.length, offset) !== target.length) {
        throw new RangeError("the file ends");
      }
    };
    const spans = largest(Number(stat.size), read);
    if (spans.length === 0) return undefined;
    limitPool(jobs);
    const begun = new Map<number, { span: Span; result: Promise<Uint8Array | undefined> }>();
    for (const span of spans) {
      const result = inflateLater(span, (target) => read(span.dataOffset, target)).catch(
        () => undefined,
      );
      begun.set(span.dataOffset, { span, result });
    }
    let checked = false;
    return {
      take(asked, wanted) {
        if (!checked) {
          checked = true;
          const now = statSync(path, { bigint: true });
          const isSame =
            now.ino === stat.ino &&
            now.dev === stat.dev &&
            now.size === stat.size &&
            now.mtimeNs === stat.mtimeNs;
          if (!isSame) begun.clear();
        }
        const found = asked === path ? begun.get(wanted.dataOffset) : undefined;
        if (found === undefined || !isThat(found.span, wanted)) return undefined;
        begun.delete(wanted.dataOffset);
        return found.result;
      },
    };
  } finally {
    closeSync(descriptor);
  }
}

function isThat(span: Span, { size, compressedSize, crc32 }: MemberSpan): boolean {
  return span.size === size && span.compressedSize === compressedSize && span.crc32 === crc32;
}

/**
 * The members to begin with, in the order in which they will be asked for: largest first. The texts of
 * `.dist-info` are read elsewhere, and RECORD may have 50 MB.
 */
function largest(size: number, read: (offset: number, target: Uint8Array) => void): Span[] {
  const tail = new Uint8Array(Math.min(size, TAIL));
  const start = size - tail.length;
  read(start, tail);
  const view = new DataView(tail.buffer);
  // A comment behind it is rare, and a zip64 archive's directory is elsewhere.
  const end = tail.length - END_SIZE;
  if (end < 0 || view.getUint32(end, true) !== END_SIGNATURE) return [];
  const count = view.getUint16(end + 10, true);
  const found: { size: number; compressedSize: number; crc32: number; header: number }[] = [];
  let total = 0;
  let at = view.getUint32(end + 16, true) - start;
  for (let index = 0; index < count; index++) {
    if (at < 0 || at + CENTRAL_SIZE > end || view.getUint32(at, true) !== CENTRAL_SIGNATURE) {
      return [];
    }
    const header = centralHeaderAt(view, at);
    const { uncompressed_size, compressed_size, crc32, header_offset } = header;
    if (uncompressed_size > WHOLE_LIMIT) return [];
    total += uncompressed_size;
    const name = tail.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + header.name_length);
    const isText = Buffer.from(name).includes(".dist-info/");
    if (header.method === DEFLATED && uncompressed_size >= LEAST_MEMBER && !isText) {
      found.push({
        size: uncompressed_size,
        compressedSize: compressed_size,
        crc32,
        header: header_offset,
      });
    }
    at += CENTRAL_SIZE + header.name_length + header.extra_length + header.comment_length;
  }
  if (total < LEAST_SHARED) return [];
  found.sort((a, b) => b.size - a.size);
  const spans: Span[] = [];
  let sum = 0;
  for (const { header, ...member } of found) {
    if (sum >= ENOUGH) break;
    const local = new Uint8Array(LOCAL_SIZE);
    read(header, local);
    const { name_length, extra_length } = localHeaderAt(new DataView(local.buffer), 0);
    const dataOffset = header + LOCAL_SIZE + name_length + extra_length;
    if (dataOffset + member.compressedSize > size) return [];
    spans.push({ ...member, dataOffset });
    sum += member.size;
  }
  return spans;
}
