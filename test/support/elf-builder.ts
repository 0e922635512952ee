/**
 * Makes small ELF libraries from a description: one load segment, addresses equal offsets, no
 * section headers. Tests use it for shapes that no linker writes, and for large tables.
 */
import { encodeUtf8 } from "../../src/bytes.ts";
import { DT, EM, ET, PF, PT, STB, STT } from "../../src/elf/constants.ts";
import {
  type Ehdr,
  type ElfContext,
  ElfDyn,
  ElfEhdr,
  ElfNhdr,
  ElfPhdr,
  ElfSym,
  ElfVernaux,
  ElfVerneed,
  type Shdr,
} from "../../src/elf/layout.ts";

export interface BuiltSymbol {
  readonly name: string;
  readonly defined?: boolean;
  /** Default: STB_GLOBAL. */
  readonly binding?: number;
  /** Default: STT_FUNC. */
  readonly type?: number;
  /** Version index. */
  readonly version?: number;
}

export interface BuiltNote {
  readonly name: string;
  readonly type: number;
  readonly desc: Uint8Array;
}

export interface ElfDescription {
  readonly context?: ElfContext;
  readonly header?: Partial<Ehdr>;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
  /** Without the null symbol; imports first. */
  readonly symbols?: readonly BuiltSymbol[];
  readonly needs?: readonly {
    readonly file: string;
    readonly versions: readonly {
      readonly name: string;
      readonly index: number;
      readonly flags?: number;
    }[];
  }[];
  /** `gnu`: a single bucket that holds all defined symbols. */
  readonly hash?: "gnu" | "sysv" | "none";
  readonly notes?: readonly BuiltNote[];
  /** Appended to the table: tag and value. */
  readonly dynamic?: readonly (readonly [tag: number, value: bigint])[];
  /** DT_NULLs at the end; default 1. */
  readonly nulls?: number;
  /** Values instead of those that the builder finds, by tag. */
  readonly override?: Readonly<Record<number, bigint>>;
  /** Program headers behind the builder's own. */
  readonly segments?: readonly Partial<Parameters<typeof ElfPhdr.encode>[1]>[];
}

export interface BuiltElf {
  readonly bytes: Uint8Array;
  /** File offsets. */
  readonly at: Readonly<
    Record<
      "phdrs" | "dynsym" | "dynstr" | "versym" | "verneed" | "hash" | "notes" | "dynamic",
      number
    >
  >;
}

/** The header of no section. */
export const EMPTY_SHDR: Shdr = {
  sh_name: 0,
  sh_type: 0,
  sh_flags: 0,
  sh_addr: 0n,
  sh_offset: 0,
  sh_size: 0,
  sh_link: 0,
  sh_info: 0,
  sh_addralign: 0n,
  sh_entsize: 0,
};

export const LE64: ElfContext = { variant: "elf64", littleEndian: true };

