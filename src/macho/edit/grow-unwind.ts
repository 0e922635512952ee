/** `__TEXT,__unwind_info`: offsets of functions from the header. */
import { FormatError } from "../../errors.ts";
import { UNWIND_SECOND_LEVEL } from "../constants.ts";

const INDEX_ENTRY = 12;
const LSDA_ENTRY = 8;
const REGULAR_ENTRY = 8;

/**
 * Adds `shift` to every offset from the header, in place. Compressed pages count from their first
 * function, and so stay as they are.
 *
 * @throws FormatError when the section is damaged.
 */
export function shiftUnwindInfo(bytes: Uint8Array, shift: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = (at: number): number => {
    if (at + 4 > bytes.length) {
      throw new FormatError("the table is cut off", {
        format: "macho",
        record: "__unwind_info",
        offset: at,
      });
    }
    return view.getUint32(at, true);
  };
  const add = (at: number): void => view.setUint32(at, read(at) + shift, true);
  const personalities = read(12);
  for (let index = 0; index < read(16); index++) add(personalities + index * 4);
  const index = read(20);
  const count = read(24);
  if (count === 0) return;
  const last = index + (count - 1) * INDEX_ENTRY;
  const lsdaEnd = read(last + 8);
  for (let lsda = read(index + 8); lsda + LSDA_ENTRY <= lsdaEnd; lsda += LSDA_ENTRY) {
    add(lsda);
    add(lsda + 4);
  }
  for (let entry = index; entry <= last; entry += INDEX_ENTRY) {
    const page = read(entry + 4);
    add(entry);
    if (page === 0 || read(page) !== UNWIND_SECOND_LEVEL.UNWIND_SECOND_LEVEL_REGULAR) continue;
    const place = read(page + 4);
    const entries = page + (place & 0xffff);
    for (let each = 0; each < place >>> 16; each++) add(entries + each * REGULAR_ENTRY);
  }
}
