/** The named parts of a file: headers, sections, and the tables of `__LINKEDIT`. */
import type { Region } from "../../format.ts";
import type { ArchiveSlice, MachoBinary, MachoImage } from "../read/image.ts";
import { linkeditParts } from "../read/linkedit-parts.ts";

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
