/** Where everything that load commands describe ends. */

import { NoteCommand } from "../command-layout.ts";
import { LC } from "../constants.ts";
import { padded } from "./dylib.ts";
import type { MachoImage } from "./image.ts";
import { linkeditParts } from "./linkedit-parts.ts";

/** Padding up to this many bytes after the last table is nobody's data. */
const PADDING = 16;

/** The end of the last segment, table or section, from the slice's start. */
function describedEnd(image: MachoImage): number {
  let end = contentEnd(image);
  for (const { fileoff, filesize } of image.segments) {
    if (filesize > 0) end = Math.max(end, fileoff + filesize);
  }
  const signature = image.tables.data.get(LC.LC_CODE_SIGNATURE);
  return signature === undefined ? end : Math.max(end, signature.offset + signature.size);
}

/** The same without the signature, whatever `__LINKEDIT` says of its size. */
export function contentEnd(image: MachoImage): number {
  const { segments, commands, commandsEnd, context } = image;
  let end = commandsEnd;
  const upTo = (offset: number, size: number): void => {
    if (size > 0) end = Math.max(end, offset + size);
  };
  for (const { name, fileoff, filesize, sections } of segments) {
    if (name !== "__LINKEDIT") upTo(fileoff, filesize);
    for (const { offset, fileSize, reloff, nreloc } of sections) {
      upTo(offset, fileSize);
      upTo(reloff, nreloc * 8);
    }
  }
  for (const { command, offset, size } of linkeditParts(image)) {
    if (command.cmd !== LC.LC_CODE_SIGNATURE) upTo(offset, size);
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

/** Bytes after everything that is described which are looked at. */
const MAX_PADDING = 1 << 16;

/** True when something that is not padding follows what the load commands describe. */
export function hasPayload(image: MachoImage): boolean {
  const { source } = image;
  const end = describedEnd(image);
  if (end >= source.size) return false;
  if (source.size - end > MAX_PADDING) return true;
  return source.read(end, source.size - end).some((byte) => byte !== 0);
}
