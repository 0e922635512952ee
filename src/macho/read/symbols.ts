/** The symbol table. */
import { decodeName, nameEnd } from "../../bytes.ts";
import type { Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { N, N_TYPE } from "../constants.ts";
import { type MachoContext, Nlist } from "../layout.ts";
import type { Tables } from "./linkedit.ts";

export interface SymbolEntry {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly section: number;
  readonly desc: number;
}

/** Raw columns over the table, for passes over many symbols. */
export interface SymbolTable {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly strings: Uint8Array;
  readonly strx: (index: number) => number;
  readonly type: (index: number) => number;
  readonly section: (index: number) => number;
  readonly desc: (index: number) => number;
}

/** Bytes of a symbol table and of its strings that are read. */
const MAX_TABLE = 1 << 30;

/** Reads both tables, as far as they are inside the file. */
export function readSymbols(
  source: Source,
  context: MachoContext,
  { symtab }: Tables,
  problems: Problems,
): SymbolTable {
  const stride = Nlist.sizeOf(context.variant);
  const record = "symtab_command";
  const { symoff, nsyms, stroff, strsize } = symtab ?? {
    symoff: 0,
    nsyms: 0,
    stroff: 0,
    strsize: 0,
  };
  const room = Math.min(MAX_TABLE, Math.max(0, source.size - symoff));
  const count = Math.min(nsyms, Math.floor(room / stride));
  if (count < nsyms) {
    problems.add(`only ${count} of ${nsyms} symbols are inside the file`, {
      record,
      field: "nsyms",
      value: `${nsyms}`,
    });
  }
  const size = Math.min(strsize, MAX_TABLE, Math.max(0, source.size - stroff));
  if (size < strsize) {
    problems.add(`only ${size} of ${strsize} bytes of names are inside the file`, {
      record,
      field: "strsize",
      value: `${strsize}`,
    });
  }
  const bytes = count === 0 ? new Uint8Array() : source.read(symoff, count * stride);
  return {
    count,
    bytes,
    strings: size === 0 ? new Uint8Array() : source.read(stroff, size),
    strx: Nlist.column(bytes, context, "n_strx"),
    type: Nlist.column(bytes, context, "n_type"),
    section: Nlist.column(bytes, context, "n_sect"),
    desc: Nlist.column(bytes, context, "n_desc"),
  };
}

/** External symbols without debugging entries, in table order. */
export function* externalSymbols(table: SymbolTable): Generator<SymbolEntry> {
  const { count, strings } = table;
  let budget = 4 * strings.length + (1 << 20);
  for (let index = 0; index < count; index++) {
    const type = table.type(index);
    if ((type & N.N_STAB) !== 0 || (type & N.N_EXT) === 0) continue;
    const start = table.strx(index);
    if (start >= strings.length) continue;
    const end = nameEnd(strings, start);
    budget -= end - start;
    if (budget < 0) return;
    yield {
      index,
      name: decodeName(strings, start, end),
      type,
      section: table.section(index),
      desc: table.desc(index),
    };
  }
}

/** An import: undefined, or left undefined by prebinding. */
export function isUndefined(type: number): boolean {
  const kind = type & N.N_TYPE;
  return kind === N_TYPE.N_UNDF || kind === N_TYPE.N_PBUD;
}

/** The ordinal in n_desc: from 1 a library, 0 this file, 0xfe and 0xff as LIBRARY_ORDINAL says. */
export function libraryOrdinal(desc: number): number {
  return (desc >>> 8) & 0xff;
}
