/** One native library from a path: for `show` and for library users. */
import { FormatError } from "../errors.ts";
import type { Format } from "../format.ts";
import type { AnyNative } from "../formats.ts";
import { FORMATS, formatOf, readerOf } from "../formats.ts";
import { interestingSymbol } from "../policy/interest.ts";
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
    const reader = nativeReader(source);
    if (reader === undefined) {
      throw new FormatError(
        "this is no native library: the first bytes are no magic number of ELF, Mach-O or PE",
        { format: "file", record: "magic", offset: 0 },
      );
    }
    return reader.open(source).facts(interestingSymbol);
  } finally {
    source.close();
  }
}

/**
 * What reads the file; `undefined` when it is not a native one.
 *
 * @throws FormatError when its format is recognised only.
 */
export function nativeReader(source: Source): Format<AnyNative> | undefined {
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
