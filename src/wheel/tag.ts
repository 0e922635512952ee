/**
 * Compatibility tags: `python-abi-platform` (PEP 425), each part a sum type with its parsed payload.
 *
 * Parsing never fails: what no rule knows is `other` and keeps its text, so that printing is the
 * exact inverse of parsing for every string.
 */
import { compareText } from "../bytes.ts";
import type { AbiTag } from "./abi-tag.ts";
import { parseAbiTag, printAbiTag } from "./abi-tag.ts";
import type { PlatformTag } from "./platform-tag.ts";
import { parsePlatformTag, printPlatformTag } from "./platform-tag.ts";
import type { PythonTag } from "./python-tag.ts";
import { parsePythonTag, printPythonTag } from "./python-tag.ts";

export interface Tag {
  readonly python: PythonTag;
  readonly abi: AbiTag;
  readonly platform: PlatformTag;
}

/** The parts of a file name's tag sets, as they are spelled. */
export interface TagSets {
  readonly pythonTags: readonly string[];
  readonly abiTags: readonly string[];
  readonly platformTags: readonly string[];
}

/** More tags than this are never expanded from one file name: the product grows with its cube. */
export const MAX_TAGS = 10_000;

/** `cp312-cp312-linux_x86_64`; `undefined` unless it has exactly three parts. */
export function parseTag(text: string): Tag | undefined {
  const [python, abi, platform, ...rest] = text.split("-");
  if (python === undefined || abi === undefined || platform === undefined || rest.length > 0) {
    return undefined;
  }
  return {
    python: parsePythonTag(python),
    abi: parseAbiTag(abi),
    platform: parsePlatformTag(platform),
  };
}

export function printTag({ python, abi, platform }: Tag): string {
  return `${printPythonTag(python)}-${printAbiTag(abi)}-${printPlatformTag(platform)}`;
}

/** How many tags the sets stand for, without repetitions. */
export function countTags(sets: TagSets): number {
  return (
    new Set(sets.pythonTags).size * new Set(sets.abiTags).size * new Set(sets.platformTags).size
  );
}

/**
 * Every `python-abi-platform` that the compressed sets stand for, in code point order and without
 * repetitions (PEP 425, "Compressed Tag Sets"). At most {@link MAX_TAGS}.
 */
export function expandTags(sets: TagSets): readonly string[] {
  const tags = new Set<string>();
  for (const python of sets.pythonTags) {
    for (const abi of sets.abiTags) {
      for (const platform of sets.platformTags) {
        if (tags.size >= MAX_TAGS) return [...tags].sort(compareText);
        tags.add(`${python}-${abi}-${platform}`);
      }
    }
  }
  return [...tags].sort(compareText);
}
