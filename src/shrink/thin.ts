/** A universal wheel for one architecture: its name and its WHEEL say so. */
import { printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { editTags } from "../edit/tags-edit.ts";
import { RefusalError } from "../errors.ts";
import type { OpenNative } from "../format.ts";
import { type PlatformTag, parsePlatformTag, printPlatformTag } from "../wheel/platform-tag.ts";

/** The first version of macOS that runs on the architecture. */
const FIRST: Readonly<Record<string, number>> = { arm64: 11 };

/**
 * @returns the architecture that stays in fat files, `undefined` where the wheel is for no macOS, and
 *   whether the wheel says something else than before.
 * @throws RefusalError (`shrink-thin`) when the wheel does not run on the architecture.
 */
export function retagThin(
  draft: Draft,
  arch: string,
): { readonly arch: string | undefined; readonly retagged: boolean } {
  const before = draft.name.platformTags;
  const tags = before.map(parsePlatformTag);
  const macosx = tags.filter((tag) => tag.kind === "macosx");
  if (macosx.length === 0) return { arch: undefined, retagged: false };
  if (!macosx.some((tag) => tag.arch === arch || isUniversal(tag))) {
    const archs = [...new Set(macosx.map((tag) => tag.arch))].join(", ");
    throw new RefusalError(
      "shrink-thin",
      `\`${draft.file}\` is for ${archs}, not for ${printable(arch)}`,
      `name an architecture that the wheel is for`,
    );
  }
  // What the others name it does not run on any more.
  const names = tags.flatMap((tag) => {
    if (tag.kind === "macosx" && isUniversal(tag)) return printPlatformTag(thinTag(tag, arch));
    return tag.kind === "macosx" && tag.arch !== arch ? [] : printPlatformTag(tag);
  });
  const platform = [...new Set(names)].join(".");
  if (platform === before.join(".")) return { arch, retagged: false };
  editTags(draft, { kind: "tags", platform });
  return { arch, retagged: true };
}

/** The part of a fat file that other architectures take; `undefined`: none do. */
export function shareOfOthers(native: OpenNative, arch: string): number | undefined {
  let [others, all] = [0, 0];
  for (const region of native.regions()) {
    all += region.size;
    if (region.arch !== undefined && region.arch !== arch) others += region.size;
  }
  return others === 0 ? undefined : others / all;
}

type Macosx = Extract<PlatformTag, { readonly kind: "macosx" }>;

function isUniversal({ arch }: Macosx): boolean {
  return /^(?:universal|intel|fat)/.test(arch);
}

function thinTag(tag: Macosx, arch: string): PlatformTag {
  const first = FIRST[arch] ?? 0;
  return tag.major < first ? { ...tag, major: first, minor: 0, arch } : { ...tag, arch };
}
