/** Which API level a repaired Android wheel promises (PEP 738). */
import type { Identity } from "../../audit/linux/identify.ts";
import { RefusalError } from "../../errors.ts";
import { androidLibraryApi, OLDEST_API, policyApi } from "../../policy/linux/android.ts";
import type { Need } from "../../policy/linux/decide.ts";
import { parsePlatformTag } from "../../wheel/platform-tag.ts";
import { blocked, worst } from "./refusal.ts";
import { requestedName } from "./tags.ts";
import type { Goal, PolicyTarget, TargetFacts } from "./target.ts";
import { targetAt } from "./target.ts";

/** Android's linker honours DT_RUNPATH, by which grafted libraries are found, from this level on. */
const RUNPATH_API = 24;

/**
 * The level that is asked for, else the claimed one, or the one above it that the files need: what
 * they were compiled for, the system libraries that they use, and RUNPATH when anything is grafted.
 *
 * @throws RefusalError when the level asked for is too low.
 */
export function androidGoal(facts: TargetFacts, identity: Identity, plat: string): Goal {
  const { tagArch, claims } = identity;
  const asked = plat === "auto" ? undefined : askedLevel(facts, identity, plat);
  const claimed = claims.flatMap(({ tag }) => (tag.kind === "android" ? [tag.api] : []));
  let level = asked ?? (claimed.length === 0 ? OLDEST_API : Math.min(...claimed));
  // Each round raises the level, so there are no more of them than levels.
  for (;;) {
    const target = targetAt(facts, positionFor(facts, level));
    const [needed, why] = neededLevel(facts, target);
    if (needed <= level) {
      return { target, tags: [`android_${level}_${tagArch}`], level: needed };
    }
    if (needed === Infinity) throw blocked(`android_${level}_${tagArch}`, worst(target.needs));
    if (asked !== undefined) {
      throw new RefusalError(
        "TAG004",
        `\`${plat}\` can't be reached: ${why}`,
        `ask for \`android_${needed}_${tagArch}\`, or for \`auto\``,
      );
    }
    level = needed;
  }
}

function askedLevel({ table }: TargetFacts, { tagArch }: Identity, plat: string): number {
  requestedName(plat, table, tagArch);
  const tag = parsePlatformTag(plat);
  const api = tag.kind === "android" ? tag.api : 0;
  if (api >= OLDEST_API) return api;
  throw new RefusalError(
    "TAG004",
    `\`${plat}\` can't be reached: Python supports Android from API level ${OLDEST_API} on`,
    `ask for \`android_${OLDEST_API}_${tagArch}\` or a newer one`,
  );
}

/** The newest policy that is not above the level. */
function positionFor({ table }: TargetFacts, level: number): number {
  const at = table.policies.findLastIndex(({ name }) => (policyApi(name) ?? Infinity) <= level);
  return Math.max(0, at);
}

function neededLevel({ considered }: TargetFacts, target: PolicyTarget): readonly [number, string] {
  let needed = OLDEST_API;
  let why = "";
  const raise = (level: number, reason: string): void => {
    if (level <= needed) return;
    needed = level;
    why = reason;
  };
  const files = [...considered, ...[...target.grafts.values()].map(({ node }) => node)];
  for (const { path, slice } of files) {
    raise(slice.androidApi ?? 0, `\`${path}\` is compiled for API level ${slice.androidApi}`);
  }
  for (const need of target.needs) {
    raise(apiOf(need), `\`${need.path}\` needs \`${need.library ?? need.version ?? need.why}\``);
  }
  if (target.grafts.size > 0) {
    raise(RUNPATH_API, `grafted libraries are found from API level ${RUNPATH_API} on`);
  }
  return [needed, why];
}

function apiOf(need: Need): number {
  if (need.position === 0) return OLDEST_API;
  return (need.library === undefined ? undefined : androidLibraryApi(need.library)) ?? Infinity;
}
