/** A verdict with its tags taken apart, so that reports compare them without reading tags. */
import type { PlatformTag } from "../wheel/platform-tag.ts";
import { modernTag, parsePlatformTag, policyName, tagRank } from "../wheel/platform-tag.ts";
import type { BareVerdict, PlatformVerdict, TagInfo } from "./result.ts";

export function completeVerdict(verdict: BareVerdict): PlatformVerdict {
  const { claimed, supported, reachable } = verdict;
  return {
    ...verdict,
    tags: {
      claimed: claimed.map(tagInfo),
      supported: supported === null ? null : tagInfo(supported),
      reachable: reachable === null ? null : tagInfo(reachable),
    },
  };
}

function tagInfo(text: string): TagInfo {
  const tag: PlatformTag = parsePlatformTag(text);
  return {
    tag: text,
    modern: modernTag(tag),
    kind: tag.kind,
    policy: policyName(tag),
    rank: tagRank(tag),
    promises: tag.kind !== "linux",
  };
}
