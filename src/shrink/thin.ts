/** A universal wheel for one architecture: its name and its WHEEL say so. */
import type { Draft } from "../edit/draft.ts";
import { editTags } from "../edit/tags-edit.ts";
import { RefusalError } from "../errors.ts";
import { type PlatformTag, parsePlatformTag, printPlatformTag } from "../wheel/platform-tag.ts";

/** The first version of macOS that runs on the architecture. */
const FIRST: Readonly<Record<string, number>> = { arm64: 11 };

/** @throws RefusalError (`shrink-thin`) when the wheel is for no group of architectures. */
export function retagThin(draft: Draft, arch: string): void {
  const tags = draft.name.platformTags.map(parsePlatformTag);
  if (!tags.some(isUniversal)) {
    throw new RefusalError(
      "shrink-thin",
      `\`${draft.file}\` is not for several architectures, so there is none to leave out`,
    );
  }
  const names = tags.map((tag) => printPlatformTag(isUniversal(tag) ? thinTag(tag, arch) : tag));
  editTags(draft, { kind: "tags", platform: [...new Set(names)].join(".") });
}

type Macosx = Extract<PlatformTag, { readonly kind: "macosx" }>;

function isUniversal(tag: PlatformTag): tag is Macosx {
  return tag.kind === "macosx" && /^(?:universal|intel|fat)/.test(tag.arch);
}

function thinTag(tag: Macosx, arch: string): PlatformTag {
  const first = FIRST[arch] ?? 0;
  return tag.major < first ? { ...tag, major: first, minor: 0, arch } : { ...tag, arch };
}
