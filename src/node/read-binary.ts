/** One native library from a path: for `show` and for library users. */

import { basename } from "node:path";
import { auditNative } from "../audit/native.ts";
import type { NativeOptions } from "../audit/options.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../audit/options.ts";
import { FormatError } from "../errors.ts";
import type { Format, SymbolList } from "../format.ts";
import { symbolsOf } from "../format.ts";
import type { AnyNative } from "../formats.ts";
import { FORMATS, formatOf, readerOf } from "../formats.ts";
import { interestingSymbol } from "../policy/interest.ts";
import type { ShownBinary } from "../report/show-json.ts";

import type { Source } from "../source.ts";
import { openFile } from "./file.ts";

/**
 * Reads the facts of a native library.
 *
 * @throws UsageError when there is no such file, FormatError when it is not a native library, or a broken one.
 */
export function readBinary(path: string): AnyNative {
  const source = openFile(path);
  try {
    return (nativeReader(source) ?? refuseOther()).open(source).facts(interestingSymbol);
  } finally {
    source.close();
  }
}

export interface ShowOptions {
  /** With the names that it imports, exports. Default: without. */
  readonly imports?: boolean;
  readonly exports?: boolean;
  /** Where the loader may look for what it needs. Default: nowhere. */
  readonly native?: NativeOptions;
}

/**
 * Everything that can be told of a native library, as `wheelkit show` does: what it needs and where
 * that resolves, its symbols, and its structures with the specification's names.
 *
 * @throws UsageError when there is no such file, FormatError when it is not a native library, or a broken one.
 */
export function showBinary(path: string, options: ShowOptions = {}): ShownBinary {
  const source = openFile(path);
  try {
    return showNative(source, basename(path), options) ?? refuseOther();
  } finally {
    source.close();
  }
}

/** The same of an open file; `undefined` when it is not a native one. @throws FormatError when it is broken. */
export function showNative(
  source: Source,
  name: string,
  { native = DEFAULT_NATIVE_OPTIONS, imports = false, exports = false }: ShowOptions,
): ShownBinary | undefined {
  const reader = nativeReader(source);
  if (reader === undefined) return undefined;
  const open = reader.open(source);
  const file = open.facts(interestingSymbol);
  // A library on its own is a wheel with one member that claims nothing.
  const { binaries } = auditNative({
    wheel: { name: null },
    entries: [{ name, directory: false }],
    binaries: [{ path: name, size: source.size, format: reader.name, file }],
    nativeMembers: new Set([name]),
    options: native,
  });
  const [binary] = binaries;
  if (binary === undefined) return undefined;
  return { binary, symbols: symbolsOf(open, wantedLists({ imports, exports })), dump: open.dump() };
}

/** Which lists of names are asked for. */
export function wantedLists({
  imports = false,
  exports = false,
}: Pick<ShowOptions, "imports" | "exports">): readonly SymbolList[] {
  return [...(imports ? (["imports"] as const) : []), ...(exports ? (["exports"] as const) : [])];
}

function refuseOther(): never {
  throw new FormatError(
    "this is not a native library: the first bytes are not the magic number of ELF, Mach-O or PE",
    { format: "file", record: "magic", offset: 0 },
  );
}

/**
 * What reads the file; `undefined` when it is not a native one.
 *
 * @throws FormatError when its format is recognised only.
 */
function nativeReader(source: Source): Format<AnyNative> | undefined {
  const name = formatOf(source.read(0, Math.min(source.size, 64)));
  if (name === undefined) return undefined;
  const reader = readerOf(name);
  if (reader !== undefined) return reader;
  throw new FormatError(`${FORMATS[name].title} files can't be read yet`, {
    format: name,
    record: "magic",
    offset: 0,
  });
}
