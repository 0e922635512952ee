/** Two-level ordinals after loads were removed or joined: every symbol keeps its library. */
import { LC, LIBRARY_ORDINAL, MH_FLAGS, N } from "../constants.ts";
import { Nlist } from "../layout.ts";
import { walkBinds } from "../read/bind.ts";
import { ordinalBits, parseChainedFixups } from "../read/chained-fixups.ts";
import { walkExports } from "../read/export-trie.ts";
import { bindRanges, exportRange, type MachoImage } from "../read/image.ts";
import { ulebOfLength } from "../read/leb.ts";
import type { TableRange } from "../read/linkedit.ts";
import { isUndefined, libraryOrdinal } from "../read/symbols.ts";
import { refuse } from "./refuse.ts";

/** Other bytes in the place of as many old ones. */
export interface Patch {
  /** Byte offset from the slice's start. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly what: string;
}

/** @param ordinals as {@link NamePlan} has them. */
function ordinalsChange(ordinals: readonly number[]): boolean {
  return ordinals.some((now, old) => now !== old);
}

/**
 * Tables with the new ordinals, each of its old length.
 *
 * @throws RefusalError when a symbol is bound to a library that is gone.
 */
export function ordinalPatches(image: MachoImage, ordinals: readonly number[]): readonly Patch[] {
  if (!ordinalsChange(ordinals)) return [];
  const renumber = (ordinal: number, symbol: () => string): number => {
    if (ordinal <= 0 || ordinal >= ordinals.length) return ordinal;
    const now = ordinals[ordinal] ?? 0;
    if (now > 0) return now;
    const name = image.dylibs[ordinal - 1]?.path ?? "";
    throw refuse(
      "dependency-used",
      `\`${name}\` can't be removed: \`${symbol()}\` is bound to it`,
      "replace the dependency instead",
    );
  };
  return [
    ...patchSymbols(image, renumber),
    ...patchBinds(image, renumber),
    ...patchChained(image, renumber),
    ...patchExports(image, renumber),
  ];
}

type Renumber = (ordinal: number, symbol: () => string) => number;

function patchSymbols(image: MachoImage, renumber: Renumber): readonly Patch[] {
  const { tables, context, header } = image;
  if (tables.symtab === null || (header.flags & MH_FLAGS.MH_TWOLEVEL) === 0) return [];
  const table = image.symbols();
  const bytes = table.bytes.slice();
  const stride = Nlist.sizeOf(context.variant);
  for (let index = 0; index < table.count; index++) {
    const type = table.type(index);
    if ((type & N.N_STAB) !== 0 || !isUndefined(type)) continue;
    const desc = table.desc(index);
    const ordinal = libraryOrdinal(desc);
    if (ordinal > LIBRARY_ORDINAL.MAX_LIBRARY_ORDINAL) continue;
    const now = renumber(ordinal, () => `symbol ${index}`);
    Nlist.set(bytes, index * stride, context, { n_desc: (desc & 0xff) | (now << 8) });
  }
  return [{ at: tables.symtab.symoff, bytes, what: "symbol table" }];
}

function patchBinds(image: MachoImage, renumber: Renumber): readonly Patch[] {
  return bindRanges(image.tables).flatMap((range) => {
    if (range.size === 0) return [];
    const bytes = copyOf(image, range);
    walkBinds(bytes.slice(), range.lazy, {
      ordinal({ ordinal, at, uleb }) {
        const now = renumber(ordinal, () => `bind opcode ${at}`);
        // Ordinals only fall, so each new one has room in the place of the old one.
        if (uleb === 0) bytes[at] = ((bytes[at] ?? 0) & 0xf0) | now;
        else bytes.set(ulebOfLength(now, uleb) ?? [], at + 1);
      },
    });
    return [{ at: range.offset, bytes, what: "bind opcodes" }];
  });
}

function patchChained(image: MachoImage, renumber: Renumber): readonly Patch[] {
  const range = image.tables.data.get(LC.LC_DYLD_CHAINED_FIXUPS);
  if (range === undefined || range.size === 0) return [];
  const bytes = copyOf(image, range);
  const chained = parseChainedFixups(bytes, image.context);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { littleEndian } = image.context;
  const mask = 2 ** ordinalBits(chained.header.imports_format) - 1;
  for (const { ordinal, at, name } of chained.imports) {
    const now = renumber(ordinal, () => name);
    if (now === ordinal) continue;
    const word = view.getUint32(at, littleEndian);
    view.setUint32(at, ((word & ~mask) | now) >>> 0, littleEndian);
  }
  return [{ at: range.offset, bytes, what: "chained imports" }];
}

/** Symbols that are re-exported one by one. */
function patchExports(image: MachoImage, renumber: Renumber): readonly Patch[] {
  const range = exportRange(image.tables);
  if (range === null || range.size === 0) return [];
  const bytes = copyOf(image, range);
  walkExports(bytes.slice(), ({ reexport, name }) => {
    if (reexport === undefined) return;
    const now = renumber(reexport.ordinal, () => name);
    bytes.set(ulebOfLength(now, reexport.uleb) ?? [], reexport.at);
  });
  return [{ at: range.offset, bytes, what: "export trie" }];
}

/** @throws FormatError when the table is not inside the file. */
function copyOf({ source }: MachoImage, { offset, size }: TableRange): Uint8Array {
  return source.read(offset, size).slice();
}
