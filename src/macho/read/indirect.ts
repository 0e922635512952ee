/** The indirect symbol table: which symbol a stub or a pointer stands for. */
import { decodeName, nameEnd } from "../../bytes.ts";
import type { Source } from "../../source.ts";
import { INDIRECT_SYMBOL } from "../constants.ts";
import type { MachoContext } from "../layout.ts";
import type { Tables } from "./linkedit.ts";
import type { SymbolTable } from "./symbols.ts";

/** Entries that are read. */
const MAX_ENTRIES = 1 << 26;

/** Indexes of symbols; entries for local or absolute symbols have INDIRECT_SYMBOL_* bits. */
export function readIndirect(
  source: Source,
  context: MachoContext,
  { dysymtab }: Tables,
): Uint32Array {
  if (dysymtab === null) return new Uint32Array();
  const { indirectsymoff, nindirectsyms } = dysymtab;
  const room = Math.floor(Math.max(0, source.size - indirectsymoff) / 4);
  const entries = new Uint32Array(Math.min(nindirectsyms, room, MAX_ENTRIES));
  if (entries.length === 0) return entries;
  const bytes = source.read(indirectsymoff, entries.length * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0; index < entries.length; index++) {
    entries[index] = view.getUint32(index * 4, context.littleEndian);
  }
  return entries;
}

/** True for an entry that names no symbol. */
export function isBareIndirect(entry: number): boolean {
  return (
    (entry & (INDIRECT_SYMBOL.INDIRECT_SYMBOL_LOCAL | INDIRECT_SYMBOL.INDIRECT_SYMBOL_ABS)) !== 0
  );
}

/** The name that each entry stands for; an entry without a symbol as a number. */
export function indirectNames(entries: Uint32Array, table: SymbolTable): readonly string[] {
  const names = new Map<number, string>();
  return [...entries].map((entry) => {
    if (isBareIndirect(entry) || entry >= table.count) return `${entry}`;
    let name = names.get(entry);
    if (name === undefined) {
      const start = table.strx(entry);
      name = decodeName(table.strings, start, nameEnd(table.strings, start));
      names.set(entry, name);
    }
    return name;
  });
}
