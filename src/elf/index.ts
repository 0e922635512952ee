/** Reading ELF files. */
export { matches } from "./header.ts";
export { dynamicNames, type ElfImage, parseElf as parse } from "./image.ts";
export { likelyRanges } from "./ranges.ts";
export { mapAddress, vaddrToOffset } from "./segments.ts";
export { summarizeElf as summarize } from "./summary.ts";
