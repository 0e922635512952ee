/** The Mach-O format: its files are recognised, and not read yet. */
import type { RecognisedFormat } from "../format.ts";

const THIN: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
const FAT: ReadonlySet<number> = new Set([0xcafebabe, 0xcafebabf]);
/** A Java class file begins like a fat file; its version stands where the count of slices does, and is greater. */
const MAX_SLICES = 64;

export const macho: RecognisedFormat = {
  name: "macho",
  title: "Mach-O",
  matches(head) {
    if (head.length < 4) return false;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const magic = view.getUint32(0);
    if (THIN.has(magic)) return true;
    return FAT.has(magic) && head.length >= 8 && view.getUint32(4) <= MAX_SLICES;
  },
};
