/** What a repair was asked for, and the policy that this means for one wheel. */
import type { Identity } from "../../audit/linux/identify.ts";
import { RefusalError } from "../../errors.ts";
import type { Need } from "../../policy/linux/decide.ts";
import { judgeManylinux } from "../../policy/linux/decide.ts";
import { nearestPolicy, policyVersion } from "../../policy/linux/manylinux.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";
import { androidGoal } from "./android.ts";
import { blocked, worst } from "./refusal.ts";
import { requestedName, tagsOf } from "./tags.ts";
import type { Goal, PolicyTarget, TargetFacts } from "./target.ts";
import { bestTarget, targetAt } from "./target.ts";

/**
 * The goal for `--plat`: `auto`, a policy's tag or alias, or any `manylinux_X_Y`.
 *
 * A tag asked for is given besides better ones that are true as well, unless `onlyPlat`.
 *
 * @throws RefusalError when it can't be reached; the message says what is in the way.
 */
export function chooseGoal(
  facts: TargetFacts,
  identity: Identity,
  plat: string,
  onlyPlat: boolean,
): Goal {
  const { table } = facts;
  const { tagArch } = identity;
  if (table.family === "android") return androidGoal(facts, identity, plat);
  const best = bestTarget(facts, firstPosition(table, identity));
  if (plat === "auto") {
    if (best === undefined) throw unreachable(table, targetAt(facts, table.none - 1), tagArch);
    return { target: best, tags: tagsOf(table, best.position, tagArch) };
  }
  const name = requestedName(plat, table, tagArch);
  const wanted = positionOf(table, name);
  const asked = targetAt(facts, wanted.position);
  const refused = refusing(table, asked.needs, wanted);
  if (refused !== undefined) throw blocked(plat, refused);
  const own = wanted.exact ? tagsOf(table, wanted.position, tagArch) : [`${name}_${tagArch}`];
  if (onlyPlat || best === undefined || best.position >= wanted.position) {
    return { target: asked, tags: own };
  }
  return { target: best, tags: [...tagsOf(table, best.position, tagArch), ...own] };
}

/**
 * musl has no symbol versions, so that nothing needs 1.2 is no proof: 1.1 is promised only when the
 * wheel was built for it, or when it is asked for.
 */
function firstPosition(table: PolicyTable, { claims }: Identity): number {
  if (table.family !== "musllinux") return 0;
  const claims11 = claims.some(
    ({ tag }) => tag.kind === "musllinux" && tag.major === 1 && tag.minor < 2,
  );
  return claims11 ? 0 : table.none - 1;
}

interface Wanted {
  readonly name: string;
  readonly position: number;
  readonly exact: boolean;
}

function positionOf(table: PolicyTable, name: string): Wanted {
  const position = table.find(name);
  if (position !== undefined) return { name, position, exact: true };
  const version = policyVersion(name);
  if (version !== undefined && table.family === "manylinux") {
    return { name, position: nearestPolicy(table, version).position, exact: false };
  }
  const known = table.policies.map((policy) => `\`${policy.name}\``).join(", ");
  throw new RefusalError("TAG004", `unknown policy \`${name}\``, `known policies: ${known}`);
}

/** The need that stands against the wanted policy. */
function refusing(
  table: PolicyTable,
  needs: readonly Need[],
  { name, position, exact }: Wanted,
): Need | undefined {
  const version = policyVersion(name);
  if (exact || version === undefined)
    return worst(needs.filter((each) => each.position > position));
  const verdict = judgeManylinux(table, needs, version);
  if (verdict.truthful === true) return undefined;
  return worst(verdict.truthful === false ? verdict.against : needs);
}

function unreachable(table: PolicyTable, target: PolicyTarget, tagArch: string): RefusalError {
  const newest = table.policies.at(-1)?.name ?? table.family;
  const need = worst(target.needs);
  return blocked(`${newest}_${tagArch}`, need);
}
