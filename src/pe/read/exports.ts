/** The export directory: functions and variables that others may use, by name or by ordinal. */
import type { Problems } from "../../problems.ts";
import { DIRECTORY } from "../constants.ts";
import { type ExportDirectory, PeExport, PLAIN } from "../layout.ts";
import { directoryOf } from "./header.ts";
import type { Reading } from "./imports.ts";
import type { Memory } from "./memory.ts";
import { offsetOf } from "./thunks.ts";

export interface Exports extends ExportDirectory {
  /** RVA and bytes of the directory; an export whose address lies inside is a forwarder. */
  readonly address: number;
  readonly size: number;
  /** File offset. */
  readonly at: number;
  /** The DLL's own name, `null` where it can't be read. */
  readonly library: string | null;
  /** RVA of each function, by ordinal minus Base; 0: no such ordinal. */
  readonly functions: Uint32Array;
  /** RVA of each exported name, in the table's order, which is that of the names. */
  readonly names: Uint32Array;
  /** Index in `functions` for each name. */
  readonly nameOrdinals: Uint16Array;
}

/** A forwarder's string, `LIBRARY.name` or `LIBRARY.#12`. */
export interface Forwarder {
  /** Index in `functions`. */
  readonly index: number;
  /** RVA of the string. */
  readonly rva: number;
  readonly text: string;
}

/** Entries of a table; ordinals have 16 bits. */
const MAX_EXPORTS = 1 << 16;

export function parseExports({ header, memory, problems }: Reading): Exports | null {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_EXPORT);
  if (directory === undefined) return null;
  const { address, size } = directory;
  const row = problems.attempt(() =>
    PeExport.read(memory.read(address, PeExport.sizeOf("pe")), 0, PLAIN, address),
  );
  if (row === undefined) return null;
  const { NumberOfFunctions, NumberOfNames } = row;
  const functions = words(memory, row.AddressOfFunctions, NumberOfFunctions, problems);
  const names = words(memory, row.AddressOfNames, NumberOfNames, problems);
  const ordinals = halves(memory, row.AddressOfNameOrdinals, names.length, problems);
  return {
    ...row,
    address,
    size,
    at: offsetOf(memory, address).offset ?? 0,
    library: row.Name === 0 ? null : (problems.attempt(() => memory.name(row.Name)) ?? null),
    functions,
    names,
    nameOrdinals: ordinals,
  };
}

function tableBytes(
  memory: Memory,
  rva: number,
  { count, width, problems }: { count: number; width: number; problems: Problems },
): Uint8Array {
  const room = Math.floor(memory.room(rva) / width);
  const fits = Math.min(count, MAX_EXPORTS, room);
  if (fits < count) {
    problems.add(`only ${fits} of ${count} exports can be read`, {
      record: "IMAGE_EXPORT_DIRECTORY",
      ...offsetOf(memory, rva),
    });
  }
  return fits === 0 ? new Uint8Array() : memory.read(rva, fits * width);
}

function words(memory: Memory, rva: number, count: number, problems: Problems): Uint32Array {
  const bytes = tableBytes(memory, rva, { count, width: 4, problems });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) =>
    view.getUint32(index * 4, true),
  );
}

function halves(memory: Memory, rva: number, count: number, problems: Problems): Uint16Array {
  const bytes = tableBytes(memory, rva, { count, width: 2, problems });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, index) =>
    view.getUint16(index * 2, true),
  );
}

/** True when the export at that RVA is a string that names another DLL's. */
function isForwarder({ address, size }: Exports, rva: number): boolean {
  return rva >= address && rva < address + size;
}

/** In the order of their ordinals. */
export function forwardersOf(
  exports: Exports,
  memory: Memory,
  problems: Problems,
): readonly Forwarder[] {
  const forwarders: Forwarder[] = [];
  for (const [index, rva] of exports.functions.entries()) {
    if (rva === 0 || !isForwarder(exports, rva)) continue;
    const text = problems.attempt(() => memory.name(rva));
    if (text === undefined) break;
    forwarders.push({ index, rva, text });
  }
  return forwarders;
}

/** The two halves of a forwarder's string, parted at the last dot as the loader does it. */
export function splitForwarder(
  text: string,
): { readonly library: string; readonly symbol: string } | undefined {
  const dot = text.lastIndexOf(".");
  return dot <= 0 ? undefined : { library: text.slice(0, dot), symbol: text.slice(dot + 1) };
}
