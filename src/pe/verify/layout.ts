/** What the Windows loader rejects, or tools trip over, in a PE file's layout. */
import { alignUp } from "../align.ts";
import { DIRECTORY, MAX_SECTIONS, PAGE } from "../constants.ts";
import { PeSection } from "../layout.ts";
import { directoryName } from "../names.ts";
import type { PeImage } from "../read/image.ts";

/** One sentence for each fault; the same fault reads the same when offsets change. */
export function layoutFaults(image: PeImage): readonly string[] {
  return [
    ...headerFaults(image),
    ...memoryFaults(image),
    ...fileFaults(image),
    ...directoryFaults(image),
    ...debugFaults(image),
  ];
}

function headerFaults({ header, sections, source }: PeImage): string[] {
  const { windows, sectionsAt, lfanew } = header;
  const faults: string[] = [];
  const tableEnd = sectionsAt + PeSection.sizeOf("pe") * sections.length;
  if (tableEnd > windows.SizeOfHeaders) faults.push("the section table ends after the headers");
  if (windows.SizeOfHeaders > source.size) faults.push("the headers end after the file");
  if (lfanew % 4 !== 0) faults.push("the PE signature is not aligned");
  if (sections.length > MAX_SECTIONS) faults.push(`there are more than ${MAX_SECTIONS} sections`);
  return faults;
}

/** In memory sections follow one another without a gap, and the image ends with the last. */
function memoryFaults({ header, sections }: PeImage): string[] {
  const { SectionAlignment, SizeOfHeaders, SizeOfImage } = header.windows;
  const faults: string[] = [];
  let next = alignUp(SizeOfHeaders, SectionAlignment);
  for (const { VirtualAddress, memory, shortName } of sections) {
    if (VirtualAddress < next) faults.push(`section \`${shortName}\` overlaps another in memory`);
    else if (VirtualAddress > next) faults.push(`there is a gap before section \`${shortName}\``);
    next = alignUp(VirtualAddress + memory, SectionAlignment);
  }
  if (sections.length > 0 && SizeOfImage !== next) {
    faults.push("SizeOfImage is not where the last section ends");
  }
  return faults;
}

function fileFaults({ header, sections, source, coff }: PeImage): string[] {
  const { FileAlignment, SizeOfHeaders, SectionAlignment } = header.windows;
  const faults: string[] = [];
  const inFile = sections.filter(({ SizeOfRawData }) => SizeOfRawData > 0);
  let end = SizeOfHeaders;
  for (const section of [...inFile].sort((a, b) => a.PointerToRawData - b.PointerToRawData)) {
    const { PointerToRawData, SizeOfRawData, shortName } = section;
    if (PointerToRawData < end)
      faults.push(`section \`${shortName}\` overlaps another in the file`);
    if (PointerToRawData + SizeOfRawData > source.size) {
      faults.push(`section \`${shortName}\` ends after the file`);
    }
    if (SectionAlignment >= PAGE && PointerToRawData % FileAlignment !== 0) {
      faults.push(`section \`${shortName}\` is not aligned in the file`);
    }
    end = Math.max(end, PointerToRawData + SizeOfRawData);
  }
  if (header.file.PointerToSymbolTable !== 0 && coff === null) {
    faults.push("the COFF symbols are not in the file");
  }
  return faults;
}

function directoryFaults({ header, memory, source }: PeImage): string[] {
  const faults: string[] = [];
  for (const { index, address, size } of header.directories) {
    if (address === 0 || size === 0) continue;
    const inside =
      index === DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY
        ? address + size <= source.size
        : index === DIRECTORY.IMAGE_DIRECTORY_ENTRY_GLOBALPTR || memory.room(address) >= size;
    if (!inside) faults.push(`${directoryName(index)} is not in the image`);
  }
  return faults;
}

/** Data that is mapped is found both by address and by file offset. */
function debugFaults(image: PeImage): string[] {
  const faults: string[] = [];
  for (const { AddressOfRawData, PointerToRawData, SizeOfData } of image.debug()) {
    if (PointerToRawData === 0) continue;
    const mapped = AddressOfRawData === 0 ? undefined : image.memory.place(AddressOfRawData);
    const wrong =
      mapped === undefined
        ? PointerToRawData + SizeOfData > image.source.size
        : mapped.offset !== PointerToRawData;
    if (wrong) faults.push("the debug directory leads to another place in the file than in memory");
  }
  return faults;
}
