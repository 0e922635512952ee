/** `show --format json`: the facts of `audit`'s document, without its judgement. */

import type { BinaryResult, WheelResult } from "../audit/result.ts";
import type { DynamicSymbol } from "../binary.ts";
import type { SymbolLists } from "../format.ts";
import { binaryJson, documentPieces, wheelFacts } from "./json.ts";
import { type Streamed, streamed } from "./json-pieces.ts";
import type { Symbols } from "./show-text.ts";

export interface ShownWheel {
  readonly wheel: WheelResult;
  readonly symbols: Symbols;
}

export interface ShownBinary {
  readonly binary: BinaryResult;
  readonly symbols: SymbolLists;
  /** All that the format's own reader says, with the specification's names. */
  readonly dump: object;
}

/** @param warnings of the run. */
export function showJson(
  wheels: readonly ShownWheel[],
  binaries: readonly ShownBinary[],
  warnings: readonly string[] = [],
): Iterable<string> {
  return documentPieces("wheelkit.show/1", {
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(wheels.length === 0 && binaries.length > 0
      ? {}
      : {
          wheels: streamed(wheels, ({ wheel, symbols }) => ({
            ...wheelFacts(wheel),
            binaries: streamed(wheel.binaries, (binary) => ({
              ...binaryJson(binary, true),
              ...symbolsJson(symbols.get(binary.path) ?? {}),
            })),
            external: wheel.external.map(({ name, neededBy, found }) => ({
              name,
              neededBy,
              found,
            })),
          })),
        }),
    ...(binaries.length === 0
      ? {}
      : {
          binaries: streamed(binaries, ({ binary, symbols, dump }) => ({
            ...binaryJson(binary, true),
            ...symbolsJson(symbols),
            [binary.format]: dump,
          })),
        }),
  });
}

function symbolsJson({ imports, exports }: SymbolLists): Readonly<Record<string, Streamed>> {
  return {
    ...(imports === undefined ? {} : { imports: streamed(imports, symbolJson) }),
    ...(exports === undefined ? {} : { exports: streamed(exports, symbolJson) }),
  };
}

function symbolJson({ name, version, library, weak, type }: DynamicSymbol): object {
  return { name, version, library, weak, type };
}
