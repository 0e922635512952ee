/** The ELF header, and the counts that may live in section header 0 instead. gABI chapter 4. */
import { FormatError } from "../../errors.ts";
import type { Source } from "../../source.ts";
import { ELFCLASS, ELFDATA, EV, PN_XNUM, SHN } from "../constants.ts";
import { type Ehdr, type ElfContext, ElfEhdr, ElfPhdr, ElfShdr, type Shdr } from "../layout.ts";
import { hex, type Problems } from "./problems.ts";

export interface ElfHeader {
  readonly ehdr: Ehdr;
  readonly context: ElfContext;
  readonly bits: 32 | 64;
  /** Count of program headers, with PN_XNUM resolved. */
  readonly phnum: number;
  /** Count of section headers, with the extension for more than 65,279 resolved; 0 without a usable table. */
  readonly shnum: number;
  /** Index of the section name table, with SHN_XINDEX resolved; 0: none. */
  readonly shstrndx: number;
}

/** True for the four magic bytes. */
export function matches(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** Class and byte order of a file by its first six bytes. */
function contextOf(ident: Uint8Array): ElfContext {
  if (!matches(ident)) {
    throw new FormatError("this is not an ELF file", { ...HEADER, field: "e_ident", offset: 0 });
  }
  const fileClass = ident[4] ?? 0;
  if (fileClass !== ELFCLASS.ELFCLASS32 && fileClass !== ELFCLASS.ELFCLASS64) {
    throw bad("the class is neither 32-bit nor 64-bit", "ei_class", 4, fileClass);
  }
  const data = ident[5] ?? 0;
  if (data !== ELFDATA.ELFDATA2LSB && data !== ELFDATA.ELFDATA2MSB) {
    throw bad("the byte order is neither little nor big endian", "ei_data", 5, data);
  }
  return {
    variant: fileClass === ELFCLASS.ELFCLASS32 ? "elf32" : "elf64",
    littleEndian: data === ELFDATA.ELFDATA2LSB,
  };
}

const HEADER = { format: "elf", record: "Elf_Ehdr" } as const;

function bad(problem: string, field: string, offset: number, value: number): FormatError {
  return new FormatError(problem, { ...HEADER, field, offset, value: String(value) });
}

/** Reads the header alone from the first bytes of a file. */
export function readEhdr(head: Uint8Array): { readonly ehdr: Ehdr; readonly context: ElfContext } {
  const context = contextOf(head);
  return { ehdr: ElfEhdr.read(head, 0, context), context };
}

/** Only core files have more than 65,534; each costs an object. */
const MAX_PHNUM = 1 << 18;

/** @throws FormatError when the header or the place of the program headers is unusable. */
export function parseHeader(source: Source, problems: Problems): ElfHeader {
  const { ehdr, context } = readEhdr(source.read(0, Math.min(64, source.size)));
  const { variant } = context;
  const place = (field: keyof Ehdr): { record: string; field: string; offset: number } => ({
    record: "Elf_Ehdr",
    field,
    offset: ElfEhdr.offsetOf(variant, field),
  });
  for (const field of ["ei_version", "e_version"] as const) {
    if (ehdr[field] !== EV.EV_CURRENT) {
      problems.add("the version is not 1, so loaders reject the file", {
        ...place(field),
        value: String(ehdr[field]),
      });
    }
  }

  const first = firstSection(source, ehdr, context, problems);
  let phnum = ehdr.e_phnum;
  if (phnum === PN_XNUM) {
    if (first === undefined) {
      throw new FormatError(
        "the count of program headers is in section header 0, which is not there",
        {
          format: "elf",
          ...place("e_phnum"),
          value: String(phnum),
        },
      );
    }
    phnum = first.sh_info;
  }
  if (phnum > MAX_PHNUM) {
    throw new FormatError(`more than ${MAX_PHNUM} program headers`, {
      format: "elf",
      ...place("e_phnum"),
      value: String(phnum),
    });
  }
  if (phnum > 0) {
    const size = ElfPhdr.sizeOf(variant);
    if (ehdr.e_phentsize !== size) {
      throw new FormatError(`a program header has ${size} bytes here`, {
        format: "elf",
        ...place("e_phentsize"),
        value: String(ehdr.e_phentsize),
      });
    }
    if (ehdr.e_phoff + phnum * size > source.size) {
      throw new FormatError(
        `${phnum} program headers do not fit in the file's ${source.size} bytes`,
        { format: "elf", ...place("e_phoff"), value: hex(ehdr.e_phoff) },
      );
    }
  }

  const wanted = ehdr.e_shnum === 0 && first !== undefined ? first.sh_size : ehdr.e_shnum;
  const room = Math.floor((source.size - ehdr.e_shoff) / ElfShdr.sizeOf(variant));
  let shnum = first === undefined ? 0 : wanted;
  if (first !== undefined && wanted > room) {
    problems.add(`only ${room} of ${wanted} section headers are inside the file`, {
      ...place("e_shnum"),
      value: String(ehdr.e_shnum),
    });
    shnum = room;
  }
  let shstrndx = ehdr.e_shstrndx === SHN.SHN_XINDEX ? (first?.sh_link ?? 0) : ehdr.e_shstrndx;
  if (shstrndx >= shnum && shstrndx !== 0) {
    if (first !== undefined) {
      problems.add("the section with the section names does not exist", {
        ...place("e_shstrndx"),
        value: String(ehdr.e_shstrndx),
      });
    }
    shstrndx = 0;
  }
  return { ehdr, context, bits: variant === "elf32" ? 32 : 64, phnum, shnum, shstrndx };
}

/** Section header 0, when the table is inside the file. */
function firstSection(
  source: Source,
  ehdr: Ehdr,
  context: ElfContext,
  problems: Problems,
): Pick<Shdr, "sh_size" | "sh_info" | "sh_link"> | undefined {
  if (ehdr.e_shoff === 0) return undefined;
  const size = ElfShdr.sizeOf(context.variant);
  const add = (message: string, field: "e_shoff" | "e_shentsize"): void =>
    problems.add(message, {
      record: "Elf_Ehdr",
      field,
      offset: ElfEhdr.offsetOf(context.variant, field),
      value: field === "e_shoff" ? hex(ehdr.e_shoff) : String(ehdr.e_shentsize),
    });
  if (ehdr.e_shnum > 0 && ehdr.e_shentsize !== size) {
    add(`a section header has ${size} bytes here, so the table is not read`, "e_shentsize");
    return undefined;
  }
  if (ehdr.e_shoff + size > source.size) {
    add(`the section headers begin at or after the end, ${source.size}`, "e_shoff");
    return undefined;
  }
  // Only the counts that do not fit e_phnum, e_shnum and e_shstrndx are kept there.
  const extended =
    ehdr.e_phnum === PN_XNUM || ehdr.e_shnum === 0 || ehdr.e_shstrndx === SHN.SHN_XINDEX;
  if (!extended) return { sh_size: 0, sh_info: 0, sh_link: 0 };
  return problems.attempt(() =>
    ElfShdr.read(source.read(ehdr.e_shoff, size), 0, context, ehdr.e_shoff),
  );
}
