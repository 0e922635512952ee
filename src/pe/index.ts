/** The PE format: the only file of this folder that others import. */

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
