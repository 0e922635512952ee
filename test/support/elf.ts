/** The parts of the ELF package that its own tests look at. */
import type { LayoutProblem } from "../../src/binary.ts";
import { summarizeElf } from "../../src/elf/facts/summary.ts";
import type { ElfImage } from "../../src/elf/read/image.ts";
import type { ElfSlice } from "../../src/formats.ts";

export { planElfEdit as edit } from "../../src/elf/edit/plan.ts";
export type { ElfEdit } from "../../src/elf/edit/types.ts";
export type { ElfExpectation, ElfRewrite, ElfRung } from "../../src/elf/expectation.ts";
export { dumpElf as dump, type ElfDump } from "../../src/elf/facts/dump.ts";
export { listSymbols, type SymbolRow, symbolRows } from "../../src/elf/facts/list-symbols.ts";
export { matches } from "../../src/elf/read/header.ts";
export { dynamicNames, type ElfImage, parseElf as parse } from "../../src/elf/read/image.ts";
export { likelyRanges } from "../../src/elf/read/ranges.ts";
export { mapAddress, vaddrToOffset } from "../../src/elf/read/segments.ts";
export { stripElf } from "../../src/elf/strip/strip.ts";
export { type VerifyOptions, verifyElfRewrite as verify } from "../../src/elf/verify/edit.ts";
export { verifyElfStrip } from "../../src/elf/verify/strip.ts";
export type { StripLevel } from "../../src/native-edit.ts";

/** The one slice of a file, with what is wrong with the file. */
export interface ElfFacts extends ElfSlice {
  readonly problems: readonly LayoutProblem[];
}

export function summarize(image: ElfImage, interest: (name: string) => boolean): ElfFacts {
  const { slices, problems } = summarizeElf(image, interest);
  return { ...slices[0], problems };
}