export function buildElf(description: ElfDescription = {}): BuiltElf {
  const context = description.context ?? LE64;
  const { variant, littleEndian } = context;
  const word = variant === "elf64" ? 8 : 4;
  const symbols = description.symbols ?? [];
  const strings = stringPool();

  const phnum = 3 + (description.segments?.length ?? 0);
  const ehsize = ElfEhdr.sizeOf(variant);
  const phsize = ElfPhdr.sizeOf(variant);
  const parts: Uint8Array[] = [];
  let size = ehsize + phnum * phsize;
  const place = (part: Uint8Array): number => {
    const padding = (8 - (size % 8)) % 8;
    parts.push(new Uint8Array(padding), part);
    const at = size + padding;
    size = at + part.length;
    return at;
  };

  // Symbols and their versions.
  const stride = ElfSym.sizeOf(variant);
  const dynsymBytes = new Uint8Array((symbols.length + 1) * stride);
  const versymBytes = new Uint8Array((symbols.length + 1) * 2);
  const versymView = new DataView(versymBytes.buffer);
  for (const [index, symbol] of symbols.entries()) {
    ElfSym.set(dynsymBytes, (index + 1) * stride, context, {
      st_name: strings.add(symbol.name),
      st_info: ((symbol.binding ?? STB.STB_GLOBAL) << 4) | (symbol.type ?? STT.STT_FUNC),
      st_shndx: symbol.defined === true ? 1 : 0,
      st_value: symbol.defined === true ? 64n : 0n,
    });
    versymView.setUint16((index + 1) * 2, symbol.version ?? 1, littleEndian);
  }
  const dynsym = place(dynsymBytes);
  const versym = place(versymBytes);
  const hash = place(hashTable(description.hash ?? "gnu", symbols, context));

  // Version needs.
  const needs = description.needs ?? [];
  const records: Uint8Array[] = [];
  for (const [index, { file, versions }] of needs.entries()) {
    const length = 16 * (1 + versions.length);
    records.push(
      ElfVerneed.encode(context, {
        vn_version: 1,
        vn_cnt: versions.length,
        vn_file: strings.add(file),
        vn_aux: 16,
        vn_next: index + 1 < needs.length ? length : 0,
      }),
    );
    for (const [auxIndex, { name, index: vna_other, flags }] of versions.entries()) {
      records.push(
        ElfVernaux.encode(context, {
          vna_hash: 0,
          vna_flags: flags ?? 0,
          vna_other,
          vna_name: strings.add(name),
          vna_next: auxIndex + 1 < versions.length ? 16 : 0,
        }),
      );
    }
  }
  const verneed = place(concat(records));
  const noteBytes = concat((description.notes ?? []).map((note) => encodeNote(note, context)));
  const notes = place(noteBytes);

  // The dynamic section needs the strings' place, so all strings are added first.
  const entries: [number, bigint][] = [];
  const name = (tag: number, text: string | undefined): void => {
    if (text !== undefined) entries.push([tag, BigInt(strings.add(text))]);
  };
  for (const each of description.needed ?? []) name(DT.DT_NEEDED, each);
  name(DT.DT_SONAME, description.soname);
  name(DT.DT_RPATH, description.rpath);
  name(DT.DT_RUNPATH, description.runpath);
  const dynstr = place(strings.bytes());
  entries.push(
    [DT.DT_STRTAB, BigInt(dynstr)],
    [DT.DT_STRSZ, BigInt(strings.bytes().length)],
    [DT.DT_SYMTAB, BigInt(dynsym)],
    [DT.DT_SYMENT, BigInt(stride)],
  );
  if (description.hash !== "none") {
    entries.push([description.hash === "sysv" ? DT.DT_HASH : DT.DT_GNU_HASH, BigInt(hash)]);
  }
  if (needs.length > 0) {
    entries.push(
      [DT.DT_VERNEED, BigInt(verneed)],
      [DT.DT_VERNEEDNUM, BigInt(needs.length)],
      [DT.DT_VERSYM, BigInt(versym)],
    );
  }
  entries.push(
    ...(description.dynamic ?? []).map(([tag, value]): [number, bigint] => [tag, value]),
  );
  for (let index = 0; index < (description.nulls ?? 1); index++) entries.push([DT.DT_NULL, 0n]);
  const dynamicBytes = concat(
    entries.map(([d_tag, d_val]) =>
      ElfDyn.encode(context, { d_tag, d_val: description.override?.[d_tag] ?? d_val }),
    ),
  );
  const dynamic = place(dynamicBytes);

  const segment = (
    fields: Partial<Parameters<typeof ElfPhdr.encode>[1]>,
    offset: number,
    length: number,
  ): Uint8Array =>
    ElfPhdr.encode(context, {
      p_type: PT.PT_LOAD,
      p_flags: PF.PF_R | PF.PF_W,
      p_offset: offset,
      p_vaddr: BigInt(offset),
      p_paddr: BigInt(offset),
      p_filesz: length,
      p_memsz: BigInt(length),
      p_align: BigInt(word),
      ...fields,
    });
  const header = ElfEhdr.encode(context, {
    ei_mag0: 0x7f,
    ei_mag1: 0x45,
    ei_mag2: 0x4c,
    ei_mag3: 0x46,
    ei_class: variant === "elf64" ? 2 : 1,
    ei_data: littleEndian ? 1 : 2,
    ei_version: 1,
    ei_osabi: 0,
    ei_abiversion: 0,
    ei_pad9: 0,
    ei_pad10: 0,
    ei_pad11: 0,
    ei_pad12: 0,
    ei_pad13: 0,
    ei_pad14: 0,
    ei_pad15: 0,
    e_type: ET.ET_DYN,
    e_machine: variant === "elf64" ? EM.EM_X86_64 : EM.EM_386,
    e_version: 1,
    e_entry: 0n,
    e_phoff: ehsize,
    e_shoff: 0,
    e_flags: 0,
    e_ehsize: ehsize,
    e_phentsize: phsize,
    e_phnum: phnum,
    e_shentsize: 0,
    e_shnum: 0,
    e_shstrndx: 0,
    ...description.header,
  });
  const bytes = concat([
    header,
    segment({}, 0, size),
    segment({ p_type: PT.PT_DYNAMIC }, dynamic, dynamicBytes.length),
    segment(
      noteBytes.length > 0 ? { p_type: PT.PT_NOTE } : { p_type: PT.PT_GNU_STACK },
      noteBytes.length > 0 ? notes : 0,
      noteBytes.length,
    ),
    ...(description.segments ?? []).map((fields) => segment(fields, 0, 0)),
    ...parts,
  ]);
  return { bytes, at: { phdrs: ehsize, dynsym, dynstr, versym, verneed, hash, notes, dynamic } };
}

