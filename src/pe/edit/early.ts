/**
 * Delayed DLLs that are loaded with the file.
 *
 * What a delayed call looks for at its first use is not looked for beside the file. A descriptor among
 * the ordinary imports with the tables of the delayed ones makes the loader find the DLL as all
 * others, and fill the very slots that the helper would; the delay descriptor stays, and is never
 * used. The import directory grows by that, so a copy of it moves.
 */
import { concatBytes } from "../../bytes.ts";
import { DIRECTORY } from "../constants.ts";
import { dllKey } from "../dll-name.ts";
import { type ImportDescriptor, PeImport, PLAIN } from "../layout.ts";
import type { DelayTable } from "../read/delay-imports.ts";
import type { PeImage } from "../read/image.ts";
import { hasFlag } from "../read/section.ts";
import { refuse } from "../refuse.ts";
import type { Draft } from "./draft.ts";
import type { Request } from "./request.ts";
import type { Wish } from "./wish.ts";

const NOTHING: Uint8Array = new Uint8Array();

/**
 * The delay tables of the DLLs that are asked for and not imported yet.
 *
 * @throws RefusalError for a DLL that is neither delayed nor imported: nothing in it would be used.
 */
export function earlyTables(image: PeImage, { early, renames }: Request): readonly DelayTable[] {
  if (early.size === 0) return [];
  const keyOf = ({ library }: { readonly library: string }): string =>
    dllKey(renames.get(dllKey(library)) ?? library);
  const there = new Set(image.imports().map(keyOf));
  const delayed = image.delayImports().filter((table) => early.has(keyOf(table)));
  const known = new Set([...there, ...delayed.map(keyOf)]);
  for (const key of early) {
    if (known.has(key)) continue;
    throw refuse(
      "unsupported",
      `\`${key}\` can't be added to a PE file: nothing in it would be imported`,
    );
  }
  return delayed.filter((table) => !there.has(keyOf(table)) && table.symbols.length > 0);
}

/** @param moved RVAs of names that have moved, by the file offset of their descriptor. */
export function loadEarly(
  draft: Draft,
  request: Request,
  moved: ReadonlyMap<number, number>,
): readonly Wish[] {
  const { image, directories } = draft;
  const tables = earlyTables(image, request);
  if (tables.length === 0) return [];
  for (const table of tables) checkTable(image, table);
  draft.notes.push(`${tables.map(({ library }) => library).join(", ")} loaded with the file`);
  const imports = image.imports();
  const stride = PeImport.sizeOf("pe");
  const size = (imports.length + tables.length + 1) * stride;
  const lookups = tables.map((table) =>
    table.base === 0 ? NOTHING : relativeThunks(image, table),
  );
  return [
    {
      size: lookups.reduce((sum, { length }) => sum + length, size),
      align: 4,
      what: "import directory",
      make(rva) {
        const bytes = new Uint8Array(size);
        let lookupAt = rva + size;
        const lookupOf = ({ base, ImportNameTableRVA }: DelayTable, index: number): number => {
          const at = lookupAt;
          lookupAt += lookups[index]?.length ?? 0;
          return base === 0 ? ImportNameTableRVA : at;
        };
        const rows: ImportDescriptor[] = [
          // Bindings are taken back with every change of the imports.
          ...imports.map((row) => ({ ...row, Name: moved.get(row.at) ?? row.Name })),
          ...tables.map((table, index) => ({
            OriginalFirstThunk: lookupOf(table, index),
            TimeDateStamp: 0,
            ForwarderChain: 0,
            Name: moved.get(table.at) ?? table.DllNameRVA - table.base,
            FirstThunk: table.ImportAddressTableRVA - table.base,
          })),
        ];
        for (const [index, row] of rows.entries()) {
          const { OriginalFirstThunk, Name, FirstThunk } = row;
          PeImport.set(bytes, index * stride, PLAIN, {
            OriginalFirstThunk,
            TimeDateStamp: 0,
            ForwarderChain: 0,
            Name,
            FirstThunk,
          });
        }
        const entry = directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_IMPORT];
        if (entry === undefined) throw refuse("layout", "the file has no import directory");
        entry.address = rva;
        entry.size = size;
        return concatBytes([bytes, ...lookups]);
      },
    },
  ];
}

/** A lookup table of absolute addresses as the loader reads one: it has those of names only from the image's start. */
function relativeThunks(
  image: PeImage,
  { base, ImportNameTableRVA, symbols }: DelayTable,
): Uint8Array {
  const size = 4 * symbols.length;
  const bytes = new Uint8Array(size + 4);
  bytes.set(image.memory.read(ImportNameTableRVA - base, size));
  const view = new DataView(bytes.buffer);
  for (const [index, { name }] of symbols.entries()) {
    if (name !== null) view.setUint32(4 * index, view.getUint32(4 * index, true) - base, true);
  }
  return bytes;
}

/** The loader writes into the slots. */
function checkTable(image: PeImage, { base, library, ImportAddressTableRVA }: DelayTable): void {
  const slots = ImportAddressTableRVA - base;
  const section = image.sections.find(
    ({ VirtualAddress, memory }) => slots >= VirtualAddress && slots < VirtualAddress + memory,
  );
  if (section === undefined || !hasFlag(section, "IMAGE_SCN_MEM_WRITE")) {
    throw refuse("delay", `the delayed imports of ${library} lie where the loader can't write`);
  }
}
