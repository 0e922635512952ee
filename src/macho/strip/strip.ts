/** Drops what only debuggers need. Signing is left to whoever asked. */
import type { StripLevel } from "../../native-edit.ts";
import { emptyRewrite, type Rewrite, rewriteOf } from "../../rewrite.ts";
import { pageSizeOf } from "../arch.ts";
import { DysymtabCommand, LinkeditDataCommand, SymtabCommand } from "../command-layout.ts";
import { LC, MH } from "../constants.ts";
import { moveParts } from "../edit/move-parts.ts";
import { refuse } from "../edit/refuse.ts";
import { SegmentCommand } from "../layout.ts";
import { commandName } from "../names.ts";
import type { MachoImage } from "../read/image.ts";
import { isBareIndirect, readIndirect } from "../read/indirect.ts";
import { linkeditParts, movableParts } from "../read/linkedit-parts.ts";
import { hasPayload } from "../read/trailing.ts";
import { type KeptSymbols, keepSymbols } from "./symbols.ts";

/**
 * Over the slice. The result ends where a signature would begin: it must be signed, or have its
 * LC_CODE_SIGNATURE removed.
 *
 * @throws RefusalError when a table is there that nobody knows how to change.
 */
export function stripSlice(image: MachoImage, level: StripLevel): Rewrite {
  const { source, tables, context } = image;
  const { symtab, dysymtab } = tables;
  if (symtab === null || dysymtab === null || symtab.nsyms === 0) return emptyRewrite(source.size);
  checkStrippable(image);
  const table = image.symbols();
  if (table.count < symtab.nsyms || table.strings.length < symtab.strsize) {
    throw refuse("strip", "the symbol table is not all inside the file");
  }
  const indirect = readIndirect(source, context, tables);
  const external = relocationsOf(image);
  const used = new Uint8Array(table.count);
  for (const entry of indirect) if (!isBareIndirect(entry)) used[entry] = 1;
  for (const index of external.symbols) used[index] = 1;
  const kept = keepSymbols(table, context, level, used);
  if (kept.count === table.count) return emptyRewrite(source.size);
  const contents = new Map<string, Uint8Array>([
    ["symbol table", kept.symbols],
    ["symbol names", kept.strings],
    ["indirect symbols", encodeIndirect(indirect, kept, context.littleEndian)],
    ["external relocations", external.encode(kept.newIndex)],
  ]);
  return relayOut(image, contents, kept);
}

const STRIPPABLE: ReadonlySet<number> = new Set([MH.MH_EXECUTE, MH.MH_DYLIB, MH.MH_BUNDLE]);

function checkStrippable(image: MachoImage): void {
  const { header, tables, commands, segments } = image;
  const { dysymtab } = tables;
  if (!STRIPPABLE.has(header.filetype)) throw refuse("strip", "only linked files are stripped");
  if (hasPayload(image)) throw refuse("strip", "data follows what the load commands describe");
  if (dysymtab !== null && dysymtab.ntoc + dysymtab.nmodtab + dysymtab.nextrefsyms > 0) {
    throw refuse("strip", "the symbol table has the modules of old linkers");
  }
  const strange = commands.find(
    ({ cmd }) => cmd === LC.LC_NOTE || commandName(cmd).startsWith("LC_0x"),
  );
  if (strange !== undefined) {
    throw refuse("strip", `${strange.name} may say where something in the file lies`);
  }
  const linkedit = segments.find(({ name }) => name === "__LINKEDIT");
  const outside = linkeditParts(image).find(({ offset }) => offset < (linkedit?.fileoff ?? 0));
  if (linkedit === undefined || outside !== undefined) {
    throw refuse("strip", "the tables are not in `__LINKEDIT`");
  }
}

function encodeIndirect(
  entries: Uint32Array,
  { newIndex }: KeptSymbols,
  littleEndian: boolean,
): Uint8Array {
  const bytes = new Uint8Array(entries.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, entry] of entries.entries()) {
    const now = isBareIndirect(entry) ? entry : (newIndex[entry] ?? entry);
    view.setUint32(index * 4, now, littleEndian);
  }
  return bytes;
}

interface Relocations {
  /** Indexes of the symbols that they name. */
  readonly symbols: readonly number[];
  encode(newIndex: Uint32Array): Uint8Array;
}

