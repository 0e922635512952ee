/** One slice of a Mach-O file: its load commands, and the tables that they lead to. */

import type { LayoutProblem } from "../../binary.ts";
import { collectProblems, lazy, type Problems } from "../../problems.ts";
import { type Source, sliceSource } from "../../source.ts";
import { EXPORT_SYMBOL_FLAGS, LC } from "../constants.ts";
import { type BoundSymbol, walkBinds } from "./bind.ts";
import { type BuildTarget, parseTargets } from "./build-version.ts";
import { type ChainedFixups, parseChainedFixups } from "./chained-fixups.ts";
import { type Dylib, parseDylibs, parseId, parseRpaths, type Rpath } from "./dylib.ts";
import { type ExportedSymbol, walkExportNames, walkExports } from "./export-trie.ts";
import { type FatHeader, isArchive, parseFat } from "./fat.ts";
import { type MachoHeader, parseHeader } from "./header.ts";
import { indirectNames, readIndirect } from "./indirect.ts";
import { parseTables, type TableRange, type Tables } from "./linkedit.ts";
import { firstContent, parseSegments, type Segment } from "./segment.ts";
import { parseSignature, type Signature } from "./signature.ts";
import { readSymbols, type SymbolTable } from "./symbols.ts";

export interface MachoImage extends MachoHeader {
  readonly kind: "image";
  /** The slice; every offset below counts from its start. */
  readonly source: Source;
  /** Where the slice begins in the file. */
  readonly base: number;
  readonly segments: readonly Segment[];
  /** Dependencies, in the order of their ordinals. */
  readonly dylibs: readonly Dylib[];
  readonly id: Dylib | null;
  readonly rpaths: readonly Rpath[];
  readonly targets: readonly BuildTarget[];
  readonly tables: Tables;
  /** Free bytes behind the load commands. */
  readonly room: number;
  readonly signature: () => Signature | null;
  readonly symbols: () => SymbolTable;
  /** The names that the indirect symbol table stands for. */
  readonly indirect: () => readonly string[];
  readonly chained: () => ChainedFixups | null;
  readonly exports: () => readonly ExportedSymbol[] | null;
  /** The same one by one, as there may be very many; false where only the symbol table tells. */
  readonly eachExport: (visit: (symbol: ExportedSymbol) => void) => boolean;
  /** Only their names, each the first `length` bytes of `path` until `visit` returns. */
  readonly eachExportName: (visit: (path: Uint8Array, length: number) => void) => boolean;
  /** From bind opcodes or chained fixups; `null` where only the symbol table tells. */
  readonly bound: () => readonly BoundSymbol[] | null;
  readonly problems: readonly LayoutProblem[];
}

/** A static library in a fat file. */
export interface ArchiveSlice {
  readonly kind: "archive";
  readonly source: Source;
  readonly base: number;
  readonly arch: string;
}

export interface MachoBinary {
  readonly source: Source;
  /** `null`: a thin file. */
  readonly fat: FatHeader | null;
  readonly slices: readonly [MachoImage | ArchiveSlice, ...(MachoImage | ArchiveSlice)[]];
  readonly problems: readonly LayoutProblem[];
}

/** @throws FormatError when the fat header, or the header of a slice, is damaged. */
export function parseMacho(source: Source): MachoBinary {
  const problems = collectProblems();
  const fat = parseFat(source, problems);
  if (fat === null) {
    return { source, fat, slices: [parseSlice(source, 0)], problems: problems.list };
  }
  const slices = fat.entries.map(({ offset, size, arch }) => {
    const slice = sliceSource(source, offset, size);
    if (isArchive(slice.read(0, Math.min(8, size)))) {
      return { kind: "archive", source: slice, base: offset, arch } as const;
    }
    return parseSlice(slice, offset);
  });
  const [first, ...others] = slices;
  if (first === undefined) throw new RangeError("a fat file has a slice");
  return { source, fat, slices: [first, ...others], problems: problems.list };
}

