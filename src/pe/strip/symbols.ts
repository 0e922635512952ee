/** COFF symbols that stay although their section is left out. */
import { COFF_SYMBOL_SIZE } from "../constants.ts";
import type { Draft } from "../edit/draft.ts";

/** Byte offsets in a symbol. */
const SECTION_NUMBER = 12;
const AUXILIARY_COUNT = 17;
/** IMAGE_SYM_DEBUG: a symbol that has no place in memory. */
const DEBUG_SYMBOL = 0xfffe;
/** Sections are numbered from 1; above are the special numbers. */
const FIRST_SPECIAL = 0xfff0;
const BLOCK = 4096;

/** Symbols of sections that are no longer there become debug symbols. */
export function detachSymbols({ image, rows, writes }: Draft): void {
  const { coff, source } = image;
  if (coff === null || rows.length === image.sections.length) return;
  let next = 0;
  for (let start = 0; start < coff.symbolCount; start += BLOCK) {
    const count = Math.min(BLOCK, coff.symbolCount - start);
    const base = coff.offset + start * COFF_SYMBOL_SIZE;
    const bytes = source.read(base, count * COFF_SYMBOL_SIZE);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (next < start + count) {
      const at = (next - start) * COFF_SYMBOL_SIZE;
      const section = view.getUint16(at + SECTION_NUMBER, true);
      if (section > rows.length && section < FIRST_SPECIAL) {
        const place = base + at + SECTION_NUMBER;
        writes.put(place, Uint8Array.of(DEBUG_SYMBOL & 0xff, DEBUG_SYMBOL >> 8), "COFF symbols");
      }
      next += 1 + view.getUint8(at + AUXILIARY_COUNT);
    }
  }
}