function stringPool(): { add(text: string): number; bytes(): Uint8Array } {
  const offsets = new Map<string, number>([["", 0]]);
  const chunks: Uint8Array[] = [new Uint8Array(1)];
  let size = 1;
  let joined: Uint8Array | undefined;
  return {
    add(text) {
      const known = offsets.get(text);
      if (known !== undefined) return known;
      const at = size;
      const bytes = encodeUtf8(`${text}\0`);
      chunks.push(bytes);
      size += bytes.length;
      offsets.set(text, at);
      joined = undefined;
      return at;
    },
    bytes() {
      joined ??= concat(chunks);
      return joined;
    },
  };
}

function hashTable(
  kind: "gnu" | "sysv" | "none",
  symbols: readonly BuiltSymbol[],
  context: ElfContext,
): Uint8Array {
  if (kind === "none") return new Uint8Array();
  if (kind === "sysv") {
    return words([1, symbols.length + 1, 0, ...symbols.map(() => 0), 0], context);
  }
  const first = symbols.findIndex((symbol) => symbol.defined === true) + 1;
  const bloom = context.variant === "elf64" ? [0, 0] : [0];
  if (first === 0) return words([1, 1, 1, 0, ...bloom, 0], context);
  const chain = symbols.slice(first - 1).map((_, index, all) => (index + 1 === all.length ? 1 : 0));
  return words([1, first, 1, 0, ...bloom, first, ...chain], context);
}

export function words(values: readonly number[], context: ElfContext): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    view.setUint32(index * 4, value, context.littleEndian);
  }
  return bytes;
}

function encodeNote({ name, type, desc }: BuiltNote, context: ElfContext): Uint8Array {
  const text = encodeUtf8(`${name}\0`);
  const padded = (bytes: Uint8Array): Uint8Array =>
    concat([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)]);
  return concat([
    ElfNhdr.encode(context, { n_namesz: text.length, n_descsz: desc.length, n_type: type }),
    padded(text),
    padded(desc),
  ]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
