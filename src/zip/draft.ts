/**
 * An entry while it is read: the directory fills most of it, the local header the rest.
 *
 * One object for each member, completed in place: archives have up to hundreds of thousands.
 */
import type { ZipEntry } from "./entry.ts";

export type Draft = { -readonly [Key in keyof ZipEntry]: ZipEntry[Key] } & {
  /** Offset of the central directory header in the file. */
  readonly at: number;
  /** The name's bytes are UTF-8. */
  readonly utf8: boolean;
};
