/** The facts of an ELF file that rules judge: the neutral model, as plain data. */
import type {
  BinaryKind,
  Dependency,
  LibraryVersions,
  SearchPath,
  VersionNeed,
} from "../../binary.ts";
import { DF, DF_1, DT, ET, PF, PT, SHF, SHT, VER_FLG, VERSYM_VERSION } from "../constants.ts";
import { machineName } from "../names.ts";
import { dynamicNames, type ElfImage } from "../read/image.ts";
import { androidApi } from "../read/notes.ts";
import type { ElfProblem } from "../read/problems.ts";
import { isaNeeded } from "../read/property.ts";
import { debugSizes } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";
import type { ElfFile, ElfSlice, LoadSegment } from "./slice.ts";
import { staticTlsUse } from "./static-tls.ts";
import { symbolFacts } from "./symbols.ts";

/**
 * @param interest picks the imports that the caller wants by name; all others are only counted, or
 *   listed under the version that they are bound to.
 */
export function summarizeElf(image: ElfImage, interest: (name: string) => boolean): ElfFile {
  const { ehdr, dynamic, segments, sections } = image;
  const flags = Number(dynamic?.value(DT.DT_FLAGS) ?? 0n);
  const flags1 = Number(dynamic?.value(DT.DT_FLAGS_1) ?? 0n);
  const has = (tag: number): boolean => dynamic?.get(tag) !== undefined;
  const isa = isaNeeded(image.properties, ehdr.e_machine);
  const stack = segments.find(({ p_type }) => p_type === PT.PT_GNU_STACK);
  const id = dynamicNames(image, DT.DT_SONAME).at(-1)?.name ?? null;
  const symbols = symbolFacts(image, interest);
  const { listed: dependencies, problem: tooMany } = dependenciesOf(image);
  const paths = [searchPaths(image, "rpath"), searchPaths(image, "runpath")];
  const bindNow =
    has(DT.DT_BIND_NOW) || (flags & DF.DF_BIND_NOW) !== 0 || (flags1 & DF_1.DF_1_NOW) !== 0;
  const relro = segments.some(({ p_type }) => p_type === PT.PT_GNU_RELRO);
  const slice: ElfSlice = {
    kind: kindOf(image, flags1, id),
    arch: image.arch,
    machine: machineName(ehdr.e_machine),
    bits: image.bits,
    littleEndian: image.context.littleEndian,
    osAbi: ehdr.ei_osabi,
    flags: ehdr.e_flags,
    id,
    interpreter: image.interpreter,
    dynamic: dynamic !== null,
    dependencies,
    searchPaths: paths.flatMap(({ listed }) => listed),
    noDefaultLibraries: (flags1 & DF_1.DF_1_NODEFLIB) !== 0,
    versionNeeds: needsWithSymbols(image, symbols.users),
    versionDefinitions: image.versionDefinitions
      .filter(({ vd_flags }) => (vd_flags & VER_FLG.VER_FLG_BASE) === 0)
      .map(({ name }) => name),
    isa: isa.level,
    isaUnknown: isa.unknown,
    execstack: stack === undefined ? "absent" : (stack.p_flags & PF.PF_X) !== 0 ? "yes" : "no",
    textRelocations: has(DT.DT_TEXTREL) || (flags & DF.DF_TEXTREL) !== 0,
    staticTls: (flags & DF.DF_STATIC_TLS) !== 0,
    staticTlsUse:
      (flags & DF.DF_STATIC_TLS) !== 0 ? staticTlsUse(image) : { own: false, names: [] },
    unversioned: symbols.unversioned,
    exportHashes: symbols.exportHashes,
    relro: relro ? (bindNow ? "full" : "partial") : "none",
    relr: relrForm(image),
    androidApi: androidApi(image.notes, image.context),
    loads: segments.filter(({ p_type }) => p_type === PT.PT_LOAD).map(loadOf),
    sectionHeaders: sections.list.length > 0,
    hollow: isHollow(image),
    symbolCount: symbols.count,
    importCount: symbols.importCount,
    exportCount: symbols.exportCount,
    imports: symbols.imports,
    pythonInit: symbols.pythonInit,
    debug: debugSizes(sections, image.size),
  };
  return {
    format: "elf",
    slices: [slice],
    problems: [
      ...image.problems,
      ...symbols.problems,
      ...paths.flatMap(({ problem }) => problem ?? []),
      ...(tooMany === undefined ? [] : [tooMany]),
    ],
  };
}

function relrForm({ relr }: ElfImage): ElfSlice["relr"] {
  if (relr === null || relr.size === 0) return null;
  return relr.android ? "android" : "standard";
}

