/** The PE format: the only file of this folder that others import. */
import type { Format } from "../format.ts";
import { dllKey } from "./dll-name.ts";
import { rewritePe } from "./edit/plan.ts";
import { contentCheck } from "./facts/content-check.ts";
import type { PeFile } from "./facts/slice.ts";
import { openPe } from "./open.ts";
import { matches } from "./read/header.ts";
import { likelyRanges } from "./read/ranges.ts";

export { dllKey, dllName } from "./dll-name.ts";
export { hidesDlls } from "./edit/load-flags.ts";
export { mayHold } from "./facts/name-hashes.ts";
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
export { readVersionInfo, type VersionInfo } from "./facts/version-info.ts";

export const pe: Format<PeFile> = {
  name: "pe",
  title: "PE",
  words: {
    aFile: "a file for Windows",
    code: "Windows code",
    id: "name",
    fields: {
      id: "export name",
      dependency: "import",
      rpath: "search path",
      runpath: "search path",
      noSearchPath: "no search paths",
    },
  },
  matches,
  libraryKey: dllKey,
  likelyRanges,
  open: openPe,
  contentCheck,
  rewrite: rewritePe,
};
