/** Which symbols stay, and the tables of those. */
import { decodeLatin1, encodeUtf8, nameEnd } from "../../bytes.ts";
import type { StripLevel } from "../../native-edit.ts";
import { N, N_DESC, N_TYPE } from "../constants.ts";
import { type MachoContext, Nlist } from "../layout.ts";
import type { SymbolTable } from "../read/symbols.ts";

export interface KeptSymbols {
  readonly count: number;
  /** The new index of each old symbol: how many that stay are before it. */
  readonly newIndex: Uint32Array;
  readonly symbols: Uint8Array;
  readonly strings: Uint8Array;
}

/**
 * `debug` drops debugging entries; `all` also local symbols that nothing refers to, as `strip -x`.
 *
 * @param used a flag for each symbol that another table refers to.
 */
export function keepSymbols(
  table: SymbolTable,
  context: MachoContext,
  level: StripLevel,
  used: Uint8Array,
): KeptSymbols {
  const newIndex = new Uint32Array(table.count + 1);
  const kept: number[] = [];
  for (let index = 0; index < table.count; index++) {
    newIndex[index] = kept.length;
    if (stays(table, index, level, used)) kept.push(index);
  }
  newIndex[table.count] = kept.length;
  return { count: kept.length, newIndex, ...encode(table, context, kept) };
}

function stays(table: SymbolTable, index: number, level: StripLevel, used: Uint8Array): boolean {
  if (used[index] === 1) return true;
  const type = table.type(index);
  if ((type & N.N_STAB) !== 0) return false;
  if (level === "debug" || (type & N.N_EXT) !== 0) return true;
  const kind = type & N.N_TYPE;
  return (
    kind === N_TYPE.N_UNDF ||
    kind === N_TYPE.N_PBUD ||
    (table.desc(index) & N_DESC.REFERENCED_DYNAMICALLY) !== 0
  );
}

/** Names are written once each, in the order of the symbols. */
function encode(
  table: SymbolTable,
  context: MachoContext,
  kept: readonly number[],
): { readonly symbols: Uint8Array; readonly strings: Uint8Array } {
  const stride = Nlist.sizeOf(context.variant);
  const symbols = new Uint8Array(kept.length * stride);
  // Linkers begin the table with a space or a NUL, so that no name has offset 0.
  const parts: Uint8Array[] = [new Uint8Array([table.strings[0] ?? 0, 0])];
  let size = 2;
  const places = new Map<string, number>();
  const place = (start: number): number => {
    if (start === 0 || start >= table.strings.length) return 0;
    const bytes = table.strings.subarray(start, nameEnd(table.strings, start));
    const key = decodeLatin1(bytes);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, size);
    parts.push(bytes, NUL);
    size += bytes.length + 1;
    return size - bytes.length - 1;
  };
  for (const [now, old] of kept.entries()) {
    const at = now * stride;
    symbols.set(table.bytes.subarray(old * stride, (old + 1) * stride), at);
    Nlist.set(symbols, at, context, { n_strx: place(table.strx(old)) });
    const type = table.type(old);
    if ((type & N.N_STAB) === 0 && (type & N.N_TYPE) === N_TYPE.N_INDR) {
      const { n_value } = Nlist.read(symbols, at, context);
      Nlist.set(symbols, at, context, { n_value: BigInt(place(Number(n_value))) });
    }
  }
  const align = context.variant === "macho64" ? 8 : 4;
  const strings = new Uint8Array(Math.ceil(size / align) * align);
  let at = 0;
  for (const part of parts) {
    strings.set(part, at);
    at += part.length;
  }
  return { symbols, strings };
}

const NUL: Uint8Array = encodeUtf8("\0");
