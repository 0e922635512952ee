/** Sections that were cut: zeros where bytes left, and pointers that lead to what has moved to the front. */
import type { ByteRange } from "../../source.ts";
import { sectionName } from "../read/coff-symbols.ts";
import type { PeImage } from "../read/image.ts";
import { pointersInto } from "../read/pointers.ts";
import type { Section } from "../read/section.ts";
import type { PeExpectation } from "./expectation.ts";

type Cuts = PeExpectation["cuts"];

function sectionOf({ sections, source, coff }: PeImage, region: string): Section | undefined {
  return sections.find((section) => sectionName(source, section, coff) === region);
}

/** RVAs of the cut sections' ends, and of the pointers into them. */
export function cutRanges(before: PeImage, cuts: Cuts): readonly ByteRange[] {
  return cuts.flatMap(({ region, size }) => {
    const section = sectionOf(before, region);
    if (section === undefined) return [];
    const { VirtualAddress, span } = section;
    const width = before.header.context.variant === "pe32" ? 4 : 8;
    return [
      { start: VirtualAddress + size, end: VirtualAddress + span },
      ...pointersInto(before, section).map(({ rva }) => ({ start: rva, end: rva + width })),
    ];
  });
}

const CHUNK = 1 << 20;

export function cutFaults(before: PeImage, now: PeImage, cuts: Cuts): readonly string[] {
  return cuts.flatMap(({ region, size, moved }) => {
    const [old, section] = [sectionOf(before, region), sectionOf(now, region)];
    if (old === undefined || section === undefined) return [`section \`${region}\` is missing`];
    const faults: string[] = [];
    for (let at = size; at < section.mapped; at += CHUNK) {
      const length = Math.min(CHUNK, section.mapped - at);
      const bytes = now.memory.read(section.VirtualAddress + at, length);
      if (bytes.some((byte) => byte !== 0)) faults.push(`\`${region}\` does not end with zeros`);
    }
    const targets = new Map(moved.map(({ from, to }) => [from, to]));
    const wanted = pointersInto(before, old).map(
      ({ rva, target }) => `${rva} ${targets.get(target)}`,
    );
    const found = pointersInto(now, section).map(({ rva, target }) => `${rva} ${target}`);
    if (wanted.join() !== found.join()) faults.push(`pointers into \`${region}\` lead elsewhere`);
    return faults;
  });
}
