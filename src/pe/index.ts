/** The PE format: the only file of this folder that others import. */
import type { RecognisedFormat } from "../format.ts";

export { dllKey, dllName } from "./dll-name.ts";
export type {
  PeChecksum,
  PeExports,
  PeFile,
  PeForwarder,
  PeHardening,
  PeHybrid,
  PeImportTable,
  PeOverlay,
  PePdb,
  PeSection,
  PeSignature,
  PeSlice,
} from "./facts/slice.ts";
export { mayHold, symbolHash } from "./facts/symbol-hash.ts";

export const pe: RecognisedFormat = {
  name: "pe",
  title: "PE",
  matches: (head) => head.length >= 4 && head[0] === 0x4d && head[1] === 0x5a,
};
export { openPe } from "./open.ts";
export { matches } from "./read/header.ts";
export { likelyRanges } from "./read/ranges.ts";
