/** Which tags the repaired wheel gets. */
import type { JudgedTag } from "../../audit/model.ts";
import type { PlatformVerdict } from "../../audit/result.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { PlannedTags } from "../platform.ts";

/**
 * A Windows tag promises a processor, so there is one that is true of the files, and nothing to reach.
 *
 * @throws RefusalError when another one is asked for, or the files are for several processors.
 */
export function chooseTags(
  { supported, claimed }: PlatformVerdict,
  judged: readonly JudgedTag[],
  plat: string,
  onlyPlat: boolean,
): PlannedTags {
  const windows = claimed.filter((tag) => /^win(?:32|_)/.test(tag));
  if (windows.length > 1) {
    throw new RefusalError(
      "TAG002",
      `the wheel is tagged for ${windows.map((tag) => `\`${tag}\``).join(" and ")}, and no file runs on more than one of them`,
      "build one wheel for each",
    );
  }
  if (supported === null || !/^win(?:32|_)/.test(supported)) {
    throw new RefusalError(
      "TAG002",
      "the wheel's files are for no processor that a Windows tag names",
      "`wheelkit show` tells what they are built for",
    );
  }
  if (plat !== "auto" && plat !== supported) {
    throw new RefusalError(
      "TAG002",
      `\`${plat}\` is out of reach: the wheel's files are for \`${supported}\``,
      "build them for the other processor",
    );
  }
  const contradicted = judged
    .filter(({ tag, verdict }) => tag !== supported && verdict.truthful === false)
    .map(({ tag }) => tag);
  const others = onlyPlat ? [] : claimed.filter((tag) => !contradicted.includes(tag));
  return { platforms: [...new Set([supported, ...others])].sort(compareText), contradicted };
}
