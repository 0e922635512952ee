/** A member of a wheel in the making. */
import type { ZipEntry } from "../zip/entry.ts";
import type { PackedData } from "../zip/writer.ts";

/** New content that was compressed elsewhere: a library too large to hold in memory. */
export interface PackedContent {
  readonly packed: PackedData;
  /** SHA-256 of the content. */
  readonly sha256: Uint8Array;
}

export interface DraftMember {
  /** Present name. */
  path: string;
  readonly entry: ZipEntry | undefined;
  /** New content, in one of two forms. */
  bytes: Uint8Array | undefined;
  content: PackedContent | undefined;
  mode: number | undefined;
}

/** A member as it will be. */
export type FinalMember = Readonly<DraftMember>;

export function isTouched({ path, entry, bytes, content, mode }: FinalMember): boolean {
  const same = entry?.name === path && bytes === undefined && content === undefined;
  return !same || mode !== undefined;
}
