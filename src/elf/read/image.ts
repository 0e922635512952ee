/** One ELF file: every table that loading it needs, with the place of each record. */
import type { Source } from "../../source.ts";
import { archOf } from "../arch.ts";
import { DT, EM, PT, SHT, SHT_ARM } from "../constants.ts";
import { armCpuArch } from "./arm-attributes.ts";
import { guessCpuArch } from "./arm-code.ts";
import { type Dynamic, type DynamicEntry, parseDynamic } from "./dynamic.ts";
import { type ElfHeader, parseHeader } from "./header.ts";
import { type Note, parseNotes } from "./notes.ts";
import { collectProblems, type ElfProblem, hex, lazy, type Problems } from "./problems.ts";
import { type GnuProperty, parseProperties } from "./property.ts";
import { parseRelr, type RelrTable } from "./relr.ts";
import { parseSections, type Section, type Sections, sectionRegion } from "./sections.ts";
import { checkSegments, type Mapped, mapAddress, parseSegments, type Segment } from "./segments.ts";
import { decodeName, emptyStringTable, nameEnd, type StringTable, stringTable } from "./strings.ts";
import { parseSymbols, type SymbolTable } from "./symbols.ts";
import {
  parseVersionDefinitions,
  parseVersionNeeds,
  type VersionDefinition,
  type VersionNeeds,
} from "./version.ts";

export interface ElfImage extends ElfHeader, Mapped {
  readonly format: "elf";
  readonly source: Source;
  /** Bytes of the file. */
  readonly size: number;
  /** Every program header. */
  readonly segments: readonly Segment[];
  readonly sections: Sections;
  /** `null`: a static program or an object file. */
  readonly dynamic: Dynamic | null;
  /** DT_STRTAB. */
  readonly strings: StringTable;
  readonly versionNeeds: readonly VersionNeeds[];
  readonly versionDefinitions: readonly VersionDefinition[];
  readonly notes: readonly Note[];
  readonly properties: readonly GnuProperty[];
  readonly relr: RelrTable | null;
  /** PT_INTERP. */
  readonly interpreter: string | null;
  /** As {@link archOf} names it. */
  readonly arch: string;
  /** The dynamic symbol table, read when first asked for. */
  readonly symbols: () => SymbolTable;
  /** Defects met so far; tables that are read later may add to it. */
  readonly problems: readonly ElfProblem[];
}

/** A path longer than this is no interpreter. */
const MAX_INTERPRETER = 4096;

/**
 * Reads what PT_LOAD and PT_DYNAMIC describe; section headers serve only where there are no
 * segments, and for names and sizes that nothing else tells.
 *
 * @throws FormatError when the ELF header or the program header table is unusable. Everything else
 *   that is wrong is in `problems`.
 */
export function parseElf(source: Source): ElfImage {
  const problems = collectProblems();
  const header = parseHeader(source, problems);
  const { context, ehdr } = header;
  const { size } = source;
  const segments = parseSegments(source, header);
  checkSegments(segments, header, size, problems);
  const sections = parseSections(source, header, problems);
  const loads = segments.filter(({ p_type, p_filesz }) => p_type === PT.PT_LOAD && p_filesz > 0);
  const mapped = { loads, size, segments, sections: sections.list };

  const dynamic = parseDynamic(source, context, mapped, problems);
  const strings = dynamicStrings(source, mapped, dynamic, problems);
  const tables = { source, context, strings, problems };
  const needsAt = versionTable(mapped, dynamic, "DT_VERNEED", problems);
  const definitionsAt = versionTable(mapped, dynamic, "DT_VERDEF", problems);
  const notes = parseNotes(source, context, segments, sections.list, problems);
  // Each by itself: behind a spread V8 defines them one by one, and of small files that is most of the work.
  return {
    ehdr,
    context,
    bits: header.bits,
    phnum: header.phnum,
    shnum: header.shnum,
    shstrndx: header.shstrndx,
    format: "elf",
    source,
    size,
    segments,
    loads,
    sections,
    dynamic,
    strings,
    versionNeeds:
      needsAt === undefined
        ? []
        : parseVersionNeeds(tables, needsAt, countAt(dynamic, DT.DT_VERNEEDNUM)),
    versionDefinitions:
      definitionsAt === undefined
        ? []
        : parseVersionDefinitions(tables, definitionsAt, countAt(dynamic, DT.DT_VERDEFNUM)),
    notes,
    properties: parseProperties(notes, context, problems),
    relr: dynamic === null ? null : parseRelr(mapped, dynamic, problems),
    interpreter: interpreterOf(source, segments, problems),
    arch: archOf(
      ehdr,
      context,
      armArchOf(source, header, { loads, sections: sections.list }, problems),
    ),
    symbols: lazy(() =>
      parseSymbols(
        { ...mapped, source, context, machine: ehdr.e_machine, strings },
        dynamic,
        problems,
      ),
    ),
    problems: problems.list,
  };
}

