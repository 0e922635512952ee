/** Putting the changed file together: pointers that count bytes of the file, headers, checksum. */
import { type Rewrite, rewriteOf, rewrittenSource, type Splice } from "../../rewrite.ts";
import { alignUp } from "../align.ts";
import { checksumOf } from "../checksum.ts";
import {
  PeDebug,
  PeDirectory,
  PeFileHeader,
  PeOptionalHeader,
  PeSection,
  PeWindowsHeader,
  PLAIN,
} from "../layout.ts";
import { LFANEW_AT } from "../read/header.ts";
import { type Draft, headersEnd, memoryOf } from "./draft.ts";
import { headerBytes } from "./header-room.ts";

/** The draft as a rewrite, with the right checksum where the file has one. */
export function emit(draft: Draft): Rewrite {
  const { image, notes } = draft;
  joinCuts(draft);
  const moved = movesOf(draft);
  moveDebugData(draft, moved);
  const first = rewriteOf(image.source, splicesOf(draft, headersOf(draft, moved, 0)), notes);
  if (draft.windows.CheckSum === 0) return first;
  const checksum = checksumOf(rewrittenSource(image.source, first), newChecksumAt(draft));
  return rewriteOf(image.source, splicesOf(draft, headersOf(draft, moved, checksum)), notes);
}

/** Ascending, and joined where they touch. */
function joinCuts({ cuts }: Draft): void {
  const sorted = cuts.splice(0).sort((a, b) => a.start - b.start);
  for (const { start, end } of sorted) {
    const last = cuts.at(-1);
    if (last !== undefined && start <= last.end) {
      cuts[cuts.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    } else cuts.push({ start, end });
  }
}

interface Moves {
  /** Where a byte of the original lies in the result; `undefined` when it is left out. */
  moved(offset: number): number | undefined;
  /** Where bytes of a section lie: also of one that is in the insertion. */
  section(offset: number): number;
}

function movesOf(draft: Draft): Moves {
  const { image, cuts, end, inserted, headerGrowth } = draft;
  const growsAt = headersEnd(draft);
  const base = (offset: number): number => {
    let result = offset + (offset >= growsAt ? headerGrowth : 0);
    for (const cut of cuts) if (cut.end <= offset) result -= cut.end - cut.start;
    return result;
  };
  const length = inserted === null ? 0 : inserted.zeros + inserted.bytes.length;
  return {
    moved(offset) {
      // What leads out of the file leads nowhere afterwards too.
      if (offset >= image.source.size) return offset;
      if (cuts.some((cut) => offset >= cut.start && offset < cut.end)) return undefined;
      return base(offset) + (offset >= end ? length : 0);
    },
    section: (offset) => (offset >= end ? base(end) + offset - end : base(offset)),
  };
}

function moveDebugData({ image, writes }: Draft, { moved }: Moves): void {
  for (const { at, PointerToRawData: old } of image.debug()) {
    const place = moved(old);
    if (old === 0 || place === old) continue;
    writes.put32(at + PeDebug.offsetOf("pe", "PointerToRawData"), place ?? 0, "debug directory");
    if (place === undefined) {
      writes.put32(at + PeDebug.offsetOf("pe", "SizeOfData"), 0, "debug directory");
    }
  }
}

/** The bytes before the first section. */
function headersOf(draft: Draft, { moved, section }: Moves, checksum: number): Uint8Array {
  const { image, rows, lfanew, headerGrowth, directories } = draft;
  const { header } = image;
  const stride = PeSection.sizeOf("pe");
  const old = headerBytes(draft);
  const bytes = new Uint8Array(old.length + headerGrowth);
  bytes.set(old);
  const shift = lfanew - header.lfanew;
  const oldEnd = header.sectionsAt + stride * image.sections.length;
  if (shift !== 0) bytes.copyWithin(lfanew, header.lfanew, oldEnd);
  const table = header.sectionsAt + shift;
  const tableEnd = table + stride * rows.length;
  if (tableEnd < oldEnd) bytes.fill(0, tableEnd, oldEnd);

  const view = new DataView(bytes.buffer);
  view.setUint32(LFANEW_AT, lfanew, true);
  const symbols = draft.file.PointerToSymbolTable;
  PeFileHeader.set(bytes, header.fileAt + shift, PLAIN, {
    ...draft.file,
    NumberOfSections: rows.length,
    PointerToSymbolTable: symbols === 0 ? 0 : (moved(symbols) ?? 0),
  });
  PeOptionalHeader.set(bytes, header.optionalAt + shift, PLAIN, draft.optional);
  PeWindowsHeader.set(bytes, header.windowsAt + shift, header.context, {
    ...draft.windows,
    SizeOfImage: sizeOfImage(draft),
    CheckSum: checksum,
  });
  for (const [index, { address, size }] of directories.entries()) {
    const at = header.directories[index]?.at;
    if (at === undefined) continue;
    PeDirectory.set(bytes, at + shift, PLAIN, { VirtualAddress: address, Size: size });
  }
  for (const [index, row] of rows.entries()) {
    const place = (offset: number): number => (offset === 0 ? 0 : (moved(offset) ?? 0));
    const encoded = PeSection.encode(PLAIN, {
      ...row,
      PointerToRawData:
        row.SizeOfRawData === 0 ? row.PointerToRawData : section(row.PointerToRawData),
      PointerToRelocations: place(row.PointerToRelocations),
      PointerToLinenumbers: place(row.PointerToLinenumbers),
    });
    bytes.set(encoded, table + index * stride);
  }
  return bytes;
}

/** As the file has it, unless the last section ends elsewhere now. */
function sizeOfImage({ image, rows, windows }: Draft): number {
  let before = 0;
  for (const section of image.sections) {
    before = Math.max(before, section.VirtualAddress + section.memory);
  }
  let now = 0;
  for (const row of rows) now = Math.max(now, row.VirtualAddress + memoryOf(row));
  const end = alignUp(now, windows.SectionAlignment);
  return end === alignUp(before, windows.SectionAlignment) ? windows.SizeOfImage : end;
}

function splicesOf(draft: Draft, headers: Uint8Array): readonly Splice[] {
  const { writes, cuts, inserted, end } = draft;
  const from = headersEnd(draft);
  const splices: Splice[] = [
    { at: 0, remove: from, zeros: 0, bytes: headers, what: "headers" },
    ...writes.splices().flatMap((splice) => partFrom(splice, from)),
  ];
  if (inserted !== null) {
    splices.push({ at: end, remove: 0, ...inserted, what: "names" });
  }
  for (const cut of cuts) {
    const remove = cut.end - cut.start;
    splices.push({ at: cut.start, remove, zeros: 0, bytes: new Uint8Array(), what: "left out" });
  }
  return splices;
}

/** What of a splice lies at or after `from`: what lies before is in the headers. */
function partFrom(splice: Splice, from: number): readonly Splice[] {
  const skipped = Math.max(0, from - splice.at);
  if (skipped >= splice.bytes.length) return [];
  const bytes = splice.bytes.subarray(skipped);
  return [{ ...splice, at: splice.at + skipped, remove: bytes.length, bytes }];
}

function newChecksumAt({ image, lfanew }: Draft): number {
  const { header } = image;
  const field = PeWindowsHeader.offsetOf(header.context.variant, "CheckSum");
  return header.windowsAt + field + lfanew - header.lfanew;
}
