/** Which parts of a file a parse will ask for, known from its beginning alone. */
import { FormatError } from "../../errors.ts";
import type { ByteRange } from "../../source.ts";
import { PF, PN_XNUM, PT } from "../constants.ts";
import { ElfPhdr, ElfShdr } from "../layout.ts";
import { readEhdr } from "./header.ts";

/**
 * Bytes of all ranges together. Symbols, names and versions lie at the beginning of the first load
 * segment, 80 MB in the largest libraries: it gets what the others leave.
 */
const TOTAL_CAP = 92 << 20;
/** Bytes of all load segments behind the data: patchelf and other rewriters put new tables there. */
const ADDED_CAP = 32 << 20;
/** Bytes; the rest of a segment's last page is mapped too. */
const PAGE = 4096;
/** Section names usually lie right before the section headers; ARM's attributes a little earlier. */
const NAMES_BEFORE = 16 << 10;
/** A program header table larger than this (bytes) is not looked through. */
const PHDRS_CAP = 1 << 16;

/**
 * Byte ranges that a parse and a summary will want, clipped to the file: PT_DYNAMIC, PT_NOTE,
 * PT_INTERP, the beginning of the first load segment, what was added behind the data, the section
 * headers. Sorted by start, not
 * merged; a hint: what is missing or unreadable is left out.
 *
 * @param head the first bytes of the file, some KiB.
 * @param size bytes of the whole file.
 */
export function likelyRanges(head: Uint8Array, size: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  const add = (start: number, length: number): void => {
    const end = Math.min(size, start + length);
    if (start < end) ranges.push({ start, end });
  };
  let header: ReturnType<typeof readEhdr>;
  try {
    header = readEhdr(head);
  } catch (error) {
    // The parse will say what is wrong.
    if (error instanceof FormatError) return [];
    throw error;
  }
  const { ehdr, context } = header;
  const { e_phoff, e_phnum, e_shoff, e_shnum } = ehdr;

  const stride = ElfPhdr.sizeOf(context.variant);
  const length = e_phnum === PN_XNUM ? 0 : Math.min(e_phnum * stride, PHDRS_CAP);
  add(e_phoff, length);
  const phdrs = head.subarray(e_phoff, e_phoff + length);
  const count = Math.floor(phdrs.length / stride);
  const type = ElfPhdr.column(phdrs, context, "p_type");
  const offset = ElfPhdr.column(phdrs, context, "p_offset");
  const filesz = ElfPhdr.column(phdrs, context, "p_filesz");
  const flags = ElfPhdr.column(phdrs, context, "p_flags");
  let loads = 0;
  let first = -1;
  let data = false;
  let room = ADDED_CAP;
  for (let index = 0; index < count; index++) {
    switch (type(index)) {
      case PT.PT_LOAD:
        if (loads++ === 0) {
          first = index;
        } else if (data) {
          const wanted = Math.min(filesz(index) + PAGE, room);
          add(offset(index), wanted);
          room -= wanted;
        }
        if ((flags(index) & PF.PF_W) !== 0) data = true;
        break;
      case PT.PT_DYNAMIC:
      case PT.PT_NOTE:
      case PT.PT_GNU_PROPERTY:
        add(offset(index), Math.min(filesz(index), 1 << 20));
        break;
      case PT.PT_INTERP:
        add(offset(index), Math.min(filesz(index), 4096));
        break;
    }
  }
  if (e_shoff > 0) {
    const start = Math.max(0, e_shoff - NAMES_BEFORE);
    add(start, e_shoff - start + Math.max(1, e_shnum) * ElfShdr.sizeOf(context.variant));
  }
  if (first >= 0) {
    const others = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    add(offset(first), Math.min(filesz(first) + PAGE, Math.max(0, TOTAL_CAP - others)));
  }
  return ranges.sort((a, b) => a.start - b.start || a.end - b.end);
}
