/** All that `readelf -hdVlWn` says of a file, as plain data with the specification's names. */

import {
  ELFCLASS,
  ELFDATA,
  EM,
  GNU_PROPERTY,
  GNU_PROPERTY_AARCH64,
  GNU_PROPERTY_AARCH64_FEATURE_1,
  GNU_PROPERTY_RISCV,
  GNU_PROPERTY_X86,
  GNU_PROPERTY_X86_FEATURE_1,
  GNU_PROPERTY_X86_ISA_1,
  type NameTable,
} from "../constants.ts";
import {
  fileTypeName,
  flagNames,
  machineName,
  nameOf,
  osAbiName,
  segmentFlagNames,
  segmentTypeName,
  versionFlagNames,
} from "../names.ts";
import type { ElfImage } from "../read/image.ts";
import { androidApi, buildId } from "../read/notes.ts";
import { type ElfProblem, hex } from "../read/problems.ts";
import type { GnuProperty } from "../read/property.ts";
import { countRelr } from "../read/relr.ts";
import { sectionName } from "../read/sections.ts";
import { isInSegment } from "../read/segment-sections.ts";
import { type DynamicDump, dumpDynamic } from "./dump-dynamic.ts";
import { type SymbolRow, symbolRows } from "./list-symbols.ts";

/** Offsets, sizes and counts are numbers, addresses and flags hex. */
export interface ElfDump {
  readonly header: {
    readonly class: string;
    readonly data: string;
    readonly osAbi: string;
    readonly abiVersion: number;
    readonly type: string;
    readonly machine: string;
    readonly version: number;
    readonly entry: string;
    readonly phoff: number;
    readonly shoff: number;
    readonly flags: string;
    readonly ehsize: number;
    readonly phentsize: number;
    readonly phnum: number;
    readonly shentsize: number;
    readonly shnum: number;
    readonly shstrndx: number;
  };
  /** As in platform tags, or `unknown`. */
  readonly arch: string;
  readonly interpreter: string | null;
  readonly segments: readonly {
    readonly type: string;
    readonly offset: number;
    readonly vaddr: string;
    readonly paddr: string;
    readonly filesz: number;
    readonly memsz: string;
    readonly flags: readonly string[];
    readonly align: string;
    /** Names of the sections inside. */
    readonly sections: readonly string[];
  }[];
  readonly dynamic: DynamicDump | null;
  readonly versionNeeds: readonly {
    readonly file: string;
    readonly versions: readonly {
      readonly name: string;
      readonly flags: readonly string[];
      readonly index: number;
    }[];
  }[];
  readonly versionDefinitions: readonly {
    readonly name: string;
    readonly flags: readonly string[];
    readonly index: number;
    readonly parents: readonly string[];
  }[];
  /** Entries of the version symbol table. */
  readonly versionSymbols: number;
  readonly symbols: { readonly count: number; readonly countedBy: string };
  readonly relr: { readonly offset: number; readonly size: number; readonly count: number } | null;
  readonly buildId: string | null;
  readonly androidApi: number | null;
  readonly properties: readonly {
    readonly type: string;
    readonly value: readonly string[] | string;
  }[];
  /** Only when asked for. */
  readonly symbolTable?: readonly SymbolRow[];
  readonly problems: readonly ElfProblem[];
}

const MAX_RELATIONS = 1 << 22;

