/** The ELF format: reading. */

export { dumpElf as dump, type ElfDump } from "./facts/dump.ts";
export type { DynamicDump } from "./facts/dump-dynamic.ts";
export { listSymbols, type SymbolRow, symbolRows } from "./facts/list-symbols.ts";
export { summarizeElf as summarize } from "./facts/summary.ts";
export { matches } from "./read/header.ts";
export { dynamicNames, type ElfImage, parseElf as parse } from "./read/image.ts";
export { likelyRanges } from "./read/ranges.ts";
export { mapAddress, vaddrToOffset } from "./read/segments.ts";
