/** The import directory: DLLs that are loaded with the file. */
import { hex, type Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { DIRECTORY } from "../constants.ts";
import { type ImportDescriptor, PeImport, PLAIN } from "../layout.ts";
import { directoryOf, type PeHeader } from "./header.ts";
import type { Memory } from "./memory.ts";
import { type ImportedSymbol, MAX_IMPORTS, offsetOf, readThunks } from "./thunks.ts";

/** What the readers of tables share. */
export interface Reading {
  readonly source: Source;
  readonly header: PeHeader;
  readonly memory: Memory;
  readonly problems: Problems;
}

export interface ImportTable extends ImportDescriptor {
  /** File offset of the descriptor. */
  readonly at: number;
  /** The DLL. */
  readonly library: string;
  readonly symbols: readonly ImportedSymbol[];
}

/** DLLs of one file; the most in any real one are some hundred. */
export const MAX_LIBRARIES = 4096;

/** The loader stops at a descriptor without a name or without an import address table. */
export function parseImports(reading: Reading): readonly ImportTable[] {
  const { header, memory, problems } = reading;
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_IMPORT);
  if (directory === undefined) return [];
  const tables: ImportTable[] = [];
  const stride = PeImport.sizeOf("pe");
  let left = MAX_IMPORTS;
  for (let rva = directory.address; ; rva += stride) {
    const bytes = problems.attempt(() => memory.read(rva, stride));
    if (bytes === undefined) return tables;
    const at = offsetOf(memory, rva).offset ?? 0;
    const row = PeImport.read(bytes, 0, PLAIN, at);
    if (row.Name === 0 || row.FirstThunk === 0) return tables;
    if (tables.length >= MAX_LIBRARIES) {
      problems.add(`the file needs more than ${MAX_LIBRARIES} libraries, the rest was not read`, {
        record: "IMAGE_IMPORT_DESCRIPTOR",
        offset: at,
      });
      return tables;
    }
    const library = problems.attempt(() => memory.name(row.Name));
    if (library === undefined) return tables;
    const symbols = symbolsOf(reading, row, left);
    left -= symbols.length;
    tables.push({ ...row, at, library, symbols });
  }
}

/** Some linkers (Borland) write no lookup table: then the unbound address table is one. */
function symbolsOf(
  { header, memory, problems }: Reading,
  { OriginalFirstThunk, FirstThunk }: ImportDescriptor,
  limit: number,
): readonly ImportedSymbol[] {
  const lookup =
    OriginalFirstThunk !== 0 && memory.room(OriginalFirstThunk) > 0
      ? OriginalFirstThunk
      : FirstThunk;
  if (memory.room(lookup) === 0) {
    problems.add("the import lookup table is in no section", {
      record: "IMAGE_IMPORT_DESCRIPTOR",
      field: "OriginalFirstThunk",
      value: hex(lookup),
    });
    return [];
  }
  return readThunks(memory, header.context, lookup, { base: 0, limit, problems });
}