function countAt(dynamic: Dynamic | null, tag: number): number | undefined {
  const value = dynamic?.value(tag);
  return value === undefined ? undefined : Number(value);
}

function dynamicStrings(
  source: Source,
  image: Mapped & { readonly sections: readonly Section[] },
  dynamic: Dynamic | null,
  problems: Problems,
): StringTable {
  if (dynamic === null) return emptyStringTable();
  if (dynamic.segment === null) {
    // An object that is yet to be linked has no addresses: its sections are linked by index.
    const section = image.sections.find(({ sh_type }) => sh_type === SHT.SHT_DYNAMIC);
    const linked = section && image.sections[section.sh_link];
    if (linked === undefined) return emptyStringTable();
    return stringTable(source, sectionRegion(linked, image.size), problems);
  }
  const entry = dynamic.get(DT.DT_STRTAB);
  if (entry === undefined) {
    problems.add("there is no DT_STRTAB, so no name can be read", {
      record: "Elf_Dyn",
      offset: dynamic.offset,
    });
    return emptyStringTable();
  }
  const region = mapAddress(image, entry.d_val);
  if (region === undefined) {
    problems.add("the dynamic string table is in no load segment", {
      record: "Elf_Dyn",
      field: "DT_STRTAB",
      offset: entry.at,
      value: hex(entry.d_val),
    });
    return emptyStringTable();
  }
  const size = dynamic.get(DT.DT_STRSZ);
  if (size === undefined || size.d_val > BigInt(region.size)) {
    problems.add(
      size === undefined
        ? "there is no DT_STRSZ"
        : `the dynamic string table ends behind its segment's ${region.size} bytes`,
      {
        record: "Elf_Dyn",
        field: "DT_STRSZ",
        offset: size?.at ?? dynamic.offset,
        ...(size === undefined ? {} : { value: String(size.d_val) }),
      },
    );
  }
  const length = Math.min(region.size, Number(size?.d_val ?? region.size));
  return stringTable(source, { offset: region.offset, size: length }, problems);
}

function versionTable(
  image: Mapped,
  dynamic: Dynamic | null,
  tag: "DT_VERNEED" | "DT_VERDEF",
  problems: Problems,
): ReturnType<typeof mapAddress> {
  const entry = dynamic?.get(DT[tag]);
  if (entry === undefined) return undefined;
  const region = mapAddress(image, entry.d_val);
  if (region === undefined) {
    problems.add("the version table is in no load segment", {
      record: "Elf_Dyn",
      field: tag,
      offset: entry.at,
      value: hex(entry.d_val),
    });
  }
  return region;
}

function interpreterOf(
  source: Source,
  segments: readonly Segment[],
  problems: Problems,
): string | null {
  const segment = segments.find(({ p_type }) => p_type === PT.PT_INTERP);
  if (segment === undefined || segment.p_offset >= source.size) return null;
  const length = Math.min(segment.p_filesz, MAX_INTERPRETER, source.size - segment.p_offset);
  const bytes = problems.attempt(() => source.read(segment.p_offset, length));
  if (bytes === undefined) return null;
  // `objcopy --only-keep-debug` leaves the segment without contents; an empty path names nothing.
  const path = decodeName(bytes, 0, nameEnd(bytes, 0));
  return path === "" ? null : path;
}

function armArchOf(
  source: Source,
  { ehdr, context }: ElfHeader,
  image: { readonly loads: readonly Segment[]; readonly sections: readonly Section[] },
  problems: Problems,
): number | undefined {
  if (ehdr.e_machine !== EM.EM_ARM) return undefined;
  const section = image.sections.find(({ sh_type }) => sh_type === SHT_ARM.SHT_ARM_ATTRIBUTES);
  const said =
    section &&
    problems.attempt(() => {
      const { offset, size } = sectionRegion(section, source.size);
      return armCpuArch(source.read(offset, Math.min(size, 1 << 16)), context);
    });
  return said ?? problems.attempt(() => guessCpuArch(source, image.loads));
}

/** Entries of one tag, each with the name that its value is an offset of; `null` when that is outside. */
export function dynamicNames(
  image: ElfImage,
  tag: number,
): readonly { readonly entry: DynamicEntry; readonly name: string | null }[] {
  const names: { entry: DynamicEntry; name: string | null }[] = [];
  for (const entry of image.dynamic?.entries ?? []) {
    if (entry.d_tag === tag) names.push({ entry, name: nameOfEntry(image, entry) });
  }
  return names;
}

/** The name that the entry's value is an offset of. */
export function nameOfEntry(image: ElfImage, entry: DynamicEntry): string | null {
  return image.strings.text(Number(entry.d_val)) ?? null;
}
