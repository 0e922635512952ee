/** Every number in a file that is an address inside a section once the file is loaded. */
import { FILE_FLAGS } from "../constants.ts";
import { refuse } from "../refuse.ts";
import { type Directory, isMapped } from "./header.ts";
import type { PeImage } from "./image.ts";
import { forEachRelocation } from "./relocations.ts";
import type { Section } from "./section.ts";

export interface SectionPointer {
  /** RVA and file offset of the number. */
  readonly rva: number;
  readonly at: number;
  /** Bytes from the section's start. */
  readonly target: number;
}

/** IMAGE_REL_BASED_HIGHLOW, IMAGE_REL_BASED_DIR64: whole addresses of 32 and 64 bits. */
const ADDRESS_TYPE = { pe32: 3, pe32plus: 10 } as const;

/**
 * The pointers that relocations make, in the order of their places.
 *
 * Code that finds the section by its distance leaves no trace: whoever asks knows what lies there.
 *
 * @throws RefusalError when there may be pointers of other kinds.
 */
export function pointersInto(image: PeImage, section: Section): readonly SectionPointer[] {
  const { header, memory } = image;
  const { file, windows, optional, context } = header;
  if ((file.Characteristics & FILE_FLAGS.IMAGE_FILE_RELOCS_STRIPPED) !== 0) {
    throw refuse("cut", "the file has no relocations, so its pointers are not known");
  }
  const start = section.VirtualAddress;
  const inside = (rva: number): boolean => rva >= start && rva < start + section.span;
  if (inside(optional.AddressOfEntryPoint)) throw refuse("cut", "the section has the entry point");
  if (image.exports()?.functions.some(inside) === true) {
    throw refuse("cut", "the file exports something in the section");
  }
  const isTable = ({ index, address }: Directory): boolean =>
    isMapped(index) && address !== 0 && inside(address);
  if (header.directories.some(isTable)) {
    throw refuse("cut", "the section has a table that the loader reads");
  }
  const wide = context.variant === "pe32plus";
  const base = Number(windows.ImageBase);
  const found: SectionPointer[] = [];
  const complete = forEachRelocation(image, ({ rva, type }) => {
    if (type !== ADDRESS_TYPE[context.variant]) {
      throw refuse("cut", `a relocation of type ${type} may lead into the section`);
    }
    const bytes = memory.read(rva, wide ? 8 : 4);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const value = wide ? Number(view.getBigUint64(0, true)) : view.getUint32(0, true);
    if (!inside(value - base)) return;
    const place = memory.place(rva);
    if (place === undefined || place.size < bytes.length) {
      throw refuse("cut", "a relocation is for a number that is not in the file");
    }
    found.push({ rva, at: place.offset, target: value - base - start });
  });
  if (!complete) throw refuse("cut", "the relocations can't all be read");
  return found.sort((a, b) => a.rva - b.rva);
}
