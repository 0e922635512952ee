/** The delay import directory: DLLs that are loaded at the first call of one of their functions. */
import { DELAY_FLAGS, DIRECTORY } from "../constants.ts";
import { type DelayDescriptor, PeDelay, PLAIN } from "../layout.ts";
import { directoryOf } from "./header.ts";
import { MAX_LIBRARIES, type Reading } from "./imports.ts";
import { type ImportedSymbol, MAX_IMPORTS, offsetOf, readThunks } from "./thunks.ts";

export interface DelayTable extends DelayDescriptor {
  /** File offset of the descriptor. */
  readonly at: number;
  /** The DLL. */
  readonly library: string;
  /** What its addresses count from: 0, or ImageBase in the form of Visual C++ 6, whose are absolute. */
  readonly base: number;
  readonly symbols: readonly ImportedSymbol[];
}

export function parseDelayImports({ header, memory, problems }: Reading): readonly DelayTable[] {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT);
  if (directory === undefined) return [];
  const tables: DelayTable[] = [];
  const stride = PeDelay.sizeOf("pe");
  let left = MAX_IMPORTS;
  for (let rva = directory.address; ; rva += stride) {
    const bytes = problems.attempt(() => memory.read(rva, stride));
    if (bytes === undefined) return tables;
    const at = offsetOf(memory, rva).offset ?? 0;
    const row = PeDelay.read(bytes, 0, PLAIN, at);
    if (row.DllNameRVA === 0) return tables;
    if (tables.length >= MAX_LIBRARIES) {
      problems.add(`the file delays more than ${MAX_LIBRARIES} libraries, the rest was not read`, {
        record: "IMAGE_DELAYLOAD_DESCRIPTOR",
        offset: at,
      });
      return tables;
    }
    const relative =
      (row.Attributes & DELAY_FLAGS.dlattrRva) !== 0 || header.context.variant === "pe32plus";
    const base = relative ? 0 : Number(header.windows.ImageBase);
    const library = problems.attempt(() => memory.name(row.DllNameRVA - base));
    if (library === undefined) return tables;
    const lookup = row.ImportNameTableRVA - base;
    const symbols =
      row.ImportNameTableRVA === 0
        ? []
        : readThunks(memory, header.context, lookup, { base, limit: left, problems });
    left -= symbols.length;
    tables.push({ ...row, at, library, base, symbols });
  }
}
