/** The debug directory: where debug information lies, and a few facts that linkers put beside it. */
import { toHex } from "../../bytes.ts";
import { CODEVIEW_RSDS, DEBUG_TYPE, DIRECTORY } from "../constants.ts";
import { type DebugEntry as DebugRow, PeDebug, PLAIN } from "../layout.ts";
import { decodeName } from "../names.ts";
import { directoryOf } from "./header.ts";
import type { Reading } from "./imports.ts";
import { untilNul } from "./section.ts";
import { offsetOf } from "./thunks.ts";

export interface DebugEntry extends DebugRow {
  /** File offset of the entry. */
  readonly at: number;
}

/** The record that names a program database. */
export interface CodeView {
  readonly path: string;
  /** GUID and age as symbol servers write them. */
  readonly key: string;
}

/** Entries that are read; real files have up to some ten. */
const MAX_ENTRIES = 256;
/** Bytes of a record that are read: a path and what is before it. */
const MAX_RECORD = 4096;

export function parseDebug({ header, memory, problems }: Reading): readonly DebugEntry[] {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_DEBUG);
  if (directory === undefined) return [];
  const stride = PeDebug.sizeOf("pe");
  const count = Math.min(Math.floor(directory.size / stride), MAX_ENTRIES);
  const entries: DebugEntry[] = [];
  for (let index = 0; index < count; index++) {
    const rva = directory.address + index * stride;
    const bytes = problems.attempt(() => memory.read(rva, stride));
    if (bytes === undefined) break;
    const at = offsetOf(memory, rva).offset ?? 0;
    entries.push({ ...PeDebug.read(bytes, 0, PLAIN, at), at });
  }
  return entries;
}

/** Bytes of the entry's data, as far as the file has them. */
function debugData({ source }: Reading, entry: DebugEntry): Uint8Array {
  const { PointerToRawData, SizeOfData } = entry;
  const length = Math.min(SizeOfData, MAX_RECORD, Math.max(0, source.size - PointerToRawData));
  return PointerToRawData === 0 ? new Uint8Array() : source.read(PointerToRawData, length);
}

/** `RSDS`, 16 bytes of GUID, 4 of age, the path. */
const RSDS_HEAD = 24;

export function codeViewOf(reading: Reading, entries: readonly DebugEntry[]): CodeView | null {
  for (const entry of entries) {
    if (entry.Type !== DEBUG_TYPE.IMAGE_DEBUG_TYPE_CODEVIEW) continue;
    const bytes = reading.problems.attempt(() => debugData(reading, entry));
    if (bytes === undefined || bytes.length < RSDS_HEAD) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0, true) !== CODEVIEW_RSDS) continue;
    const word = (value: number, digits: number): string =>
      value.toString(16).padStart(digits, "0");
    const key = [
      word(view.getUint32(4, true), 8),
      word(view.getUint16(8, true), 4),
      word(view.getUint16(10, true), 4),
      toHex(bytes.subarray(12, 20)),
      view.getUint32(20, true).toString(16),
    ];
    return {
      path: decodeName(untilNul(bytes.subarray(RSDS_HEAD))),
      key: key.join("").toUpperCase(),
    };
  }
  return null;
}

/** The bits of IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS; 0 without such an entry. */
export function extendedFlags(reading: Reading, entries: readonly DebugEntry[]): number {
  const entry = entries.find(
    ({ Type }) => Type === DEBUG_TYPE.IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS,
  );
  if (entry === undefined) return 0;
  const bytes = reading.problems.attempt(() => debugData(reading, entry));
  return bytes?.[0] ?? 0;
}
