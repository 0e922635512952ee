/** The ELF format: the one file of this folder that others import. */
import type { Format } from "../format.ts";
import { rewriteElf } from "./edit/rewrite.ts";
import type { ElfFile } from "./facts/slice.ts";
import { openElf } from "./open.ts";
import { matches } from "./read/header.ts";
import { likelyRanges } from "./read/ranges.ts";

export type {
  ElfFile,
  ElfSlice,
  LoadSegment,
} from "./facts/slice.ts";

export const elf: Format<ElfFile> = {
  name: "elf",
  title: "ELF",
  words: {
    aFile: "an ELF file",
    code: "ELF code",
    id: "soname",
    fields: {
      id: "DT_SONAME",
      dependency: "DT_NEEDED",
      rpath: "DT_RPATH",
      runpath: "DT_RUNPATH",
      noSearchPath: "no DT_RPATH, no DT_RUNPATH",
    },
  },
  matches,
  likelyRanges,
  open: openElf,
  rewrite: rewriteElf,
};
