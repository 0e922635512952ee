/** Inputs that have very much of one thing, and the commands that are given them. */

/**
 * What it has, the builder and its arguments. Wheels get all commands, libraries those that read them.
 * @type {readonly (readonly [string, string, ...(number | boolean)[]])[]}
 */
export const INPUTS = [
  ["1,500 ELF libraries that each need 1,500", "elfNeeds", 1500],
  ["1,500 dylibs that each load 1,500", "machoLoads", 1500, 4],
  ["300 dylibs that each load 300 by 1,000 run paths", "machoLoads", 300, 1000],
  ["1,500 DLLs that each import from 1,500", "peImports", 1500],
  ["100,000 broken ELF files", "brokenElf", 100_000],
  ["1,000,000 ELF symbols", "elfSymbols", 1_000_000, 8],
  ["199,000 ELF symbols of 300 bytes", "elfSymbols", 199_000, 300],
  ["1,000,000 ELF symbols in 1,000 versions", "elfVersions", 1_000_000, 1000],
  ["1,000,000 Mach-O symbols", "machoSymbols", 6],
  ["1,000,000 PE imports", "peSymbols", 1_000_000, 10, false],
  ["65,000 PE exports, all forwarders", "peSymbols", 10, 65_000, true],
  ["1,000,000 PE exports", "peSymbols", 10, 1_000_000, false],
  ["100,000 needed libraries in one ELF file", "elfNeedsMany", 100_000],
  ["100,000 ELF sections and relocations", "elfSections", 100_000],
  ["100,000 entries of an ELF dynamic section", "elfDynamic", 100_000],
  ["100,000 load commands", "machoCommands", 100_000],
  ["100,000 run paths in one dylib", "machoRunPaths", 100_000],
  ["100,000 imported DLLs", "peImportsMany", 100_000],
  ["1,000,000 ELF symbols, in a wheel", "elfSymbols", 1_000_000, 8],
  ["1,000,000 ELF symbols in 1,000 versions, in a wheel", "elfVersions", 1_000_000, 1000],
  ["1,000,000 Mach-O symbols, in a wheel", "machoSymbols", 6],
  ["1,000,000 PE imports, in a wheel", "peSymbols", 1_000_000, 10, false],
  ["1,000,000 PE exports, in a wheel", "peSymbols", 10, 1_000_000, false],
  ["100,000 needed libraries in one ELF file, in a wheel", "elfNeedsMany", 100_000],
  ["100,000 ELF sections and relocations, in a wheel", "elfSections", 100_000],
  ["100,000 load commands, in a wheel", "machoCommands", 100_000],
  ["100,000 run paths in one dylib, in a wheel", "machoRunPaths", 100_000],
  ["100,000 imported DLLs, in a wheel", "peImportsMany", 100_000],
  ["65,000 tiny members", "modules", 65_000],
  ["199,000 tiny members", "modules", 199_000],
  ["150,000 members with 300 bytes of extra data", "extraData", 150_000, 300],
  ["15,000 members with paths of 4 KB", "longPaths", 15_000, 4000],
  ["RECORD of 200,000 rows", "recordRows", 200_000, 100],
  ["RECORD of 200,000 rows and 50 MB", "recordRows", 200_000, 250],
  ["100,000 fields of METADATA", "metadataFields", 100_000],
  ["100,000 entry points", "entryPoints", 100_000],
  ["100,000 tags in WHEEL", "wheelTags", 100_000],
  ["20,000 dist-info folders", "distInfos", 20_000],
  ["50,000 links", "links", 50_000],
];

/** X stands for the input. */
export const OF_WHEELS = [
  "audit --exit-zero X",
  "audit --exit-zero -f json X",
  "show X",
  "show -v X",
  "show -f json X",
  "show --sizes X",
  "show --imports --exports -f json X",
  "diff X X",
  "repair -n X",
  "shrink -n X",
  "edit -n --post X",
  "links check X",
  "tags -n --python-tag +py2 X",
];
export const OF_LIBRARIES = [
  "show X",
  "show --exports X",
  "show --exports -f json X",
  "show --imports X",
  "show --imports --exports -f json X",
];
