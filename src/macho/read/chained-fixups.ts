/** The import table of LC_DYLD_CHAINED_FIXUPS. */
import { decodeName, nameEnd } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import { DYLD_CHAINED_IMPORT } from "../constants.ts";
import { ChainedFixupsHeader, type ChainedFixupsRecord, type MachoContext } from "../layout.ts";
import type { BoundSymbol } from "./bind.ts";

/** One import, and where its ordinal is. */
export interface ChainedImport extends BoundSymbol {
  /** Byte offset of the entry in the table. */
  readonly at: number;
}

export interface ChainedFixups {
  readonly header: ChainedFixupsRecord;
  readonly imports: readonly ChainedImport[];
}

/** Bytes of an entry, by imports_format. */
const ENTRY_SIZE: Readonly<Record<number, number>> = {
  [DYLD_CHAINED_IMPORT.DYLD_CHAINED_IMPORT]: 4,
  [DYLD_CHAINED_IMPORT.DYLD_CHAINED_IMPORT_ADDEND]: 8,
  [DYLD_CHAINED_IMPORT.DYLD_CHAINED_IMPORT_ADDEND64]: 16,
};

const RECORD = "dyld_chained_fixups_header";

/** @throws FormatError when the table is damaged. */
export function parseChainedFixups(table: Uint8Array, context: MachoContext): ChainedFixups {
  const header = ChainedFixupsHeader.read(table, 0, context);
  const { imports_offset, imports_count, imports_format, symbols_offset, symbols_format } = header;
  if (imports_count === 0) return { header, imports: [] };
  const size = ENTRY_SIZE[imports_format];
  if (size === undefined || header.fixups_version !== 0) {
    throw bad("the form of the imports is unknown", "imports_format", imports_format);
  }
  if (symbols_format !== 0) {
    throw bad("the names are compressed", "symbols_format", symbols_format);
  }
  if (imports_offset + imports_count * size > table.length || symbols_offset > table.length) {
    throw bad("the imports do not fit in the table", "imports_count", imports_count);
  }
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const { littleEndian } = context;
  // lib_ordinal : 8, weak_import : 1, name_offset : 23; or 16, 1, 15 reserved, 32 in the widest form.
  const wide = imports_format === DYLD_CHAINED_IMPORT.DYLD_CHAINED_IMPORT_ADDEND64;
  const imports: ChainedImport[] = [];
  // Names are unique in what linkers write; overlapping ones may add up to this and no more.
  let budget = 4 * table.length + (1 << 20);
  for (let index = 0; index < imports_count; index++) {
    const at = imports_offset + index * size;
    const first = view.getUint32(at, littleEndian);
    const name = wide ? view.getUint32(at + 4, littleEndian) : first >>> 9;
    const start = symbols_offset + name;
    if (start >= table.length) {
      throw bad("the name is outside of the table", "symbols_offset", name);
    }
    const end = nameEnd(table, start);
    budget -= end - start;
    if (budget < 0) {
      throw bad("the names overlap and add up to far more than the table", "symbols_offset", name);
    }
    imports.push({
      name: decodeName(table, start, end),
      ordinal: wide
        ? signedFrom(first & 0xffff, 0xfff0, 0x1_0000)
        : signedFrom(first & 0xff, 0xf0, 0x100),
      weak: (first & (wide ? 0x1_0000 : 0x100)) !== 0,
      at,
    });
  }
  return { header, imports };
}

function bad(problem: string, field: string, value: number): FormatError {
  return new FormatError(problem, { format: "macho", record: RECORD, field, value: `${value}` });
}

/** dyld takes the highest values for BIND_SPECIAL_DYLIB_*. */
function signedFrom(value: number, above: number, wrap: number): number {
  return value > above ? value - wrap : value;
}

/** Bits of the ordinal in an entry. */
export function ordinalBits(format: number): 8 | 16 {
  return format === DYLD_CHAINED_IMPORT.DYLD_CHAINED_IMPORT_ADDEND64 ? 16 : 8;
}
