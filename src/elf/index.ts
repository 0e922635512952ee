/** The ELF format: reading. */

export { dumpElf as dump, type ElfDump } from "./dump.ts";
export type { DynamicDump } from "./dump-dynamic.ts";
export { matches } from "./header.ts";
export { dynamicNames, type ElfImage, parseElf as parse } from "./image.ts";
export { listSymbols, type SymbolRow, symbolRows } from "./list-symbols.ts";
export { likelyRanges } from "./ranges.ts";
export { mapAddress, vaddrToOffset } from "./segments.ts";
export { summarizeElf as summarize } from "./summary.ts";
