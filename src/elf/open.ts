/** An ELF file that is open for questions. */
import type { OpenNative, Region, RegionPointer } from "../format.ts";
import type { Source } from "../source.ts";
import { SHT } from "./constants.ts";
import { pointersInto } from "./cut/pointers.ts";
import { dumpElf } from "./facts/dump.ts";
import { listSymbols } from "./facts/list-symbols.ts";
import type { ElfFile } from "./facts/slice.ts";
import { summarizeElf } from "./facts/summary.ts";
import type { ElfImage } from "./read/image.ts";
import { parseElf } from "./read/image.ts";
import { sectionName, sectionRegion } from "./read/sections.ts";

/** @throws FormatError when the headers are damaged. */
export function openElf(source: Source): OpenNative<ElfFile> {
  const image = parseElf(source);
  return {
    facts: (interest) => summarizeElf(image, interest),
    symbols: (which) => listSymbols(image, which),
    regions: () => regionsOf(image),
    pointersInto: (region) => regionPointers(image, region),
    requirements: () =>
      image.versionNeeds.flatMap(({ file, versions }) =>
        versions.map(({ name }) => `${file} ${name}`),
      ),
    dump: () => dumpElf(image),
  };
}

function regionsOf(image: ElfImage): readonly Region[] {
  const regions: Region[] = [];
  const names = new Set<string>();
  for (const section of image.sections.list) {
    if (section.sh_type === SHT.SHT_NULL || section.sh_type === SHT.SHT_NOBITS) continue;
    const { offset, size } = sectionRegion(section, image.size);
    const plain = sectionName(image.sections, section);
    const name = names.has(plain) ? `${plain}#${section.index}` : plain;
    names.add(plain);
    regions.push({ name, start: offset, size });
  }
  return regions;
}

function regionPointers(image: ElfImage, region: Region): readonly RegionPointer[] {
  const section = image.sections.list.find(
    ({ sh_offset, sh_size, sh_type }) =>
      sh_type !== SHT.SHT_NOBITS && sh_offset === region.start && sh_size === region.size,
  );
  if (section === undefined) return [];
  const start = section.sh_addr;
  const pointers = pointersInto(image, { start, end: start + BigInt(region.size) });
  return pointers.map(({ at, target }) => ({ at, target: Number(target - start) }));
}
