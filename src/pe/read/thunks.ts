/** Import lookup tables: what is imported from one DLL, by name or by ordinal. */
import type { Problems } from "../../problems.ts";
import type { PeContext } from "../layout.ts";
import type { Memory } from "./memory.ts";

export interface ImportedSymbol {
  /** `null`: imported by ordinal. */
  readonly name: string | null;
  readonly ordinal: number | null;
  /** Where the name is likely to stand in the export name table. */
  readonly hint: number;
}

/** Symbols that are read of one file; the most in any real one are some 20,000. */
export const MAX_IMPORTS = 500_000;
const CHUNK = 512;

/**
 * Entries up to the first zero.
 *
 * @param rva of the table.
 * @param base subtracted from addresses of names: ImageBase where the table has absolute ones.
 * @param limit entries that may still be read.
 */
export function readThunks(
  memory: Memory,
  context: PeContext,
  rva: number,
  { base, limit, problems }: { base: number; limit: number; problems: Problems },
): readonly ImportedSymbol[] {
  const wide = context.variant === "pe32plus";
  const stride = wide ? 8 : 4;
  const symbols: ImportedSymbol[] = [];
  const at = { record: "IMAGE_THUNK_DATA", ...offsetOf(memory, rva) };
  for (let start = rva; ; ) {
    const count = Math.min(CHUNK, Math.floor(memory.room(start) / stride));
    if (count === 0) {
      problems.add("the import lookup table does not end with a zero", at);
      return symbols;
    }
    const bytes = memory.read(start, count * stride);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index < count; index++) {
      const low = view.getUint32(index * stride, true);
      const high = wide ? view.getUint32(index * stride + 4, true) : 0;
      if (low === 0 && high === 0) return symbols;
      if (symbols.length >= limit) {
        problems.add("the file imports too many symbols, the rest was not read", at);
        return symbols;
      }
      const byOrdinal = ((wide ? high : low) & 0x8000_0000) !== 0;
      if (byOrdinal) symbols.push({ name: null, ordinal: low & 0xffff, hint: 0 });
      else {
        const symbol = problems.attempt(() => namedSymbol(memory, low - base));
        if (symbol === undefined) return symbols;
        symbols.push(symbol);
      }
    }
    start += count * stride;
  }
}

function namedSymbol(memory: Memory, rva: number): ImportedSymbol {
  const hint = memory.read(rva, 2);
  return {
    name: memory.name(rva + 2),
    ordinal: null,
    hint: (hint[0] ?? 0) | ((hint[1] ?? 0) << 8),
  };
}

/** The file offset of an RVA, for a {@link FieldRef}. */
export function offsetOf(memory: Memory, rva: number): { readonly offset?: number } {
  const place = memory.place(rva);
  return place === undefined ? {} : { offset: place.offset };
}
