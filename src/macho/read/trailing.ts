/** Where everything that load commands describe ends. */
import { LC } from "../constants.ts";
import { NoteCommand } from "../layout.ts";
import { padded } from "./dylib.ts";
import type { MachoImage } from "./image.ts";

/** Padding up to this many bytes after the last table is nobody's data. */
const PADDING = 16;

/** The end of the last segment, table or section, from the slice's start. */
export function describedEnd({
  segments,
  tables,
  commands,
  commandsEnd,
  context,
}: MachoImage): number {
  let end = commandsEnd;
  const upTo = (offset: number, size: number): void => {
    if (size > 0) end = Math.max(end, offset + size);
  };
  for (const { fileoff, filesize, sections } of segments) {
    upTo(fileoff, filesize);
    for (const { offset, fileSize, reloff, nreloc } of sections) {
      upTo(offset, fileSize);
      upTo(reloff, nreloc * 8);
    }
  }
  for (const { offset, size } of tables.data.values()) upTo(offset, size);
  const { symtab } = tables;
  if (symtab !== null) {
    upTo(symtab.symoff, symtab.nsyms * (context.variant === "macho64" ? 16 : 12));
    upTo(symtab.stroff, symtab.strsize);
  }
  for (const { cmd, bytes } of commands) {
    if (cmd !== LC.LC_NOTE) continue;
    const { offset, size } = NoteCommand.read(padded(bytes), 0, context);
    upTo(Number(offset), Number(size));
  }
  return end;
}

/** Bytes behind all that; 0 for mere padding. */
export function trailingBytes(image: MachoImage): number {
  const rest = image.source.size - describedEnd(image);
  return rest <= PADDING ? 0 : rest;
}
