/** Names of DLLs: written over the old ones where they fit, wished for elsewhere where they do not. */
import { dllKey } from "../dll-name.ts";
import { PeDelay, PeExport, PeImport } from "../layout.ts";
import { encodeName } from "../names.ts";
import { refuse } from "../refuse.ts";
import type { Draft } from "./draft.ts";
import type { Request } from "./request.ts";
import type { Wish } from "./wish.ts";

/** Collects wishes; one text is wished for once, whoever needs it. */
interface Texts {
  need(text: string, use: (rva: number) => void): void;
  readonly wishes: readonly Wish[];
}

export interface Renamed {
  /** What found no place. */
  readonly wishes: readonly Wish[];
  /** Imports or delay imports change. */
  readonly renamed: boolean;
  /** RVAs of names that have moved, by the file offset of the descriptor; complete when all have a place. */
  readonly moved: ReadonlyMap<number, number>;
}

export function renameLibraries(draft: Draft, { renames }: Request): Renamed {
  const { image, writes } = draft;
  const texts = collectTexts();
  const moved = new Map<number, number>();
  let renamed = false;
  // Imports are read for those who rename some: a wheel may have millions of them.
  if (renames.size === 0) return { wishes: texts.wishes, renamed, moved };
  for (const table of image.imports()) {
    const to = renames.get(dllKey(table.library));
    if (to === undefined || to === table.library) continue;
    renamed = true;
    draft.notes.push(`import of ${table.library} becomes ${to}`);
    if (writeOver(draft, table.Name, to)) continue;
    const at = table.at + PeImport.offsetOf("pe", "Name");
    texts.need(to, (rva) => {
      writes.put32(at, rva, "import directory");
      moved.set(table.at, rva);
    });
  }
  for (const table of image.delayImports()) {
    const to = renames.get(dllKey(table.library));
    if (to === undefined || to === table.library) continue;
    renamed = true;
    draft.notes.push(`delay import of ${table.library} becomes ${to}`);
    // What is bound beforehand counts only for the DLL of that very time stamp.
    if (table.TimeDateStamp !== 0) {
      writes.put32(table.at + PeDelay.offsetOf("pe", "TimeDateStamp"), 0, "delay imports");
    }
    if (writeOver(draft, table.DllNameRVA - table.base, to)) continue;
    const at = table.at + PeDelay.offsetOf("pe", "DllNameRVA");
    texts.need(to, (rva) => {
      writes.put32(at, rva + table.base, "delay imports");
      moved.set(table.at, rva);
    });
  }
  return { wishes: texts.wishes, renamed, moved };
}

/** The DLL's own name in its export directory. */
export function renameSelf(
  draft: Draft,
  id: string | undefined,
  moved: (rva: number) => void,
): readonly Wish[] {
  if (id === undefined) return [];
  const exports = draft.image.exports();
  if (exports === null) {
    throw refuse("no-exports", "the file exports nothing, so it has no name of its own to change");
  }
  if (exports.library === id) return [];
  draft.notes.push(`name becomes ${id}`);
  if (exports.library !== null && writeOver(draft, exports.Name, id)) return [];
  const texts = collectTexts();
  texts.need(id, (rva) => {
    const at = exports.at + PeExport.offsetOf("pe", "Name");
    draft.writes.put32(at, rva, "export directory");
    moved(rva);
  });
  return texts.wishes;
}

/** Writes the text over the one at `rva` when it is no longer; what is left becomes zeros. */
export function writeOver({ image, writes }: Draft, rva: number, text: string): boolean {
  const place = image.memory.place(rva);
  const old = image.memory.bytesOfName(rva);
  const bytes = encodeName(text);
  if (bytes === undefined) throw refuse("name", `\`${text}\` can't be written as a name`);
  if (place === undefined || bytes.length > old.length || place.size <= old.length) return false;
  const over = new Uint8Array(old.length + 1);
  over.set(bytes);
  writes.put(place.offset, over, "name");
  return true;
}

function collectTexts(): Texts {
  const uses = new Map<string, ((rva: number) => void)[]>();
  const wishes: Wish[] = [];
  return {
    wishes,
    need(text, use) {
      const known = uses.get(text);
      if (known !== undefined) {
        known.push(use);
        return;
      }
      const list = [use];
      uses.set(text, list);
      const useAll = (rva: number): void => {
        for (const each of list) each(rva);
      };
      wishes.push(textWish(text, useAll));
    },
  };
}

function textWish(text: string, use: (rva: number) => void): Wish {
  const bytes = encodeName(text) ?? new Uint8Array();
  const ended = new Uint8Array(bytes.length + 1);
  ended.set(bytes);
  return {
    size: ended.length,
    align: 1,
    what: `name ${text}`,
    make(rva) {
      use(rva);
      return ended;
    },
  };
}
