/** The parts of a file by name: what a report of sizes adds up. */
import type { Region } from "../../format.ts";
import { sectionName } from "../read/coff-symbols.ts";
import type { PeImage } from "../read/image.ts";
import { mappedEnd } from "../read/overlay.ts";

/** Headers, sections, COFF symbols, certificates and the rest of the overlay, in file order. */
export function regionsOf(image: PeImage): readonly Region[] {
  const { source, header, sections, coff, certificates, overlay } = image;
  const regions: Region[] = [
    { name: "headers", start: 0, size: Math.min(header.windows.SizeOfHeaders, source.size) },
  ];
  for (const section of sections) {
    const { PointerToRawData: start, SizeOfRawData } = section;
    const size = Math.min(SizeOfRawData, source.size - start);
    if (size > 0) regions.push({ name: sectionName(source, section, coff), start, size });
  }
  if (overlay.end > overlay.start) {
    const name = overlay.kind === "coff-symbols" ? "COFF symbols" : "overlay";
    regions.push({ name, start: overlay.start, size: overlay.end - overlay.start });
  }
  if (certificates !== null && certificates.size > 0) {
    const { offset, size } = certificates;
    // A table inside of a section or of the overlay is counted there.
    if (offset >= Math.max(overlay.end, mappedEnd(header, sections))) {
      regions.push({ name: "certificates", start: offset, size });
    }
  }
  return regions.sort((a, b) => a.start - b.start);
}
