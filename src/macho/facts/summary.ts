/** The facts of a Mach-O file that rules judge: the neutral model and what only Mach-O has. */
import type { BinaryKind, LayoutProblem, SearchPath } from "../../binary.ts";
import { compareText, decodeName } from "../../bytes.ts";
import { mayBePythonInit } from "../../python-init.ts";
import { asciiHash, symbolHash } from "../../symbol-hash.ts";
import { EncryptionInfoCommand } from "../command-layout.ts";
import { LC, LC_REQ_DYLD, MH, MH_FLAGS } from "../constants.ts";
import { fileTypeName, headerFlagNames, platformName } from "../names.ts";
import { padded } from "../read/dylib.ts";
import type { ArchiveSlice, MachoBinary, MachoImage } from "../read/image.ts";
import { commandString } from "../read/strings.ts";
import { trailingBytes } from "../read/trailing.ts";
import { uuidsOf } from "../read/uuid.ts";
import { unpackVersion } from "../version.ts";
import { signatureFacts, UNSIGNED } from "./signature.ts";
import type {
  MachoDependency,
  MachoFile,
  MachoImport,
  MachoNewCommand,
  MachoSection,
  MachoSlice,
  MachoTarget,
  MachoVersion,
} from "./slice.ts";
import { byName, exportsOf, plainName, selectImports } from "./symbols.ts";

/** Of all slices together; one slice alone may have as many. */
const MAX_PROBLEMS = 50;

type Interest = (name: string, library?: string) => boolean;

/** @param interest picks the imports that the caller wants by name; all others are only counted. */
export function summarizeMacho(
  { fat, slices, problems }: MachoBinary,
  interest: Interest,
): MachoFile {
  const [first, ...others] = slices;
  const summarize = (slice: MachoImage | ArchiveSlice): MachoSlice =>
    slice.kind === "archive" ? archiveFacts(slice) : sliceFacts(slice, interest);
  const facts: readonly [MachoSlice, ...MachoSlice[]] = [
    summarize(first),
    ...others.map(summarize),
  ];
  const own = slices.flatMap((slice): readonly LayoutProblem[] =>
    slice.kind === "archive" ? [] : slice.problems,
  );
  return {
    format: "macho",
    fat: fat?.kind ?? null,
    slices: facts,
    problems: [...problems, ...own].slice(0, MAX_PROBLEMS),
  };
}

function sliceFacts(image: MachoImage, interest: Interest): MachoSlice {
  // What is wrong with names is told before what is wrong with symbols.
  const { header, base, id } = image;
  const targets = targetsOf(image);
  const { count: importCount, list } = selectImports(
    image,
    (name, library, lookup) => lookup === "flat" || interest(name, library),
  );
  const imports = list.sort(byName);
  const exports = exportFacts(image);
  const uuids = uuidsOf(image.commands);
  return {
    arch: image.arch,
    kind: kindOf(header.filetype),
    bits: image.bits,
    id: id?.path ?? null,
    dependencies: dependenciesOf(image),
    searchPaths: searchPathsOf(image),
    symbolCount: image.tables.symtab?.nsyms ?? 0,
    importCount,
    exportCount: exports.hashes.length,
    imports: imports.filter(({ name, library }) => interest(name, library)),
    pythonInit: exports.init.sort(compareText),
    debug: debugBytes(image),
    offset: base,
    size: image.source.size,
    fileType: fileTypeName(header.filetype),
    littleEndian: image.context.littleEndian,
    flags: headerFlagNames(header.flags),
    flatImports: header.filetype === MH.MH_OBJECT ? [] : flatImportsOf(imports),
    exportHashes: Uint32Array.from(exports.hashes).sort(),
    targets,
    platform: targets[0]?.platform ?? null,
    minos: targets[0]?.minos ?? null,
    sdk: targets[0]?.sdk ?? null,
    uuid: uuids[0] ?? null,
    uuidCount: uuids.length,
    newCommands: newCommandsOf(image),
    fixups: fixupsOf(image),
    signature: signatureFacts(image),
    headerRoom: image.room,
    encrypted: isEncrypted(image),
    executableStack: (header.flags & MH_FLAGS.MH_ALLOW_STACK_EXECUTION) !== 0,
    interpreter: interpreterOf(image),
    sections: sectionsOf(image),
    trailing: trailingBytes(image),
  };
}

/** Hashes of all names, and Python's initialisers. Without a trie the symbol table tells. */
function exportFacts(image: MachoImage): { readonly hashes: number[]; readonly init: string[] } {
  const facts = { hashes: [] as number[], init: [] as string[] };
  const add = (name: string): void => {
    facts.hashes.push(symbolHash(name));
    if (PYTHON_INIT.test(name)) facts.init.push(name);
  };
  const listed = image.eachExportName((path, length) => {
    const start = path[0] === UNDERSCORE && length > 0 ? 1 : 0;
    const mayBeInit = mayBePythonInit(path[start], path[start + 1]);
    const hash = mayBeInit ? undefined : asciiHash(path, start, length);
    if (hash === undefined) add(plainName(decodeName(path, 0, length)));
    else facts.hashes.push(hash);
  });
  if (!listed) for (const { name } of exportsOf(image)) add(name);
  return facts;
}

const UNDERSCORE = 0x5f;

/** PEP 489 (`PyInit_`, `PyInitU_`), PEP 793, Python 2 and cffi under PyPy. */
const PYTHON_INIT = /^(?:Py(?:InitU?|ModExportU?)_|init|_cffi_pypyinit_)./;

const KINDS: Readonly<Record<number, BinaryKind>> = {
  [MH.MH_OBJECT]: "object",
  [MH.MH_EXECUTE]: "executable",
  [MH.MH_CORE]: "core",
  [MH.MH_DYLIB]: "shared",
  [MH.MH_BUNDLE]: "bundle",
};

