/** The header of a fat file: one slice for each architecture. */
import { FormatError } from "../../errors.ts";
import type { Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { archOf } from "../arch.ts";
import { MAGIC } from "../constants.ts";
import { FAT_HEADER_SIZE, FatArch, type FatArchRecord, fatArchSize } from "../layout.ts";

export interface FatEntry extends FatArchRecord {
  readonly arch: string;
  /** Byte offset of the record. */
  readonly at: number;
}

export interface FatHeader {
  readonly kind: "fat" | "fat64";
  readonly entries: readonly FatEntry[];
}

/**
 * A Java class file begins with the same four bytes, and then a version of 45 or more; no fat file
 * has more than a dozen slices.
 */
export const MAX_SLICES = 42;

const THIN: ReadonlySet<number> = new Set([
  MAGIC.MH_MAGIC,
  MAGIC.MH_CIGAM,
  MAGIC.MH_MAGIC_64,
  MAGIC.MH_CIGAM_64,
]);

/** True for a thin or fat file, by its first 8 bytes. */
export function matches(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = bigEndian(head, 0);
  return THIN.has(magic) || fatKind(head) !== null;
}

/** @param head 8 bytes or more. */
export function fatKind(head: Uint8Array): FatHeader["kind"] | null {
  if (head.length < FAT_HEADER_SIZE) return null;
  const magic = bigEndian(head, 0);
  if (magic === MAGIC.FAT_MAGIC) return bigEndian(head, 4) <= MAX_SLICES ? "fat" : null;
  return magic === MAGIC.FAT_MAGIC_64 ? "fat64" : null;
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, false);
}

/** Static libraries have no magic of Mach-O, but fat ones hold them. */
const ARCHIVE_MAGIC = "!<arch>\n";

export function isArchive(head: Uint8Array): boolean {
  return (
    head.length >= ARCHIVE_MAGIC.length &&
    [...ARCHIVE_MAGIC].every((character, index) => character.charCodeAt(0) === head[index])
  );
}

/**
 * `null` for a file that is not fat.
 *
 * @throws FormatError when a slice is not inside the file, or two of them overlap.
 */
export function parseFat(source: Source, problems: Problems): FatHeader | null {
  const kind = fatKind(source.read(0, Math.min(FAT_HEADER_SIZE, source.size)));
  if (kind === null) return null;
  const count = bigEndian(source.read(0, FAT_HEADER_SIZE), 4);
  if (count === 0 || count > MAX_SLICES) {
    throw new FormatError(
      count === 0 ? "the file holds no architecture" : `more than ${MAX_SLICES} architectures`,
      { format: "macho", record: "fat_header", field: "nfat_arch", offset: 4, value: `${count}` },
    );
  }
  const stride = fatArchSize(kind);
  const end = FAT_HEADER_SIZE + count * stride;
  if (end > source.size) {
    throw new FormatError(`the headers of ${count} architectures do not fit in the file`, {
      format: "macho",
      record: "fat_header",
      field: "nfat_arch",
      offset: 4,
      value: `${count}`,
    });
  }
  const bytes = source.read(FAT_HEADER_SIZE, end - FAT_HEADER_SIZE);
  const context = { variant: kind, littleEndian: false } as const;
  const entries: FatEntry[] = [];
  for (let index = 0; index < count; index++) {
    const record = FatArch.read(bytes, index * stride, context, FAT_HEADER_SIZE);
    const at = FAT_HEADER_SIZE + index * stride;
    checkPlace(record, at, end, source.size, problems);
    entries.push({ ...record, arch: archOf(record.cputype, record.cpusubtype), at });
  }
  checkNeighbours(entries, problems);
  return { kind, entries };
}

function checkPlace(
  { offset, size, align }: FatArchRecord,
  at: number,
  headerEnd: number,
  fileSize: number,
  problems: Problems,
): void {
  if (offset < headerEnd || offset + size > fileSize) {
    throw new FormatError(
      offset < headerEnd
        ? "the slice begins inside the header"
        : `the slice ends at ${offset + size}, behind the file's ${fileSize} bytes`,
      { format: "macho", record: "fat_arch", field: "offset", offset: at, value: `${offset}` },
    );
  }
  if (align > 31 || offset % 2 ** align !== 0) {
    problems.add("the slice does not begin at a multiple of its alignment", {
      record: "fat_arch",
      field: "align",
      offset: at,
      value: `${align}`,
    });
  }
}

function checkNeighbours(entries: readonly FatEntry[], problems: Problems): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  const seen = new Set<string>();
  let end = 0;
  for (const { offset, size, at, arch, cputype, cpusubtype } of sorted) {
    if (offset < end) {
      throw new FormatError("the slice overlaps another one", {
        format: "macho",
        record: "fat_arch",
        field: "offset",
        offset: at,
        value: `${offset}`,
      });
    }
    end = offset + size;
    const key = `${cputype} ${cpusubtype & 0xff_ffff}`;
    if (seen.has(key)) {
      problems.add(`there are two slices for ${arch}`, { record: "fat_arch", offset: at });
    }
    seen.add(key);
  }
}