/** r_symbolnum has 24 bits, the first ones in the file's byte order; r_extern says that it is a symbol. */
function relocationsOf({ source, tables, context }: MachoImage): Relocations {
  const { extreloff, nextrel } = tables.dysymtab ?? { extreloff: 0, nextrel: 0 };
  const bytes = nextrel === 0 ? new Uint8Array() : source.read(extreloff, nextrel * 8).slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { littleEndian } = context;
  const symbols: number[] = [];
  for (let index = 0; index < nextrel; index++) {
    const word = view.getUint32(index * 8 + 4, littleEndian);
    symbols.push(littleEndian ? word & 0xff_ffff : word >>> 8);
  }
  return {
    symbols,
    encode(newIndex) {
      for (const [index, symbol] of symbols.entries()) {
        const word = view.getUint32(index * 8 + 4, littleEndian);
        const now = newIndex[symbol] ?? symbol;
        const changed = littleEndian ? (word & 0xff00_0000) | now : (word & 0xff) | (now << 8);
        view.setUint32(index * 8 + 4, changed >>> 0, littleEndian);
      }
      return bytes;
    },
  };
}

/** Moves the tables together and says so in the load commands. */
function relayOut(
  image: MachoImage,
  contents: ReadonlyMap<string, Uint8Array>,
  kept: KeptSymbols,
): Rewrite {
  const { source, context, commandsEnd, segments, tables } = image;
  const header = source.read(0, commandsEnd).slice();
  const parts = movableParts(image);
  const { splices, end } = moveParts(
    parts,
    contents,
    (part, offset) => {
      const view = new DataView(header.buffer, header.byteOffset, header.length);
      view.setUint32(part.command.at + part.field, offset, context.littleEndian);
    },
    source.size,
  );
  splices.push({
    at: end.old,
    remove: source.size - end.old,
    zeros: 0,
    bytes: new Uint8Array(),
    what: "code signature",
  });
  writeCounts(image, header, contents, kept);
  const linkedit = segments.find(({ name }) => name === "__LINKEDIT");
  if (linkedit !== undefined) {
    const filesize = end.now - linkedit.fileoff;
    const page = pageSizeOf(image.header.cputype);
    const rounded = BigInt(Math.ceil(filesize / page) * page);
    const vmsize = rounded < linkedit.vmsize ? rounded : linkedit.vmsize;
    SegmentCommand.set(header, linkedit.command.at, context, { filesize, vmsize });
  }
  const signature = tables.data.get(LC.LC_CODE_SIGNATURE);
  if (signature !== undefined) {
    const place = { dataoff: end.now, datasize: 0 };
    LinkeditDataCommand.set(header, signature.command.at, context, place);
  }
  const removed = image.symbols().count - kept.count;
  const note = `${removed} symbols that only debuggers need were dropped`;
  splices.push({ at: 0, remove: commandsEnd, zeros: 0, bytes: header, what: "load commands" });
  return rewriteOf(source, splices, [note]);
}

function writeCounts(
  { tables, context }: MachoImage,
  header: Uint8Array,
  contents: ReadonlyMap<string, Uint8Array>,
  { count, newIndex }: KeptSymbols,
): void {
  const { symtab, dysymtab } = tables;
  if (symtab === null || dysymtab === null) return;
  const strsize = contents.get("symbol names")?.length ?? symtab.strsize;
  SymtabCommand.set(header, symtab.command.at, context, { nsyms: count, strsize });
  const group = (start: number, length: number): readonly [number, number] => {
    const from = newIndex[Math.min(start, newIndex.length - 1)] ?? 0;
    const to = newIndex[Math.min(start + length, newIndex.length - 1)] ?? 0;
    return [from, to - from];
  };
  const [ilocalsym, nlocalsym] = group(dysymtab.ilocalsym, dysymtab.nlocalsym);
  const [iextdefsym, nextdefsym] = group(dysymtab.iextdefsym, dysymtab.nextdefsym);
  const [iundefsym, nundefsym] = group(dysymtab.iundefsym, dysymtab.nundefsym);
  const counts = { ilocalsym, nlocalsym, iextdefsym, nextdefsym, iundefsym, nundefsym };
  DysymtabCommand.set(header, dysymtab.command.at, context, counts);
}
