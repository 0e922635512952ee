/** Room for one more section header. */

import { alignUp } from "../align.ts";
import { PAGE } from "../constants.ts";
import { PeSection } from "../layout.ts";
import { DOS_HEADER_SIZE, isMapped } from "../read/header.ts";
import { type Draft, headersEnd } from "./draft.ts";

/**
 * Makes room for `rows` headers: in the gap after the table, else by moving the headers down over the
 * MS-DOS stub, else by letting the headers grow, which moves all sections in the file.
 *
 * `false`: there is no way.
 */
export function makeHeaderRoom(draft: Draft, rows: number): boolean {
  const { image, windows } = draft;
  const stride = PeSection.sizeOf("pe");
  const { lfanew, sectionsAt } = image.header;
  const oldEnd = sectionsAt + stride * image.sections.length;
  const wanted = sectionsAt + stride * rows;
  const end = headersEnd(draft);
  const limit = Math.min(end, windows.SizeOfHeaders);
  const free = oldEnd + zeros(headerBytes(draft), oldEnd, Math.max(limit, oldEnd));
  if (wanted <= free) return true;
  const missing = alignUp(wanted - free, 8);
  if (lfanew - DOS_HEADER_SIZE >= missing && !hasDataInHeaders(draft)) {
    draft.lfanew = alignDown(lfanew - missing, 8);
    draft.notes.push(`headers moved from ${lfanew} to ${draft.lfanew}, over the MS-DOS stub`);
    return true;
  }
  // What lies after the table would be overwritten, or is where the new header has to be.
  if (free < Math.min(wanted, limit)) return false;
  const growth = alignUp(wanted - limit, windows.FileAlignment);
  const size = windows.SizeOfHeaders + growth;
  let firstAddress = Number.POSITIVE_INFINITY;
  for (const { VirtualAddress } of image.sections) {
    firstAddress = Math.min(firstAddress, VirtualAddress);
  }
  if (windows.SectionAlignment < PAGE || size > firstAddress || limit < end) return false;
  draft.headerGrowth = growth;
  windows.SizeOfHeaders = size;
  draft.notes.push(`headers grow by ${growth} bytes`);
  return true;
}

/** The bytes before the first section, with what was written there so far. */
export function headerBytes(draft: Draft): Uint8Array {
  const end = headersEnd(draft);
  const bytes = new Uint8Array(draft.image.source.read(0, end));
  for (const { at, bytes: written } of draft.writes.splices()) {
    if (at < end) bytes.set(written.subarray(0, end - at), at);
  }
  return bytes;
}

function zeros(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === 0) at++;
  return at - from;
}

function alignDown(value: number, unit: number): number {
  return value - (value % unit);
}

/** Something in the headers is found by its address, so they can't move. */
function hasDataInHeaders({ directories, windows }: Draft): boolean {
  return directories.some(
    ({ address }, index) => isMapped(index) && address !== 0 && address < windows.SizeOfHeaders,
  );
}
