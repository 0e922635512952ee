/** The place of slices in a fat file. */
import { pageSizeOf } from "../arch.ts";
import { MAGIC } from "../constants.ts";
import { FAT_HEADER_SIZE, FatArch, fatArchSize } from "../layout.ts";

/** A slice of the result. */
export interface FatMember {
  readonly cputype: number;
  readonly cpusubtype: number;
  /** Binary logarithm of its alignment. */
  readonly align: number;
  /** Bytes. */
  readonly size: number;
}

export interface FatLayout {
  readonly kind: "fat" | "fat64";
  /** The header with the entries, in the order of the members. */
  readonly header: Uint8Array;
  /** Where each member begins. */
  readonly offsets: readonly number[];
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * Puts members one after the other, in their order, each at a multiple of its alignment.
 *
 * @param kind a 32-bit header becomes a 64-bit one when an offset does not fit.
 * @param entries the order of the entries in the header, as indexes; default: the members' own.
 */
export function layOutFat(
  members: readonly FatMember[],
  kind: "fat" | "fat64",
  entries: readonly number[] = members.map((_, index) => index),
): FatLayout {
  let end = FAT_HEADER_SIZE + members.length * fatArchSize(kind);
  const offsets = members.map(({ align, size }) => {
    const step = 2 ** align;
    const offset = Math.ceil(end / step) * step;
    end = offset + size;
    return offset;
  });
  if (kind === "fat" && end >= 2 ** 32) return layOutFat(members, "fat64", entries);
  return { kind, header: encodeHeader(members, kind, entries, offsets), offsets, size: end };
}

function encodeHeader(
  members: readonly FatMember[],
  kind: "fat" | "fat64",
  entries: readonly number[],
  offsets: readonly number[],
): Uint8Array {
  const stride = fatArchSize(kind);
  const header = new Uint8Array(FAT_HEADER_SIZE + members.length * stride);
  const view = new DataView(header.buffer);
  view.setUint32(0, kind === "fat" ? MAGIC.FAT_MAGIC : MAGIC.FAT_MAGIC_64);
  view.setUint32(4, members.length);
  const context = { variant: kind, littleEndian: false } as const;
  for (const [place, index] of entries.entries()) {
    const member = members[index];
    if (member === undefined) continue;
    const { cputype, cpusubtype, align, size } = member;
    const offset = offsets[index] ?? 0;
    const at = FAT_HEADER_SIZE + place * stride;
    FatArch.set(header, at, context, { cputype, cpusubtype, offset, size, align });
  }
  return header;
}

/** What `lipo` takes for a slice whose alignment nobody says: a page. */
export function defaultAlign(cputype: number): number {
  return Math.log2(pageSizeOf(cputype));
}