/** @throws FormatError when the header or the list of load commands is damaged. */
export function parseSlice(source: Source, base: number): MachoImage {
  const problems = collectProblems();
  const header = parseHeader(source, base, problems);
  const { commands, context } = header;
  const segments = parseSegments(commands, context, base, source.size, problems);
  const tables = parseTables(commands, context, base, source.size, problems);
  const table = (range: TableRange): Uint8Array => readTable(source, range, problems);
  const chained = lazy(() => {
    const data = tables.data.get(LC.LC_DYLD_CHAINED_FIXUPS);
    if (data === undefined || data.size === 0) return null;
    return problems.attempt(() => parseChainedFixups(table(data), context)) ?? null;
  });
  const walkTrie = exportWalk(tables, table, problems);
  const eachExport: MachoImage["eachExport"] = (visit) =>
    walkTrie((trie) => walkExports(trie, visit));
  const symbols = lazy(() => readSymbols(source, context, tables, problems));
  // Thousands of them, and stripping and sizes ask for none.
  const named = lazy(() => ({
    dylibs: parseDylibs(commands, context, base, problems),
    id: parseId(commands, context, base, problems),
    rpaths: parseRpaths(commands, context, base, problems),
  }));
  // Each by itself: behind a spread V8 defines them one by one, which takes long for small files.
  return {
    header: header.header,
    context,
    bits: header.bits,
    arch: header.arch,
    commands,
    commandsEnd: header.commandsEnd,
    kind: "image",
    source,
    base,
    segments,
    tables,
    get dylibs() {
      return named().dylibs;
    },
    get id() {
      return named().id;
    },
    get rpaths() {
      return named().rpaths;
    },
    targets: parseTargets(commands, header.header, context),
    room: Math.max(0, firstContent(segments, source.size) - header.commandsEnd),
    signature: lazy(() => signatureIn(source, tables)),
    symbols,
    indirect: lazy(() => indirectNames(readIndirect(source, context, tables), symbols())),
    chained,
    exports: lazy(() => {
      const list: ExportedSymbol[] = [];
      return eachExport((symbol) => list.push(symbol)) ? list : null;
    }),
    eachExport,
    eachExportName: (visit) => walkTrie((trie) => walkExportNames(trie, visit)),
    bound: lazy(() => readBound(tables, chained, table, problems)),
    get problems() {
      named();
      return problems.list;
    },
  };
}

/**
 * The signature alone, for which a slice's thousands of libraries need not be read.
 *
 * @throws FormatError when the header or the list of load commands is damaged.
 */
export function parseSignatureOf(source: Source, base: number): Signature | null {
  const problems = collectProblems();
  const { commands, context } = parseHeader(source, base, problems);
  return signatureIn(source, parseTables(commands, context, base, source.size, problems));
}

function signatureIn(source: Source, { data }: Tables): Signature | null {
  const place = data.get(LC.LC_CODE_SIGNATURE);
  return place === undefined ? null : parseSignature(source, place);
}

/** Bytes of a table that are read. */
const MAX_TABLE = 1 << 28;

function readTable(source: Source, { offset, size }: TableRange, problems: Problems): Uint8Array {
  const length = Math.min(size, MAX_TABLE, Math.max(0, source.size - offset));
  if (length < size) {
    problems.add(`only ${length} of ${size} bytes of a table are inside the file`, {
      record: "__LINKEDIT",
      offset,
    });
  }
  return length === 0 ? new Uint8Array() : source.read(offset, length);
}

/** Where the export trie is, `null` for files that have none. */
export function exportRange({ data, dyldInfo }: Tables): TableRange | null {
  const trie = data.get(LC.LC_DYLD_EXPORTS_TRIE);
  if (trie !== undefined) return trie;
  return dyldInfo === null ? null : { offset: dyldInfo.export_off, size: dyldInfo.export_size };
}

/** What is wrong with the trie is told once, however often it is walked. */
function exportWalk(
  tables: Tables,
  table: (range: TableRange) => Uint8Array,
  problems: Problems,
): (walk: (trie: Uint8Array) => void) => boolean {
  const range = exportRange(tables);
  if (range === null) return () => false;
  const trie = lazy(() => table(range));
  let listener = problems;
  return (walk) => {
    listener.attempt(() => walk(trie()));
    listener = collectProblems();
    return true;
  };
}

/** The tables of opcodes that name libraries. */
export function bindRanges({
  dyldInfo,
}: Tables): readonly (TableRange & { readonly lazy: boolean })[] {
  if (dyldInfo === null) return [];
  return [
    { offset: dyldInfo.bind_off, size: dyldInfo.bind_size, lazy: false },
    { offset: dyldInfo.lazy_bind_off, size: dyldInfo.lazy_bind_size, lazy: true },
  ];
}

function readBound(
  tables: Tables,
  chained: () => ChainedFixups | null,
  table: (range: TableRange) => Uint8Array,
  problems: Problems,
): readonly BoundSymbol[] | null {
  if (tables.data.has(LC.LC_DYLD_CHAINED_FIXUPS)) return chained()?.imports ?? [];
  if (tables.dyldInfo === null) return null;
  const symbols = new Map<string, BoundSymbol>();
  for (const range of bindRanges(tables)) {
    problems.attempt(() =>
      walkBinds(table(range), range.lazy, {
        symbol(symbol) {
          const key = `${symbol.ordinal} ${symbol.name}`;
          const known = symbols.get(key);
          if (known === undefined || (known.weak && !symbol.weak)) symbols.set(key, symbol);
        },
      }),
    );
  }
  return [...symbols.values()];
}

/** A symbol that is found by looking at another one's library. */
export function isReexport({ flags }: ExportedSymbol): boolean {
  return (flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_REEXPORT) !== 0;
}
