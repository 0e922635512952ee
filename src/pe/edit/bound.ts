/**
 * Taking back a binding: addresses that were written into the file for one version of a DLL.
 *
 * The loader compares the bound names with those of the import directory, so a rename ends it. The
 * address tables get back what they were before, from the lookup tables beside them.
 */
import { DIRECTORY } from "../constants.ts";
import { PeImport } from "../layout.ts";
import type { ImportTable } from "../read/imports.ts";
import { refuse } from "../refuse.ts";
import type { Draft } from "./draft.ts";

/** @throws RefusalError when there is no lookup table to restore an address table from. */
export function unbind(draft: Draft): void {
  const { image, writes, directories } = draft;
  const entry = directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT];
  const listed = entry !== undefined && entry.address !== 0;
  const bound = image.imports().filter(({ TimeDateStamp }) => TimeDateStamp !== 0);
  if (!listed && bound.length === 0) return;
  for (const table of bound) {
    restoreAddresses(draft, table);
    writes.put32(table.at + PeImport.offsetOf("pe", "TimeDateStamp"), 0, "import directory");
    writes.put32(table.at + PeImport.offsetOf("pe", "ForwarderChain"), 0, "import directory");
  }
  if (listed) {
    const place = image.memory.place(entry.address);
    const size = Math.min(entry.size, place?.size ?? 0);
    if (place !== undefined) writes.put(place.offset, new Uint8Array(size), "bound imports");
    entry.address = 0;
    entry.size = 0;
  }
  draft.notes.push("bound imports removed: they held for the old names");
}

function restoreAddresses({ image, writes }: Draft, table: ImportTable): void {
  const { OriginalFirstThunk, FirstThunk, symbols, library } = table;
  if (OriginalFirstThunk === 0) {
    throw refuse("bound", `the addresses of ${library} are bound, and nothing says what they were`);
  }
  const stride = image.header.context.variant === "pe32plus" ? 8 : 4;
  const size = symbols.length * stride;
  const place = image.memory.place(FirstThunk);
  if (place === undefined || place.size < size) {
    throw refuse("layout", `the import address table of ${library} is not in the file`);
  }
  writes.put(place.offset, image.memory.read(OriginalFirstThunk, size), "import address table");
}
