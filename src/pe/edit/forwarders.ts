/**
 * Forwarders: exports that another DLL provides, as strings `LIBRARY.name` in the export directory.
 *
 * An export counts as one when its address lies inside the directory's range, so strings that grow
 * move together with a copy of the directory. The tables of addresses and names stay.
 */
import { concatBytes, encodeUtf8 } from "../../bytes.ts";
import { DIRECTORY } from "../constants.ts";
import { dllKey } from "../dll-name.ts";
import { PeExport, PLAIN } from "../layout.ts";
import { encodeName } from "../names.ts";
import { type Exports, type Forwarder, forwardersOf, splitForwarder } from "../read/exports.ts";
import { refuse } from "../refuse.ts";
import type { Draft } from "./draft.ts";
import { writeOver } from "./names.ts";
import type { Request } from "./request.ts";
import type { Wish } from "./wish.ts";

/** @param nameRva the RVA of the DLL's own name, where that has moved. */
export function renameForwarders(
  draft: Draft,
  { renames }: Request,
  nameRva: () => number | undefined,
): readonly Wish[] {
  const { image } = draft;
  const exports = renames.size === 0 ? null : image.exports();
  if (exports === null) return [];
  const forwarders = forwardersOf(exports, image.memory, image.problems);
  const texts = forwarders.map((forwarder) => forwarderText(forwarder.text, renames));
  const changed = forwarders.filter(({ text }, index) => texts[index] !== text);
  if (changed.length === 0) return [];
  draft.notes.push(`${changed.length} forwarders renamed`);
  const fits = forwarders.every(
    ({ rva }, index) =>
      encodeUtf8(texts[index] ?? "").length <= image.memory.bytesOfName(rva).length,
  );
  if (fits) {
    for (const [index, { rva, text }] of forwarders.entries()) {
      const to = texts[index] ?? text;
      if (to !== text && !writeOver(draft, rva, to)) {
        throw refuse("layout", `the forwarder ${text} has no bytes in the file`);
      }
    }
    return [];
  }
  return [directoryWish(draft, exports, { forwarders, texts, nameRva })];
}

/** The string with the library's new name. */
export function forwarderText(text: string, renames: ReadonlyMap<string, string>): string {
  const parts = splitForwarder(text);
  const to = parts && renames.get(dllKey(parts.library));
  if (parts === undefined || to === undefined) return text;
  return `${spelledLike(parts.library, to)}.${parts.symbol}`;
}

/** Forwarders leave out `.dll`; the loader appends it only where the name has no dot. */
function spelledLike(old: string, to: string): string {
  const stem = /^(.*)\.dll$/i.exec(to)?.[1];
  return stem === undefined || stem.includes(".") || /\.dll$/i.test(old) ? to : stem;
}

function directoryWish(
  draft: Draft,
  exports: Exports,
  {
    forwarders,
    texts,
    nameRva,
  }: {
    readonly forwarders: readonly Forwarder[];
    readonly texts: readonly string[];
    readonly nameRva: () => number | undefined;
  },
): Wish {
  const { image, writes, directories } = draft;
  const head = PeExport.sizeOf("pe");
  const strings = texts.map((text, index) => {
    const old = forwarders[index];
    const bytes = old?.text === text ? image.memory.bytesOfName(old.rva) : encodeName(text);
    if (bytes === undefined) throw refuse("name", `\`${text}\` can't be written as a forwarder`);
    return concatBytes([bytes, new Uint8Array(1)]);
  });
  const size = strings.reduce((sum, { length }) => sum + length, head);
  return {
    size,
    align: 4,
    what: "export directory",
    make(rva) {
      const directory = new Uint8Array(image.memory.read(exports.address, head));
      const name = nameRva();
      if (name !== undefined) PeExport.set(directory, 0, PLAIN, { Name: name });
      let at = rva + head;
      for (const [index, forwarder] of forwarders.entries()) {
        const slot = image.memory.place(exports.AddressOfFunctions + 4 * forwarder.index);
        if (slot === undefined)
          throw refuse("layout", "the export address table is not in the file");
        writes.put32(slot.offset, at, "export address table");
        at += strings[index]?.length ?? 0;
      }
      const entry = directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_EXPORT];
      if (entry === undefined) throw refuse("layout", "the file has no export directory");
      entry.address = rva;
      entry.size = size;
      return concatBytes([directory, ...strings]);
    },
  };
}
