/** Reading a PE file through the interface of all formats. */
import type { OpenNative } from "../format.ts";
import type { Source } from "../source.ts";
import { dumpPe } from "./facts/dump.ts";
import { listSymbols } from "./facts/list-symbols.ts";
import { regionsOf } from "./facts/regions.ts";
import type { PeFile } from "./facts/slice.ts";
import { summarizePe } from "./facts/summary.ts";
import { parsePe } from "./read/image.ts";
import { pointersInto } from "./read/pointers.ts";
import { refuse } from "./refuse.ts";

/** @throws FormatError when the headers are damaged. */
export function openPe(source: Source): OpenNative<PeFile> {
  const image = parsePe(source);
  const { MajorSubsystemVersion, MinorSubsystemVersion } = image.header.windows;
  return {
    facts: (interest) => summarizePe(image, interest),
    symbols: (which) => listSymbols(image, which),
    regions: () => regionsOf(image),
    pointersInto(region) {
      const section = image.sections.find(
        ({ PointerToRawData, SizeOfRawData }) =>
          PointerToRawData === region.start && SizeOfRawData > 0,
      );
      if (section === undefined) throw refuse("cut", `\`${region.name}\` is not a section`);
      return pointersInto(image, section);
    },
    requirements: () => [`windows ${MajorSubsystemVersion}.${MinorSubsystemVersion}`],
    dump: () => dumpPe(image),
  };
}
