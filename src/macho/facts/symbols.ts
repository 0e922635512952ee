/** Imports and exports of a slice in the words of the neutral model. */
import type { DynamicSymbol } from "../../binary.ts";
import { compareText } from "../../bytes.ts";
import { BIND_SPECIAL_DYLIB, EXPORT_SYMBOL_FLAGS, MH_FLAGS, N_DESC, S_ATTR } from "../constants.ts";
import type { BoundSymbol } from "../read/bind.ts";
import type { ExportedSymbol } from "../read/export-trie.ts";
import { isReexport, type MachoImage } from "../read/image.ts";
import { externalSymbols, isUndefined, libraryOrdinal } from "../read/symbols.ts";
import type { MachoImport, MachoLookup } from "./slice.ts";

/** Names as C spells them: compilers for Apple's systems put a `_` before each. */
export function plainName(name: string): string {
  return name.startsWith("_") ? name.slice(1) : name;
}

/** Everything that dyld must find, sorted by name; in a flat namespace no library is named. */
export function importsOf(image: MachoImage): readonly MachoImport[] {
  return selectImports(image, () => true).list.sort(byName);
}

/** How many imports there are, and those that are wanted in whatever order: hardly any is, of 100,000. */
export function selectImports(
  image: MachoImage,
  isWanted: (name: string, library: string | undefined, lookup: MachoLookup) => boolean,
): { readonly count: number; readonly list: MachoImport[] } {
  const flat = (image.header.flags & MH_FLAGS.MH_TWOLEVEL) === 0;
  const { dylibs } = image;
  const bound = image.bound() ?? boundByTable(image);
  const list: MachoImport[] = [];
  for (const symbol of bound) {
    const { ordinal, weak } = symbol;
    const name = plainName(symbol.name);
    const library = ordinal > 0 && !flat ? dylibs[ordinal - 1]?.path : undefined;
    const lookup = flat ? "flat" : lookupOf(ordinal, library !== undefined);
    if (!isWanted(name, library, lookup)) continue;
    const found = { name, defined: false, weak, type: "notype", lookup };
    list.push(library === undefined ? found : { ...found, library });
  }
  return { count: bound.length, list };
}

export function byName(a: DynamicSymbol, b: DynamicSymbol): number {
  return compareText(a.name, b.name) || compareText(a.library ?? "", b.library ?? "");
}

function lookupOf(ordinal: number, known: boolean): MachoLookup {
  switch (ordinal) {
    case BIND_SPECIAL_DYLIB.BIND_SPECIAL_DYLIB_SELF:
      return "self";
    case BIND_SPECIAL_DYLIB.BIND_SPECIAL_DYLIB_MAIN_EXECUTABLE:
      return "executable";
    case BIND_SPECIAL_DYLIB.BIND_SPECIAL_DYLIB_FLAT_LOOKUP:
      return "flat";
    case BIND_SPECIAL_DYLIB.BIND_SPECIAL_DYLIB_WEAK_LOOKUP:
      return "coalesced";
  }
  return known ? "library" : "unknown";
}

/** Undefined symbols of files from before LC_DYLD_INFO. Their special ordinals become those of opcodes. */
function boundByTable(image: MachoImage): readonly BoundSymbol[] {
  const symbols: BoundSymbol[] = [];
  for (const { name, type, desc } of externalSymbols(image.symbols())) {
    if (!isUndefined(type)) continue;
    const ordinal = libraryOrdinal(desc);
    symbols.push({
      name,
      ordinal: ordinal >= 0xfe ? (ordinal === 0xff ? -1 : -2) : ordinal,
      weak: (desc & N_DESC.N_WEAK_REF) !== 0,
    });
  }
  return symbols;
}

/** Sorted by name. */
export function exportsOf(image: MachoImage): readonly DynamicSymbol[] {
  const symbols: DynamicSymbol[] = [];
  const code = codeRanges(image);
  const listed = image.eachExport((symbol) => symbols.push(exportOf(symbol, image, code)));
  return (listed ? symbols : exportsByTable(image)).sort(byName);
}

function exportOf(
  symbol: ExportedSymbol,
  image: MachoImage,
  code: readonly (readonly [start: bigint, end: bigint])[],
): DynamicSymbol {
  const { flags, reexport } = symbol;
  const name = plainName(symbol.name);
  const weak = (flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION) !== 0;
  if (reexport !== undefined && isReexport(symbol)) {
    const library = image.dylibs[reexport.ordinal - 1]?.path ?? `ordinal ${reexport.ordinal}`;
    const target = reexport.importName === "" ? name : plainName(reexport.importName);
    return { name, defined: true, weak, type: "notype", forwardsTo: `${library}.${target}` };
  }
  return { name, defined: true, weak, type: exportType(symbol, image, code) };
}

function exportType(
  { flags, address }: ExportedSymbol,
  image: MachoImage,
  code: readonly (readonly [start: bigint, end: bigint])[],
): string {
  switch (flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_KIND_MASK) {
    case EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL:
      return "tls";
    case EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE:
      return "absolute";
  }
  const first = image.segments.find(({ name }) => name === "__TEXT")?.vmaddr ?? 0n;
  const place = first + BigInt(address);
  return code.some(([start, end]) => place >= start && place < end) ? "func" : "object";
}

/** Address ranges of sections with instructions. */
function codeRanges({ segments }: MachoImage): readonly (readonly [bigint, bigint])[] {
  const mask = (S_ATTR.S_ATTR_PURE_INSTRUCTIONS | S_ATTR.S_ATTR_SOME_INSTRUCTIONS) >>> 0;
  return segments.flatMap(({ sections }) =>
    sections
      .filter(({ flags }) => (flags & mask) !== 0)
      .map(({ addr, size }): readonly [bigint, bigint] => [addr, addr + BigInt(size)]),
  );
}

function exportsByTable(image: MachoImage): DynamicSymbol[] {
  const code = new Set<number>();
  const mask = (S_ATTR.S_ATTR_PURE_INSTRUCTIONS | S_ATTR.S_ATTR_SOME_INSTRUCTIONS) >>> 0;
  for (const { sections } of image.segments) {
    for (const { flags, number } of sections) if ((flags & mask) !== 0) code.add(number);
  }
  const symbols: DynamicSymbol[] = [];
  for (const { name, type, desc, section } of externalSymbols(image.symbols())) {
    if (isUndefined(type)) continue;
    symbols.push({
      name: plainName(name),
      defined: true,
      weak: (desc & N_DESC.N_WEAK_DEF) !== 0,
      type: code.has(section) ? "func" : "object",
    });
  }
  return symbols;
}

/** Both lists of all slices as one: a symbol that several slices have is listed once. */
export function mergeSymbols(
  lists: readonly (readonly DynamicSymbol[])[],
): readonly DynamicSymbol[] {
  const [first, ...others] = lists;
  if (first === undefined || others.length === 0) return first ?? [];
  const symbols = new Map<string, DynamicSymbol>();
  for (const list of lists) {
    for (const symbol of list) symbols.set(`${symbol.name} ${symbol.library ?? ""}`, symbol);
  }
  return [...symbols.values()].sort(byName);
}
