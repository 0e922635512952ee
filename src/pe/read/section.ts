/** The section table: which bytes of the file lie where in memory. */

import type { Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { alignUp } from "../align.ts";
import { PAGE, SECTION_FLAGS, SECTOR } from "../constants.ts";
import { PeSection, PLAIN, type SectionHeader } from "../layout.ts";
import { decodeName } from "../names.ts";
import type { PeHeader } from "./header.ts";

export interface Section extends SectionHeader {
  readonly index: number;
  /** File offset of its header. */
  readonly at: number;
  /** As the header spells it: eight bytes, NULs at the end left out. */
  readonly shortName: string;
  /** File offset of its first byte, as the loader rounds it. */
  readonly start: number;
  /** Bytes that the loader takes from the file, clipped to the file. */
  readonly mapped: number;
  /** Bytes in memory: SizeOfRawData where VirtualSize is 0. */
  readonly memory: number;
  /** The same in whole pages. */
  readonly span: number;
}

/** @throws FormatError when the section table is cut. */
export function parseSections(
  source: Source,
  header: PeHeader,
  problems: Problems,
): readonly Section[] {
  const stride = PeSection.sizeOf("pe");
  const count = header.file.NumberOfSections;
  const bytes = source.read(header.sectionsAt, count * stride);
  const sections: Section[] = [];
  for (let index = 0; index < count; index++) {
    const at = header.sectionsAt + index * stride;
    const row = PeSection.read(bytes, index * stride, PLAIN, header.sectionsAt);
    const name = bytes.subarray(index * stride, index * stride + 8);
    const shortName = decodeName(untilNul(name));
    sections.push({ ...row, ...placed(row, header, source.size), index, at, shortName });
    if (row.SizeOfRawData > 0 && row.PointerToRawData + row.SizeOfRawData > source.size) {
      problems.add("the section ends after the end of the file", {
        record: "IMAGE_SECTION_HEADER",
        field: "SizeOfRawData",
        offset: at,
        value: String(row.SizeOfRawData),
      });
    }
  }
  return sections;
}

/** Where the loader finds the section's bytes; in memory every section begins and ends with a page. */
function placed(
  row: SectionHeader,
  { windows }: PeHeader,
  size: number,
): Pick<Section, "start" | "mapped" | "memory" | "span"> {
  const memory = row.VirtualSize === 0 ? row.SizeOfRawData : row.VirtualSize;
  const span = alignUp(memory, Math.min(windows.SectionAlignment, PAGE));
  const { PointerToRawData, SizeOfRawData } = row;
  if (PointerToRawData === 0 || SizeOfRawData === 0) return { start: 0, mapped: 0, memory, span };
  const paged = windows.SectionAlignment >= PAGE;
  const start = paged ? PointerToRawData - (PointerToRawData % SECTOR) : PointerToRawData;
  const wanted = Math.min(PointerToRawData + SizeOfRawData - start, span);
  return { start, mapped: Math.max(0, Math.min(wanted, size - start)), memory, span };
}

/** The bytes before the first NUL. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

export function hasFlag(section: SectionHeader, flag: keyof typeof SECTION_FLAGS): boolean {
  return (section.Characteristics & SECTION_FLAGS[flag]) !== 0;
}
