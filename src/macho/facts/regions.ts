/** The named parts of a file: headers, sections, and the tables of `__LINKEDIT`. */
import type { Region } from "../../format.ts";
import { LC } from "../constants.ts";
import type { ArchiveSlice, MachoBinary, MachoImage } from "../read/image.ts";

/** In file order, empty ones left out. */
export function regionsOf({ fat, slices }: MachoBinary): readonly Region[] {
  const regions = slices.flatMap((slice) => {
    const own = slice.kind === "archive" ? archiveRegion(slice) : sliceRegions(slice);
    return fat === null ? own : own.map((region) => ({ ...region, arch: slice.arch }));
  });
  return regions.filter(({ size }) => size > 0).sort((a, b) => a.start - b.start);
}

function archiveRegion({ base, source }: ArchiveSlice): Region[] {
  return [{ name: "archive", start: base, size: source.size }];
}

function sliceRegions(image: MachoImage): Region[] {
  const { base, source } = image;
  const regions: Region[] = [];
  const names = new Set<string>();
  const add = (plain: string, offset: number, size: number): void => {
    if (offset >= source.size) return;
    const name = names.has(plain) ? `${plain}#${names.size}` : plain;
    names.add(name);
    regions.push({ name, start: base + offset, size: Math.min(size, source.size - offset) });
  };
  add("load commands", 0, image.commandsEnd);
  for (const { sections } of image.segments) {
    for (const { segment, name, offset, fileSize } of sections) {
      add(`${segment},${name}`, offset, fileSize);
    }
  }
  for (const { name, offset, size } of linkeditParts(image)) add(name, offset, size);
  return regions;
}

/** What `__LINKEDIT` holds, as load commands tell. */
export function linkeditParts({ tables, bits }: MachoImage): readonly {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}[] {
  const parts: { name: string; offset: number; size: number }[] = [];
  const { symtab, dysymtab, dyldInfo, data } = tables;
  for (const { command, offset, size } of data.values()) {
    parts.push({ name: LINKEDIT_NAMES[command.cmd] ?? command.name, offset, size });
  }
  if (dyldInfo !== null) {
    parts.push(
      { name: "rebase opcodes", offset: dyldInfo.rebase_off, size: dyldInfo.rebase_size },
      { name: "bind opcodes", offset: dyldInfo.bind_off, size: dyldInfo.bind_size },
      { name: "weak bind opcodes", offset: dyldInfo.weak_bind_off, size: dyldInfo.weak_bind_size },
      { name: "lazy bind opcodes", offset: dyldInfo.lazy_bind_off, size: dyldInfo.lazy_bind_size },
      { name: "export trie", offset: dyldInfo.export_off, size: dyldInfo.export_size },
    );
  }
  if (symtab !== null) {
    parts.push(
      { name: "symbol table", offset: symtab.symoff, size: symtab.nsyms * (bits === 64 ? 16 : 12) },
      { name: "symbol names", offset: symtab.stroff, size: symtab.strsize },
    );
  }
  if (dysymtab !== null) {
    const { indirectsymoff, nindirectsyms, extreloff, nextrel, locreloff, nlocrel } = dysymtab;
    parts.push(
      { name: "indirect symbols", offset: indirectsymoff, size: nindirectsyms * 4 },
      { name: "external relocations", offset: extreloff, size: nextrel * 8 },
      { name: "local relocations", offset: locreloff, size: nlocrel * 8 },
    );
  }
  return parts.filter(({ size }) => size > 0);
}

const LINKEDIT_NAMES: Readonly<Record<number, string>> = {
  [LC.LC_CODE_SIGNATURE]: "code signature",
  [LC.LC_DYLD_CHAINED_FIXUPS]: "chained fixups",
  [LC.LC_DYLD_EXPORTS_TRIE]: "export trie",
  [LC.LC_FUNCTION_STARTS]: "function starts",
  [LC.LC_DATA_IN_CODE]: "data in code",
};
