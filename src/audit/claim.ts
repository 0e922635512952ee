/** What the platform tags of a file name claim. */
import type { BinaryFormat } from "../binary.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";

/** A platform tag of the file name. */
export interface Claim {
  readonly text: string;
  readonly tag: PlatformTag;
}

export function claimOf(text: string): Claim {
  return { text, tag: parsePlatformTag(text) };
}

/**
 * The format that native code for a tag has. `undefined`: none, or the tag says nothing of it;
 * `wasm` code is no native library that anybody links.
 */
export function formatOfTag({ kind }: PlatformTag): BinaryFormat | undefined {
  switch (kind) {
    case "linux":
    case "manylinux":
    case "musllinux":
    case "android":
      return "elf";
    case "macosx":
    case "ios":
      return "macho";
    case "win":
      return "pe";
    default:
      return undefined;
  }
}
