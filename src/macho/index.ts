/** The Mach-O format: the one file of this folder that others import. */
import type { Format } from "../format.ts";
import { rewriteMacho } from "./edit/rewrite.ts";
import { machoContentCheck } from "./facts/content-check.ts";
import type { MachoFile } from "./facts/slice.ts";
import { openMacho } from "./open.ts";
import { matches } from "./read/fat.ts";
import { likelyRanges } from "./read/ranges.ts";

export { joinMacho, type MachoPart, machoParts } from "./edit/join.ts";
export type {
  MachoDependency,
  MachoFile,
  MachoImport,
  MachoLookup,
  MachoNewCommand,
  MachoPlatformName,
  MachoSection,
  MachoSignature,
  MachoSlice,
  MachoTarget,
  MachoVersion,
} from "./facts/slice.ts";
export { versionText } from "./version.ts";

export const macho: Format<MachoFile> = {
  name: "macho",
  title: "Mach-O",
  words: {
    aFile: "a file for macOS",
    code: "macOS code",
    id: "id",
    fields: {
      id: "LC_ID_DYLIB",
      dependency: "LC_LOAD_DYLIB",
      rpath: "LC_RPATH",
      runpath: "LC_RPATH",
      noSearchPath: "no LC_RPATH",
    },
  },
  matches,
  likelyRanges,
  open: openMacho,
  contentCheck: machoContentCheck,
  rewrite: rewriteMacho,
};
