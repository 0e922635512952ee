/** Symbols that belong to sections: whether a section may move, and what must follow it. */

import { SHT, STT } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";
import { hasBytes, isAllocated, type Section, sectionRegion } from "../read/sections.ts";
import { decodeName, nameEnd } from "../read/strings.ts";

/**
 * Sections with a symbol of their own inside a range that might move: code may use its address.
 * (Section symbols are only names; they move along.)
 */
export function pinnedSections(
  model: Linkage,
  ranges: readonly { readonly start: number; readonly end: number }[],
): ReadonlySet<number> {
  const candidates = new Map<number, Section>();
  for (const section of model.sections) {
    if (!isAllocated(section) || !hasBytes(section)) continue;
    const { sh_offset, sh_size, index } = section;
    if (ranges.some(({ start, end }) => sh_offset < end && sh_offset + sh_size > start)) {
      candidates.set(index, section);
    }
  }
  const pinned = new Set<number>();
  if (candidates.size === 0) return pinned;
  forEachSymbol(model, new Set(candidates.keys()), (shndx, type, value, { name }) => {
    const section = candidates.get(shndx);
    if (section === undefined || type === STT.STT_SECTION || type === STT.STT_FILE) return;
    if (value < section.sh_addr || value >= section.sh_addr + BigInt(section.sh_size)) return;
    if (!UNUSED_SYMBOLS.has(name())) pinned.add(shndx);
  });
  return pinned;
}

/** Names that no code uses: glibc's start files put `__abi_tag` on `.note.ABI-tag`. */
const UNUSED_SYMBOLS: ReadonlySet<string> = new Set(["__abi_tag"]);

const SYMBOL_CHUNK = 1 << 15;

export interface SymbolPlace {
  /** File offset of the symbol. */
  readonly at: number;
  readonly name: () => string;
}

/** Visits the symbols of `.symtab` and `.dynsym` that belong to one of `sections`. */
export function forEachSymbol(
  model: Linkage,
  owners: ReadonlySet<number>,
  visit: (shndx: number, type: number, value: bigint, place: SymbolPlace) => void,
): void {
  const { source, header, sections } = model;
  const { context } = header;
  const stride = ElfSym.sizeOf(context.variant);
  for (const section of sections) {
    if (section.sh_type !== SHT.SHT_SYMTAB && section.sh_type !== SHT.SHT_DYNSYM) continue;
    const region = sectionRegion(section, source.size);
    const total = Math.floor(region.size / stride);
    const strings = sections[section.sh_link];
    const nameAt = (at: number): string => {
      const names = strings === undefined ? undefined : sectionRegion(strings, source.size);
      if (names === undefined || at >= names.size) return "";
      const bytes = source.read(names.offset + at, Math.min(64, names.size - at));
      return decodeName(bytes, 0, nameEnd(bytes, 0));
    };
    for (let first = 0; first < total; first += SYMBOL_CHUNK) {
      const count = Math.min(SYMBOL_CHUNK, total - first);
      const start = region.offset + first * stride;
      const bytes = source.read(start, count * stride);
      const shndx = ElfSym.column(bytes, context, "st_shndx");
      const info = ElfSym.column(bytes, context, "st_info");
      const value = ElfSym.column(bytes, context, "st_value");
      const name = ElfSym.column(bytes, context, "st_name");
      for (let index = 0; index < count; index++) {
        const owner = shndx(index);
        if (!owners.has(owner)) continue;
        const at = start + index * stride;
        visit(owner, info(index) & 0xf, value(index), { at, name: () => nameAt(name(index)) });
      }
    }
  }
}
