/** The dynamic symbol table, read by columns: an object for each of 500,000 symbols would be too dear. */
import type { Source } from "../../source.ts";
import { DT, DT_MIPS, EM, SHT, STB } from "../constants.ts";
import { type ElfContext, ElfSym, type Sym } from "../layout.ts";
import type { Dynamic } from "./dynamic.ts";
import { parseGnuHash, parseSysvHash } from "./hash.ts";
import { hex, lazy, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";
import { type Section, sectionRegion } from "./sections.ts";
import { type Mapped, mapAddress } from "./segments.ts";
import type { StringTable } from "./strings.ts";

/** More than any library has; 24 bytes each. */
const MAX_SYMBOLS = 5_000_000;

/** What told the count of symbols; the format itself keeps none. */
type CountSource =
  | "DT_HASH"
  | "DT_GNU_HASH"
  | "DT_MIPS_SYMTABNO"
  | "SHT_DYNSYM"
  | "neighbour"
  | "none";

export interface SymbolTable extends Region {
  /** Symbols, the null symbol 0 included. */
  readonly count: number;
  readonly countedBy: CountSource;
  /** Bytes of one entry. */
  readonly stride: number;
  /** Where the version index of each symbol is; `null` without DT_VERSYM. */
  readonly versym: Region | null;
  /** The table's `count * stride` bytes. */
  bytes(): Uint8Array;
  /** A fast reader of one field of every symbol. */
  column<N extends keyof Sym & string>(field: N): (index: number) => Sym[N];
  /**
   * The hash of a symbol's name, as `symbolHash` gives it, where DT_GNU_HASH has it: for all that the
   * loader can find. `undefined` for other symbols, and without that table.
   */
  hashes(): (index: number) => number | undefined;
  /** A fast reader of the version indexes, with VERSYM_HIDDEN; 1 (global) for all without DT_VERSYM. */
  versions(): (index: number) => number;
}

export function bindingOf(st_info: number): number {
  return st_info >> 4;
}

export function typeOf(st_info: number): number {
  return st_info & 0xf;
}

export function visibilityOf(st_other: number): number {
  return st_other & 3;
}

/** True for a name that another file has to define. */
export function isImport(st_info: number, st_shndx: number): boolean {
  return st_shndx === 0 && bindingOf(st_info) !== STB.STB_LOCAL;
}

/** True for a name that other files can bind to: default or protected visibility. */
export function isExport(st_info: number, st_other: number, st_shndx: number): boolean {
  const visibility = visibilityOf(st_other);
  return (
    st_shndx !== 0 && bindingOf(st_info) !== STB.STB_LOCAL && (visibility === 0 || visibility === 3)
  );
}

interface Tables extends Mapped {
  readonly source: Source;
  readonly context: ElfContext;
  readonly machine: number;
  readonly sections: readonly Section[];
  readonly strings: StringTable;
}

export function parseSymbols(
  image: Tables,
  dynamic: Dynamic | null,
  problems: Problems,
): SymbolTable {
  const { source, context } = image;
  const stride = ElfSym.sizeOf(context.variant);
  const entry = dynamic?.get(DT.DT_SYMTAB);
  const section = image.sections.find(({ sh_type }) => sh_type === SHT.SHT_DYNSYM);
  let region: Region | undefined;
  let counted: { readonly count: number; readonly by: CountSource } = { count: 0, by: "none" };
  if (dynamic !== null && entry !== undefined) {
    const size = dynamic.value(DT.DT_SYMENT);
    if (size !== undefined && size !== BigInt(stride)) {
      problems.add(`a symbol has ${stride} bytes here`, {
        record: "Elf_Dyn",
        field: "DT_SYMENT",
        offset: dynamic.get(DT.DT_SYMENT)?.at ?? dynamic.offset,
        value: String(size),
      });
    }
    region = mapAddress(image, entry.d_val);
    if (region === undefined) {
      problems.add("the symbol table is in no load segment", {
        record: "Elf_Dyn",
        field: "DT_SYMTAB",
        offset: entry.at,
        value: hex(entry.d_val),
      });
    } else {
      counted = countSymbols(image, dynamic, entry.d_val, region, section, problems);
    }
  } else if (image.loads.length === 0 && section !== undefined) {
    region = sectionRegion(section, image.size);
    counted = { count: Math.floor(region.size / stride), by: "SHT_DYNSYM" };
  }

  const offset = region?.offset ?? 0;
  const room = Math.min(Math.floor((region?.size ?? 0) / stride), MAX_SYMBOLS);
  if (counted.count > room) {
    problems.add(`only ${room} of ${counted.count} dynamic symbols can be read`, {
      record: "Elf_Sym",
      offset,
    });
  }
  const count = Math.min(counted.count, room);
  const versym = dynamic === null ? null : versionRegion(image, dynamic, count, problems);
  const bytes = lazy(() => source.read(offset, count * stride));
  return {
    offset,
    size: count * stride,
    count,
    countedBy: counted.by,
    stride,
    versym,
    bytes,
    column: (field) => ElfSym.column(bytes(), context, field),
    hashes: () => hashReader(image, dynamic),
    versions() {
      if (versym === null) return () => 1;
      const table = source.read(versym.offset, versym.size);
      const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
      const { littleEndian } = context;
      return (index) =>
        2 * index + 2 > table.length ? 1 : view.getUint16(2 * index, littleEndian);
    },
  };
}

/** Reads what the table holds anyway: hashing a million names takes longer than everything else. */
function hashReader(image: Tables, dynamic: Dynamic | null): (index: number) => number | undefined {
  const address = dynamic?.value(DT.DT_GNU_HASH);
  const region = address === undefined ? undefined : mapAddress(image, address);
  const table = region && parseGnuHash(image.source, region, image.context);
  if (region === undefined || table === undefined) return () => undefined;
  const { symoffset, count, chains } = table;
  const size = Math.max(0, count - symoffset) * 4;
  const words = image.source.read(region.offset + chains, size);
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  const { littleEndian } = image.context;
  return (index) =>
    index < symoffset || index >= count
      ? undefined
      : view.getUint32((index - symoffset) * 4, littleEndian) >>> 1;
}

function versionRegion(
  image: Tables,
  dynamic: Dynamic,
  count: number,
  problems: Problems,
): Region | null {
  const entry = dynamic.get(DT.DT_VERSYM);
  if (entry === undefined) return null;
  const region = mapAddress(image, entry.d_val);
  if (region === undefined || region.size < 2 * count) {
    problems.add("the version symbol table is not inside a load segment", {
      record: "Elf_Dyn",
      field: "DT_VERSYM",
      offset: entry.at,
      value: hex(entry.d_val),
    });
  }
  return region === undefined
    ? null
    : { offset: region.offset, size: Math.min(region.size, 2 * count) };
}

/** The loader's own tables first; section headers only where those are silent. */
function countSymbols(
  image: Tables,
  dynamic: Dynamic,
  address: bigint,
  region: Region,
  section: Section | undefined,
  problems: Problems,
): { readonly count: number; readonly by: CountSource } {
  const { source, context, machine } = image;
  const bad = (tag: "DT_HASH" | "DT_GNU_HASH"): void =>
    problems.add("the hash table does not fit the bytes that the file has there", {
      record: "Elf_Dyn",
      field: tag,
      offset: dynamic.get(DT[tag])?.at ?? dynamic.offset,
      value: hex(dynamic.value(DT[tag]) ?? 0n),
    });
  const sysvAddress = dynamic.value(DT.DT_HASH);
  if (sysvAddress !== undefined) {
    const at = mapAddress(image, sysvAddress);
    const hash = at && parseSysvHash(source, at, context, machine);
    if (hash !== undefined) return { count: hash.nchain, by: "DT_HASH" };
    bad("DT_HASH");
  }
  const gnuAddress = dynamic.value(DT.DT_GNU_HASH);
  if (gnuAddress !== undefined) {
    const at = mapAddress(image, gnuAddress);
    const hash = at && parseGnuHash(source, at, context);
    if (hash === undefined) bad("DT_GNU_HASH");
    // A library that exports nothing has an empty table, which says nothing of its imports.
    else if (hash.count > 0) return { count: hash.count, by: "DT_GNU_HASH" };
  }
  if (machine === EM.EM_MIPS) {
    const count = dynamic.value(DT_MIPS.DT_MIPS_SYMTABNO);
    if (count !== undefined) return { count: Number(count), by: "DT_MIPS_SYMTABNO" };
  }
  const stride = ElfSym.sizeOf(context.variant);
  if (section !== undefined && section.sh_addr === address) {
    return { count: Math.floor(section.sh_size / stride), by: "SHT_DYNSYM" };
  }
  return { count: countToNeighbour(image, dynamic, address, region, stride), by: "neighbour" };
}

/** Tags whose value is an address of something that linkers put behind the symbol table. */
const TABLES: readonly number[] = [
  DT.DT_STRTAB,
  DT.DT_HASH,
  DT.DT_GNU_HASH,
  DT.DT_VERSYM,
  DT.DT_VERNEED,
  DT.DT_VERDEF,
  DT.DT_REL,
  DT.DT_RELA,
  DT.DT_RELR,
  DT.DT_JMPREL,
  DT.DT_ANDROID_REL,
  DT.DT_ANDROID_RELA,
  DT.DT_ANDROID_RELR,
  DT.DT_INIT,
  DT.DT_FINI,
  DT.DT_INIT_ARRAY,
  DT.DT_PLTGOT,
];

/** Up to the next table, or to the first entry whose name is outside the string table. */
function countToNeighbour(
  image: Tables,
  dynamic: Dynamic,
  address: bigint,
  region: Region,
  stride: number,
): number {
  let end = address + BigInt(region.size);
  for (const tag of TABLES) {
    const other = dynamic.value(tag);
    if (other !== undefined && other > address && other < end) end = other;
  }
  const limit = Math.min(Math.floor(Number(end - address) / stride), MAX_SYMBOLS);
  const bytes = image.source.read(region.offset, limit * stride);
  const name = ElfSym.column(bytes, image.context, "st_name");
  for (let index = 0; index < limit; index++) {
    if (name(index) >= image.strings.size) return index;
  }
  return limit;
}
