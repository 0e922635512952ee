/** Section headers: for names, sizes and files without segments. gABI chapter 4. */
import type { Source } from "../../source.ts";
import { SHF, SHT } from "../constants.ts";
import { ElfShdr, type Phdr, type Shdr } from "../layout.ts";
import type { ElfHeader } from "./header.ts";
import { lazy, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";
import { emptyStringTable, type StringTable, stringTable } from "./strings.ts";

/** More sections than any linker writes; each costs an object. */
const MAX_SECTIONS = 1 << 18;

export interface Section extends Shdr {
  readonly index: number;
  /** File offset of its section header. */
  readonly at: number;
}

export interface Sections {
  readonly list: readonly Section[];
  /** The section name table, read when first asked for. */
  readonly names: () => StringTable;
}

export function parseSections(source: Source, header: ElfHeader, problems: Problems): Sections {
  const { ehdr, context, shstrndx } = header;
  const stride = ElfShdr.sizeOf(context.variant);
  const shnum = Math.min(header.shnum, MAX_SECTIONS);
  if (shnum < header.shnum) {
    problems.add(`only ${shnum} of ${header.shnum} section headers are read`, {
      record: "Elf_Shdr",
      offset: ehdr.e_shoff,
    });
  }
  const bytes = shnum === 0 ? new Uint8Array() : source.read(ehdr.e_shoff, shnum * stride);
  const column = <N extends keyof Shdr>(field: N): ((index: number) => Shdr[N]) =>
    ElfShdr.column(bytes, context, field);
  const name = column("sh_name");
  const type = column("sh_type");
  const flags = column("sh_flags");
  const addr = column("sh_addr");
  const offset = column("sh_offset");
  const size = column("sh_size");
  const link = column("sh_link");
  const info = column("sh_info");
  const addralign = column("sh_addralign");
  const entsize = column("sh_entsize");
  const list: Section[] = [];
  for (let index = 0; index < shnum; index++) {
    const section: Section = {
      index,
      at: ehdr.e_shoff + index * stride,
      sh_name: name(index),
      sh_type: type(index),
      sh_flags: flags(index),
      sh_addr: addr(index),
      sh_offset: offset(index),
      sh_size: size(index),
      sh_link: link(index),
      sh_info: info(index),
      sh_addralign: addralign(index),
      sh_entsize: entsize(index),
    };
    list.push(section);
    if (occupiesFile(section) && section.sh_offset + section.sh_size > source.size) {
      problems.add(`section ${index} ends behind the file's end, ${source.size}`, {
        record: "Elf_Shdr",
        field: "sh_offset",
        offset: section.at + ElfShdr.offsetOf(context.variant, "sh_offset"),
        value: `0x${section.sh_offset.toString(16)}`,
      });
    }
  }
  return {
    list,
    names: lazy(() => {
      const section = list[shstrndx];
      if (shstrndx === 0 || section === undefined) return emptyStringTable();
      return stringTable(source, sectionRegion(section, source.size), problems);
    }),
  };
}

/** SHT_NOBITS sections have a size and no bytes; section 0 uses its fields for counts. */
function occupiesFile(section: Section): boolean {
  return (
    section.sh_type !== SHT.SHT_NOBITS && section.sh_type !== SHT.SHT_NULL && section.sh_size > 0
  );
}

/** The section's bytes that the file really has. */
export function sectionRegion(section: Section, fileSize: number): Region {
  const { sh_offset, sh_size } = section;
  if (!occupiesFile(section) || sh_offset >= fileSize) return { offset: 0, size: 0 };
  return { offset: sh_offset, size: Math.min(sh_size, fileSize - sh_offset) };
}

export function sectionName(sections: Sections, section: Section): string {
  return sections.names().text(section.sh_name) ?? "";
}

/** DWARF has at least `.debug_info`, `.debug_abbrev` and `.debug_line`. */
const MIN_DWARF_SECTIONS = 3;
/** Bytes of a file above which the section names, which may lie anywhere, are not worth a read. */
const LARGE_FILE = 16 << 20;
/** Bytes; `.gnu_debuglink` and `.comment` are smaller, a large file's DWARF sections larger. */
const SMALL_SECTION = 512;

/**
 * Bytes of `.symtab` with `.strtab`, and of `.debug_*`: what stripping removes.
 *
 * Sections are told by their names, but in a file above 16 MiB by their kind: there the names can
 * cost another pass over a deflated stream, and the sum differs by a few bytes at most.
 */
export function debugSizes(
  sections: Sections,
  fileSize: number,
): { readonly symtab: number; readonly dwarf: number } {
  let symtab = 0;
  for (const section of sections.list) {
    if (section.sh_type !== SHT.SHT_SYMTAB) continue;
    const strings = sections.list[section.sh_link];
    symtab += section.sh_size;
    if (strings?.sh_type === SHT.SHT_STRTAB) symtab += strings.sh_size;
  }
  const candidates = sections.list.filter(mayBeDebug);
  const large = candidates.filter((section) => section.sh_size >= SMALL_SECTION);
  const byKind = fileSize > LARGE_FILE;
  if ((byKind ? large : candidates).length < MIN_DWARF_SECTIONS) return { symtab, dwarf: 0 };
  const debug = byKind
    ? large
    : candidates.filter((section) => /^\.z?debug_/.test(sectionName(sections, section)));
  return { symtab, dwarf: debug.reduce((sum, section) => sum + section.sh_size, 0) };
}

/** DWARF has processor types on MIPS. */
function mayBeDebug({ sh_type, sh_flags, sh_size }: Section): boolean {
  const typed = sh_type !== SHT.SHT_PROGBITS && sh_type < 0x7000_0000;
  return !typed && sh_size > 0 && (sh_flags & SHF.SHF_ALLOC) === 0;
}

/** Loaded in the process and with bytes in the file. */
export function isAllocated(section: Section): boolean {
  return (section.sh_flags & SHF.SHF_ALLOC) !== 0;
}

/** True when the section's bytes are in the file. */
export function hasBytes(section: Section): boolean {
  return (
    section.sh_type !== SHT.SHT_NOBITS && section.sh_type !== SHT.SHT_NULL && section.sh_size > 0
  );
}

/** True when a load segment maps the section's bytes to its address. */
export function isInLoad(
  loads: readonly Pick<Phdr, "p_offset" | "p_vaddr" | "p_filesz">[],
  { sh_offset, sh_size, sh_addr }: Pick<Section, "sh_offset" | "sh_size" | "sh_addr">,
): boolean {
  return loads.some(
    ({ p_offset, p_vaddr, p_filesz }) =>
      sh_offset >= p_offset &&
      sh_offset + sh_size <= p_offset + p_filesz &&
      sh_addr - p_vaddr === BigInt(sh_offset - p_offset),
  );
}
