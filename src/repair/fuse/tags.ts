/** Tags of the fused wheel: those that all its slices allow. */
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { minimumsOf } from "../../audit/macos/needs.ts";
import { macosTags } from "../../audit/macos/verdict.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { WheelFilename } from "../../wheel/filename.ts";

/** @throws RefusalError when no file has code that a tag can name. */
export function fusedTags(
  names: readonly WheelFilename[],
  facts: readonly MacosFacts[],
): readonly string[] {
  const considered = facts.flatMap(({ identity }) => identity.considered);
  const claims = facts.flatMap(({ identity }) => identity.claims);
  const minimums = minimumsOf(
    considered,
    facts.flatMap(({ needs }) => needs),
  );
  const tags = macosTags(
    { claims },
    new Map([...minimums].map(([arch, { version }]) => [arch, version])),
  );
  if (tags.length > 0) return [...new Set(tags)].sort(compareText);
  const claimed = names.flatMap(({ platformTags }) => platformTags).join(", ");
  throw new RefusalError("TAG002", `no file of the wheels is for a processor of ${claimed}`);
}
