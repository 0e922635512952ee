/** Imports and exports as lists, for the reader of a report. */
import type { DynamicSymbol } from "../../binary.ts";
import { compareText } from "../../bytes.ts";
import { forwardersOf } from "../read/exports.ts";
import type { PeImage } from "../read/image.ts";
import { exportNames } from "./exports.ts";
import { importTables } from "./imports.ts";
import { importedSymbol } from "./summary.ts";

/** Sorted by name, then library; what has only a number is called `#12`. */
export function listSymbols(
  image: PeImage,
  which: "imports" | "exports",
): readonly DynamicSymbol[] {
  const symbols = which === "imports" ? imported(image) : exported(image);
  return symbols.sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.library ?? "", b.library ?? ""),
  );
}

function imported(image: PeImage): DynamicSymbol[] {
  return importTables(image).flatMap(({ library, names, ordinals }) => [
    ...names.map((name) => importedSymbol(name, library)),
    ...ordinals.map((ordinal) => ({ ...importedSymbol(`#${ordinal}`, library), ordinal })),
  ]);
}

function exported(image: PeImage): DynamicSymbol[] {
  const exports = image.exports();
  if (exports === null) return [];
  const targets = new Map(
    forwardersOf(exports, image.memory, image.problems).map(({ index, text }) => [index, text]),
  );
  const symbolAt = (index: number, name: string): DynamicSymbol => {
    const forwardsTo = targets.get(index);
    return {
      name,
      defined: true,
      weak: false,
      type: "notype",
      ordinal: exports.Base + index,
      ...(forwardsTo === undefined ? {} : { forwardsTo }),
    };
  };
  const named = exportNames(image, exports);
  const withName = new Set(named.map(({ index }) => index));
  const symbols = named.map(({ name, index }) => symbolAt(index, name));
  for (const [index, rva] of exports.functions.entries()) {
    if (rva !== 0 && !withName.has(index)) {
      symbols.push(symbolAt(index, `#${exports.Base + index}`));
    }
  }
  return symbols;
}