const CODE = SHF.SHF_ALLOC | SHF.SHF_EXECINSTR;

/** `objcopy --only-keep-debug` and `eu-strip -f` leave the code of a file out and keep its headers. */
function isHollow({ sections, loads, segments }: ElfImage): boolean {
  const code = sections.list.filter(
    ({ sh_flags, sh_size }) => (sh_flags & CODE) === CODE && sh_size > 0,
  );
  if (code.length > 0) return code.every(({ sh_type }) => sh_type === SHT.SHT_NOBITS);
  return loads.length === 0 && segments.some(({ p_type }) => p_type === PT.PT_LOAD);
}

/** ET_DYN is a library or a position independent executable: DF_1_PIE tells, else an interpreter without a SONAME. */
function kindOf(image: ElfImage, flags1: number, id: string | null): BinaryKind {
  switch (image.ehdr.e_type) {
    case ET.ET_REL:
      return "object";
    case ET.ET_EXEC:
      return "executable";
    case ET.ET_DYN: {
      const pie = (flags1 & DF_1.DF_1_PIE) !== 0 || (image.interpreter !== null && id === null);
      return pie ? "executable" : "shared";
    }
    case ET.ET_CORE:
      return "core";
  }
  return "other";
}

/** Libraries that one file may need; the most in any real one are some hundred. */
const MAX_DEPENDENCIES = 1000;

function dependenciesOf(image: ElfImage): Limited<Dependency> {
  const listed: Dependency[] = [];
  for (const { entry, name } of dynamicNames(image, DT.DT_NEEDED)) {
    if (name === null) continue;
    const at = { record: "Elf_Dyn", field: "DT_NEEDED", offset: entry.at };
    if (listed.length === MAX_DEPENDENCIES) {
      const message = `the file needs more than ${MAX_DEPENDENCIES} libraries, the rest was not read`;
      return { listed, problem: { message, at } };
    }
    listed.push({ name, how: "required", at });
  }
  return { listed };
}

/** Folders of one entry that are looked at; the longest in any real wheel has some twenty. */
const MAX_SEARCH_PATHS = 10_000;

/** What a file lists, and what is wrong where that is too much. */
interface Limited<Item> {
  readonly listed: readonly Item[];
  readonly problem?: ElfProblem;
}

/** The entry that counts, split at colons; an empty item means the current folder and is kept. */
function searchPaths(image: ElfImage, kind: "rpath" | "runpath"): Limited<SearchPath> {
  const field = kind === "rpath" ? "DT_RPATH" : "DT_RUNPATH";
  const found = dynamicNames(image, DT[field]).at(-1);
  if (found === undefined || found.name === null) return { listed: [] };
  const at = { record: "Elf_Dyn", field, offset: found.entry.at };
  const items = found.name.split(":", MAX_SEARCH_PATHS + 1);
  const listed = items.slice(0, MAX_SEARCH_PATHS).map((path) => ({ kind, path, at }));
  if (items.length === listed.length) return { listed };
  const message = `${field} has more than ${MAX_SEARCH_PATHS} folders, the rest was not read`;
  return { listed, problem: { message, at } };
}

function loadOf(segment: Segment): LoadSegment {
  return {
    offset: segment.p_offset,
    fileSize: segment.p_filesz,
    address: segment.p_vaddr,
    memorySize: segment.p_memsz,
    align: segment.p_align,
    readable: (segment.p_flags & PF.PF_R) !== 0,
    writable: (segment.p_flags & PF.PF_W) !== 0,
    executable: (segment.p_flags & PF.PF_X) !== 0,
    at: { record: "Elf_Phdr", offset: segment.at },
  };
}

/** What is needed of each library, with who needs it; two records for one library are joined. */
function needsWithSymbols(
  image: ElfImage,
  users: ReadonlyMap<number, readonly string[]>,
): readonly LibraryVersions[] {
  const byLibrary = new Map<string, VersionNeed[]>();
  for (const { file, versions } of image.versionNeeds) {
    const needs = byLibrary.get(file) ?? [];
    byLibrary.set(file, needs);
    for (const { name, vna_flags, vna_other, at } of versions) {
      needs.push({
        version: name,
        weak: (vna_flags & VER_FLG.VER_FLG_WEAK) !== 0,
        symbols: users.get(vna_other & VERSYM_VERSION) ?? [],
        at: { record: "Elf_Vernaux", field: "vna_name", offset: at },
      });
    }
  }
  return [...byLibrary].map(([library, versions]) => ({ library, versions }));
}
