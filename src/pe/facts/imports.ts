/** What a file imports from each DLL, as plain data. */
import type { PeImage } from "../read/image.ts";
import type { ImportedSymbol } from "../read/thunks.ts";
import type { PeImportTable } from "./slice.ts";

/** Imports in the order of the descriptors, then delay imports. */
export function importTables(image: PeImage): readonly PeImportTable[] {
  return [
    ...image
      .imports()
      .map(({ library, symbols, at }) =>
        tableOf(library, "required", symbols, { record: "IMAGE_IMPORT_DESCRIPTOR", offset: at }),
      ),
    ...image
      .delayImports()
      .map(({ library, symbols, at }) =>
        tableOf(library, "delay", symbols, { record: "IMAGE_DELAYLOAD_DESCRIPTOR", offset: at }),
      ),
  ];
}

function tableOf(
  library: string,
  how: PeImportTable["how"],
  symbols: readonly ImportedSymbol[],
  at: PeImportTable["at"],
): PeImportTable {
  const names: string[] = [];
  const ordinals: number[] = [];
  for (const { name, ordinal } of symbols) {
    if (name !== null) names.push(name);
    else if (ordinal !== null) ordinals.push(ordinal);
  }
  // What an array grew by takes room for sixteen names, and many files import one from each of many.
  return { library, how, names: names.slice(), ordinals: ordinals.slice(), at };
}
