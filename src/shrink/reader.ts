/** The reader of a native file. */
import type { Format } from "../format.ts";
import { type AnyNative, formatOf, readerOf } from "../formats.ts";
import type { Source } from "../source.ts";

/** Bytes that tell the format. */
const HEAD = 64;

/** `undefined` for what is no native file. */
export function readerFor(source: Source): Format<AnyNative> | undefined {
  const format = formatOf(source.read(0, Math.min(HEAD, source.size)));
  return format === undefined ? undefined : readerOf(format);
}
