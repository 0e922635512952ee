/** What a summary says of the exports: counts, hashes of the names, forwarders, Python's initialisers. */
import { isPythonInit } from "../../python-init.ts";
import { fnv1a } from "../../symbol-hash.ts";
import { type Exports, forwardersOf, splitForwarder } from "../read/exports.ts";
import type { Reading } from "../read/imports.ts";
import { offsetOf } from "../read/thunks.ts";
import type { PeExports, PeForwarder } from "./slice.ts";

export interface ExportFacts extends PeExports {
  /** Sorted as the table is: by bytes. */
  readonly pythonInit: readonly string[];
}

const NOTHING: ExportFacts = {
  count: 0,
  nameCount: 0,
  nameHashes: new Uint32Array(),
  ordinals: [],
  forwarders: [],
  pythonInit: [],
};

export function exportFacts(reading: Reading, exports: Exports | null): ExportFacts {
  if (exports === null) return NOTHING;
  const names = exportNames(reading, exports);
  const byIndex = new Map<number, string>();
  const hashes = new Uint32Array(names.length);
  const pythonInit: string[] = [];
  for (const [at, { name, index }] of names.entries()) {
    hashes[at] = fnv1a(name);
    if (!byIndex.has(index)) byIndex.set(index, name);
    if (isPythonInit(name)) pythonInit.push(name);
  }
  return {
    count: exports.functions.reduce((sum, rva) => sum + (rva === 0 ? 0 : 1), 0),
    nameCount: names.length,
    nameHashes: hashes.sort(),
    ordinals: ordinalRanges(exports),
    forwarders: forwarderFacts(reading, exports, byIndex),
    pythonInit: pythonInit.sort(),
  };
}

/** The names in the table's order, each with the index of its function. */
export function exportNames(
  { memory, problems }: Reading,
  exports: Exports,
): readonly { readonly name: string; readonly index: number }[] {
  const names: { name: string; index: number }[] = [];
  for (const [at, rva] of exports.names.entries()) {
    const index = exports.nameOrdinals[at];
    if (index === undefined) break;
    const name = problems.attempt(() => memory.name(rva));
    if (name === undefined) break;
    names.push({ name, index });
  }
  return names;
}

function ordinalRanges({ functions, Base }: Exports): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const [index, rva] of functions.entries()) {
    if (rva === 0) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === Base + index - 1) last[1] = Base + index;
    else ranges.push([Base + index, Base + index]);
  }
  return ranges;
}

function forwarderFacts(
  { memory, problems }: Reading,
  exports: Exports,
  names: ReadonlyMap<number, string>,
): readonly PeForwarder[] {
  const forwarders: PeForwarder[] = [];
  for (const { index, rva, text } of forwardersOf(exports, memory, problems)) {
    const at = { record: "IMAGE_EXPORT_DIRECTORY", ...offsetOf(memory, rva) };
    const parts = splitForwarder(text);
    if (parts === undefined) {
      problems.add("a forwarder names no library", { ...at, value: text });
      continue;
    }
    forwarders.push({
      name: names.get(index) ?? null,
      ordinal: exports.Base + index,
      ...parts,
      at,
    });
  }
  return forwarders;
}