function kindOf(filetype: number): BinaryKind {
  return KINDS[filetype] ?? "other";
}

/** Libraries that one file may need; the most in any real one are some hundred. */
const MAX_LISTED = 1000;

function dependenciesOf({ dylibs, base }: MachoImage): readonly MachoDependency[] {
  // One object for each version: most libraries of a file have the same.
  const versions = new Map<number, MachoVersion>();
  const versionOf = (packed: number): MachoVersion => {
    const version = versions.get(packed) ?? unpackVersion(packed);
    versions.set(packed, version);
    return version;
  };
  return dylibs
    .slice(0, MAX_LISTED)
    .map(({ path, how, command, current_version, compatibility_version }, index) => ({
      name: path,
      how,
      at: { record: command.name, field: "name", offset: base + command.at },
      ordinal: index + 1,
      currentVersion: versionOf(current_version),
      compatibilityVersion: versionOf(compatibility_version),
    }));
}

function searchPathsOf({ rpaths, base }: MachoImage): readonly SearchPath[] {
  return rpaths.slice(0, MAX_LISTED).map(({ path, command }) => ({
    kind: "rpath",
    path,
    at: { record: command.name, field: "path", offset: base + command.at },
  }));
}

function targetsOf({ targets, base }: MachoImage): readonly MachoTarget[] {
  return targets.slice(0, MAX_LISTED).map(({ platform, minos, sdk, command }) => ({
    platform: platformName(platform),
    minos: unpackVersion(minos),
    sdk: unpackVersion(sdk),
    at: { record: command.name, offset: base + command.at },
  }));
}

const MAX_FLAT_IMPORTS = 2000;

function flatImportsOf(imports: readonly MachoImport[]): readonly string[] {
  return imports
    .filter(({ lookup, weak, name }) => lookup === "flat" && !weak && !/^_?Py/.test(name))
    .slice(0, MAX_FLAT_IMPORTS)
    .map(({ name }) => name);
}

/** Every loader that has two-level namespaces and LC_UUID knows these. */
const OLD_REQUIRED: ReadonlySet<number> = new Set([
  LC.LC_LOAD_WEAK_DYLIB,
  LC.LC_RPATH,
  LC.LC_REEXPORT_DYLIB,
  LC.LC_DYLD_INFO_ONLY,
  LC.LC_LOAD_UPWARD_DYLIB,
  LC.LC_MAIN,
]);

function newCommandsOf({ commands, base }: MachoImage): readonly MachoNewCommand[] {
  return commands
    .filter(({ cmd }) => cmd >= LC_REQ_DYLD && !OLD_REQUIRED.has(cmd))
    .slice(0, MAX_LISTED)
    .map(({ name, at }) => ({ name, at: { record: name, offset: base + at } }));
}

function fixupsOf({ tables }: MachoImage): MachoSlice["fixups"] {
  if (tables.data.has(LC.LC_DYLD_CHAINED_FIXUPS)) return "chained";
  if (tables.dyldInfo !== null) return "opcodes";
  const { dysymtab } = tables;
  return dysymtab !== null && dysymtab.nextrel + dysymtab.nlocrel > 0 ? "relocations" : "none";
}

export function isEncrypted({ commands, context }: MachoImage): boolean {
  return commands.some(
    ({ cmd, bytes }) =>
      (cmd === LC.LC_ENCRYPTION_INFO || cmd === LC.LC_ENCRYPTION_INFO_64) &&
      EncryptionInfoCommand.read(padded(bytes), 0, context).cryptid !== 0,
  );
}

function interpreterOf({ commands, context }: MachoImage): string | null {
  const command = commands.find(({ cmd }) => cmd === LC.LC_LOAD_DYLINKER);
  return command === undefined ? null : commandString(command, context);
}

function sectionsOf({ segments, base }: MachoImage): readonly MachoSection[] {
  return segments
    .flatMap(({ sections }) => sections)
    .slice(0, MAX_LISTED)
    .map(({ segment, name, offset, size, zeroFill }) => ({
      segment,
      name,
      offset: zeroFill ? null : base + offset,
      size: Number(size),
    }));
}

/** Local symbols and debugging entries, and the sections of `__DWARF`. */
function debugBytes({ tables, segments, bits, source }: MachoImage): MachoSlice["debug"] {
  const local = tables.dysymtab?.nlocalsym ?? 0;
  let dwarf = 0;
  for (const { name, sections } of segments) {
    if (name !== "__DWARF") continue;
    for (const { fileSize } of sections) dwarf += fileSize;
  }
  const clip = (bytes: number): number => Math.min(bytes, source.size);
  return { symtab: clip(local * (bits === 64 ? 16 : 12)), dwarf: clip(dwarf) };
}

function archiveFacts({ arch, base, source }: ArchiveSlice): MachoSlice {
  return {
    arch,
    kind: "object",
    bits: arch.includes("64") ? 64 : 32,
    id: null,
    dependencies: [],
    searchPaths: [],
    symbolCount: 0,
    importCount: 0,
    exportCount: 0,
    imports: [],
    pythonInit: [],
    debug: { symtab: 0, dwarf: 0 },
    offset: base,
    size: source.size,
    fileType: "archive",
    littleEndian: true,
    flags: [],
    flatImports: [],
    exportHashes: new Uint32Array(),
    targets: [],
    platform: null,
    minos: null,
    sdk: null,
    uuid: null,
    uuidCount: 0,
    newCommands: [],
    fixups: "none",
    signature: UNSIGNED,
    headerRoom: 0,
    encrypted: false,
    executableStack: false,
    interpreter: null,
    sections: [],
    trailing: 0,
  };
}