/** @param options `symbols`: with every dynamic symbol, as `--dyn-syms` lists them. */
export function dumpElf(image: ElfImage, options: { readonly symbols?: boolean } = {}): ElfDump {
  const { ehdr, sections, relr } = image;
  const symbols = image.symbols();
  const names = sections.list.map((section) => sectionName(sections, section));
  // Real files have some ten segments; the product of two hostile counts would take minutes.
  const related = image.segments.length * names.length <= MAX_RELATIONS ? sections.list : [];
  return {
    header: {
      class: nameOf(ELFCLASS, "ELFCLASS", ehdr.ei_class),
      data: nameOf(ELFDATA, "ELFDATA", ehdr.ei_data),
      osAbi: osAbiName(ehdr.ei_osabi),
      abiVersion: ehdr.ei_abiversion,
      type: fileTypeName(ehdr.e_type),
      machine: machineName(ehdr.e_machine),
      version: ehdr.e_version,
      entry: hex(ehdr.e_entry),
      phoff: ehdr.e_phoff,
      shoff: ehdr.e_shoff,
      flags: hex(ehdr.e_flags),
      ehsize: ehdr.e_ehsize,
      phentsize: ehdr.e_phentsize,
      phnum: image.phnum,
      shentsize: ehdr.e_shentsize,
      shnum: image.shnum,
      shstrndx: image.shstrndx,
    },
    arch: image.arch,
    interpreter: image.interpreter,
    segments: image.segments.map((segment) => ({
      type: segmentTypeName(segment.p_type, ehdr.e_machine),
      offset: segment.p_offset,
      vaddr: hex(segment.p_vaddr),
      paddr: hex(segment.p_paddr),
      filesz: segment.p_filesz,
      memsz: hex(segment.p_memsz),
      flags: segmentFlagNames(segment.p_flags),
      align: hex(segment.p_align),
      sections: related
        .filter((section) => section.sh_type !== 0 && isInSegment(section, segment))
        .map(({ index }) => names[index] ?? ""),
    })),
    dynamic: dumpDynamic(image),
    versionNeeds: image.versionNeeds.map(({ file, versions }) => ({
      file,
      versions: versions.map(({ name, vna_flags, vna_other }) => ({
        name,
        flags: versionFlagNames(vna_flags),
        index: vna_other,
      })),
    })),
    versionDefinitions: image.versionDefinitions.map(({ name, vd_flags, vd_ndx, parents }) => ({
      name,
      flags: versionFlagNames(vd_flags),
      index: vd_ndx,
      parents,
    })),
    versionSymbols: symbols.versym === null ? 0 : Math.floor(symbols.versym.size / 2),
    symbols: { count: symbols.count, countedBy: symbols.countedBy },
    relr:
      relr === null
        ? null
        : {
            offset: relr.offset,
            size: relr.size,
            count: countRelr(image.source, relr, image.context),
          },
    buildId: buildId(image.notes),
    androidApi: androidApi(image.notes, image.context),
    properties: image.properties.map((property) => dumpProperty(property, ehdr.e_machine)),
    ...(options.symbols === true ? { symbolTable: symbolRows(image) } : {}),
    problems: [...image.problems],
  };
}

interface PropertyNames {
  readonly types: NameTable;
  readonly bits: Readonly<Record<number, NameTable>>;
}

const X86: PropertyNames = {
  types: GNU_PROPERTY_X86,
  bits: {
    [GNU_PROPERTY_X86.GNU_PROPERTY_X86_FEATURE_1_AND]: GNU_PROPERTY_X86_FEATURE_1,
    [GNU_PROPERTY_X86.GNU_PROPERTY_X86_ISA_1_NEEDED]: GNU_PROPERTY_X86_ISA_1,
    [GNU_PROPERTY_X86.GNU_PROPERTY_X86_ISA_1_USED]: GNU_PROPERTY_X86_ISA_1,
  },
};
const PROPERTIES_OF: Readonly<Record<number, PropertyNames>> = {
  [EM.EM_386]: X86,
  [EM.EM_X86_64]: X86,
  [EM.EM_AARCH64]: {
    types: GNU_PROPERTY_AARCH64,
    bits: {
      [GNU_PROPERTY_AARCH64.GNU_PROPERTY_AARCH64_FEATURE_1_AND]: GNU_PROPERTY_AARCH64_FEATURE_1,
    },
  },
  [EM.EM_RISCV]: { types: GNU_PROPERTY_RISCV, bits: {} },
};

function dumpProperty(
  { type, data, value }: GnuProperty,
  machine: number,
): ElfDump["properties"][number] {
  const known = PROPERTIES_OF[machine];
  const bits = known?.bits[type];
  const name =
    type >= 0xc0000000 && known !== undefined
      ? nameOf(known.types, "GNU_PROPERTY_", type)
      : nameOf(GNU_PROPERTY, "GNU_PROPERTY_", type);
  if (value !== null && bits !== undefined) return { type: name, value: flagNames(bits, value) };
  let text = "";
  for (const byte of data.subarray(0, 64)) text += byte.toString(16).padStart(2, "0");
  return { type: name, value: text };
}
