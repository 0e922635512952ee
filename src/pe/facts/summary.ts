/** The facts of a PE file that rules judge: the neutral model, as plain data. */
import type { BinaryKind, Dependency, DynamicSymbol } from "../../binary.ts";
import { compareText } from "../../bytes.ts";
import { archOf, hybridOf } from "../arch.ts";
import { DEBUG_TYPE, DIRECTORY, DLL_FLAGS, DLL_FLAGS_EX, FILE_FLAGS } from "../constants.ts";
import { dllKey } from "../dll-name.ts";
import { machineName, subsystemName } from "../names.ts";
import { sectionName } from "../read/coff-symbols.ts";
import { codeViewOf, extendedFlags } from "../read/debug.ts";
import { directoryOf } from "../read/header.ts";
import type { PeImage } from "../read/image.ts";
import { hasFlag, type Section } from "../read/section.ts";
import { exportFacts } from "./exports.ts";
import { importTables } from "./imports.ts";
import { dependentAssemblies } from "./manifest.ts";
import type { PeFile, PeForwarder, PeHardening, PeImportTable, PeSection } from "./slice.ts";

/** @param interest picks the imports that the caller wants by name; all others are only counted. */
export function summarizePe(image: PeImage, interest: (name: string) => boolean): PeFile {
  const { header, sections, problems } = image;
  const { file, optional, windows } = header;
  const hybrid = hybridOf(file.Machine, image.loadConfig());
  const tables = importTables(image);
  const { pythonInit, ...exports } = exportFacts(image, image.exports());
  const named = sections.map((section) => sectionOf(image, section));
  const debug = image.debug();
  const resources = image.resources();
  const importCount = tables.reduce(
    (sum, { names, ordinals }) => sum + names.length + ordinals.length,
    0,
  );
  return {
    format: "pe",
    slices: [
      {
        arch: archOf(file.Machine, hybrid),
        kind: kindOf(file.Characteristics),
        bits: header.context.variant === "pe32" ? 32 : 64,
        id: image.exports()?.library ?? null,
        dependencies: dependenciesOf(tables, exports.forwarders),
        searchPaths: [],
        symbolCount: importCount + exports.count,
        importCount,
        exportCount: exports.count,
        imports: wantedImports(tables, interest),
        pythonInit,
        debug: debugBytes(image, named),
        machine: machineName(file.Machine),
        hybrid,
        subsystem: subsystemName(windows.Subsystem),
        hardening: hardeningOf(image, named),
        linkerVersion: `${optional.MajorLinkerVersion}.${optional.MinorLinkerVersion}`,
        subsystemVersion: `${windows.MajorSubsystemVersion}.${windows.MinorSubsystemVersion}`,
        timestamp: file.TimeDateStamp,
        reproducible: debug.some(({ Type }) => Type === DEBUG_TYPE.IMAGE_DEBUG_TYPE_REPRO),
        sections: named,
        importTables: tables,
        exports,
        boundImports: [...new Set(image.boundImports().map(({ library }) => library))],
        dependentLoadFlags: image.loadConfig()?.DependentLoadFlags ?? 0,
        checksum: {
          stored: windows.CheckSum,
          state: windows.CheckSum === 0 ? "zero" : "unchecked",
        },
        signature: image.certificates === null ? "none" : "unchecked",
        overlay: {
          size: image.overlay.end - image.overlay.start,
          kind: image.overlay.kind,
          certificates: image.certificates?.size ?? 0,
        },
        pdb: codeViewOf(image, debug),
        managed: directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR) !== undefined,
        tls: directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_TLS) !== undefined,
        assemblies: dependentAssemblies(image, resources),
        hasVersionInfo: resources.some(({ type }) => type === "RT_VERSION"),
      },
    ],
    problems: problems.list,
  };
}

function kindOf(flags: number): BinaryKind {
  if ((flags & FILE_FLAGS.IMAGE_FILE_DLL) !== 0) return "shared";
  return (flags & FILE_FLAGS.IMAGE_FILE_EXECUTABLE_IMAGE) !== 0 ? "executable" : "other";
}

/** One for each descriptor, and one for each library that forwarders lead to. */
function dependenciesOf(
  tables: readonly PeImportTable[],
  forwarders: readonly PeForwarder[],
): readonly Dependency[] {
  const targets = new Map<string, Dependency>();
  for (const { library, at } of forwarders) {
    const key = dllKey(library);
    if (!targets.has(key)) targets.set(key, { name: library, how: "forwarder", at });
  }
  return [
    ...tables.map(({ library, how, at }) => ({ name: library, how, at })),
    ...targets.values(),
  ];
}

function wantedImports(
  tables: readonly PeImportTable[],
  interest: (name: string) => boolean,
): readonly DynamicSymbol[] {
  return tables
    .flatMap(({ library, names }) =>
      names.filter((name) => interest(name)).map((name) => importedSymbol(name, library)),
    )
    .sort((a, b) => compareText(a.name, b.name));
}

/** PE does not say whether an import is a function or a variable. */
export function importedSymbol(name: string, library: string): DynamicSymbol {
  return { name, defined: false, weak: false, library, type: "notype" };
}

function sectionOf(image: PeImage, section: Section): PeSection {
  return {
    name: sectionName(image.source, section, image.coff),
    virtualAddress: section.VirtualAddress,
    virtualSize: section.VirtualSize,
    offset: section.PointerToRawData,
    size: section.SizeOfRawData,
    readable: hasFlag(section, "IMAGE_SCN_MEM_READ"),
    writable: hasFlag(section, "IMAGE_SCN_MEM_WRITE"),
    executable: hasFlag(section, "IMAGE_SCN_MEM_EXECUTE"),
  };
}

function hardeningOf(image: PeImage, sections: readonly PeSection[]): PeHardening {
  const { file, windows } = image.header;
  const has = (flag: keyof typeof DLL_FLAGS): boolean =>
    (windows.DllCharacteristics & DLL_FLAGS[flag]) !== 0;
  const stripped = (file.Characteristics & FILE_FLAGS.IMAGE_FILE_RELOCS_STRIPPED) !== 0;
  const extended = extendedFlags(image, image.debug());
  return {
    aslr: has("IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE") && !stripped,
    highEntropyVa: has("IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA"),
    nxCompat: has("IMAGE_DLLCHARACTERISTICS_NX_COMPAT"),
    controlFlowGuard: has("IMAGE_DLLCHARACTERISTICS_GUARD_CF"),
    cetCompat: (extended & DLL_FLAGS_EX.IMAGE_DLLCHARACTERISTICS_EX_CET_COMPAT) !== 0,
    forceIntegrity: has("IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY"),
    appContainer: has("IMAGE_DLLCHARACTERISTICS_APPCONTAINER"),
    writableCode: sections
      .filter(({ writable, executable }) => writable && executable)
      .map(({ name }) => name),
  };
}

/** The names under which GCC and Clang put DWARF. */
export function isDwarf(name: string): boolean {
  return name.startsWith(".debug_") || name.startsWith(".zdebug_");
}

function debugBytes(
  { coff, overlay }: PeImage,
  sections: readonly PeSection[],
): { readonly symtab: number; readonly dwarf: number } {
  let dwarf = 0;
  for (const { name, size } of sections) if (isDwarf(name)) dwarf += size;
  const inOverlay = coff !== null && coff.offset >= overlay.start;
  return { symtab: inOverlay ? coff.end - coff.offset : 0, dwarf };
}
