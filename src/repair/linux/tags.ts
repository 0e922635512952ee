/** Platform tags of a repaired wheel. */
import type { Identity, LinuxClaim } from "../../audit/linux/identify.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import { policyArch } from "../../policy/arch.ts";
import { judgeManylinux, judgePosition } from "../../policy/linux/decide.ts";
import { nearestPolicy, policyVersion } from "../../policy/linux/manylinux.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";
import { parsePlatformTag } from "../../wheel/platform-tag.ts";
import { refusedByPypi } from "../../wheel/pypi-tags.ts";
import type { PlannedTags } from "../platform.ts";
import type { Goal } from "./target.ts";

/** `manylinux_2_17_x86_64`, then its aliases. */
export function tagsOf(table: PolicyTable, position: number, tagArch: string): readonly string[] {
  const policy = table.policies[position];
  if (policy === undefined) return [];
  return [policy.name, ...policy.aliases].map((name) => `${name}_${tagArch}`);
}

/** The policy's name without architecture. */
export function requestedName(plat: string, table: PolicyTable, tagArch: string): string {
  const { kind } = parsePlatformTag(plat);
  if (kind !== table.family) {
    throw new RefusalError(
      "TAG005",
      `\`${plat}\` does not apply to this wheel: its files are built for ${table.family}`,
      `ask for a \`${table.family}_…_${tagArch}\` tag, or for \`auto\``,
    );
  }
  if (!plat.endsWith(`_${tagArch}`)) {
    throw new RefusalError(
      "TAG002",
      `\`${plat}\` is for another architecture: the wheel's files are for \`${tagArch}\``,
      `ask for a tag that ends in \`_${tagArch}\`, or for \`auto\``,
    );
  }
  return plat.slice(0, -(tagArch.length + 1));
}

/**
 * The tags of the result: the reached ones, and of the old ones those that are true of it.
 *
 * A bare `linux_*` and `any` say less than the truth and go; a tag that the content contradicts
 * goes too, because an installer would trust it.
 */
export function repairedPlatforms(
  identity: Identity,
  goal: Goal,
  table: PolicyTable,
  plat = "auto",
): PlannedTags {
  const kept: string[] = [];
  const contradicted: string[] = [];
  for (const claim of identity.claims) {
    if (isTrue(claim, identity, goal, table)) kept.push(claim.text);
    else if (claim.kind !== "any" && claim.kind !== "linux") contradicted.push(claim.text);
  }
  // Where PyPI takes none of the tags that are earned, a bare one that it takes is worth more.
  const bare = identity.claims.filter(
    ({ kind, text }) => kind === "linux" && refusedByPypi(text) === undefined,
  );
  const earned = [...kept, ...goal.tags];
  const stays =
    plat === "auto" && earned.every((tag) => refusedByPypi(tag) !== undefined)
      ? bare.map(({ text }) => text)
      : [];
  return {
    platforms: stays.length > 0 ? stays : [...new Set(earned)].sort(compareText),
    contradicted,
    ...(stays.length > 0 ? { forgone: goal.tags } : {}),
  };
}

function isTrue(
  claim: LinuxClaim,
  { tagArch, foreign }: Identity,
  { target, tags, level = 0 }: Goal,
  table: PolicyTable,
): boolean {
  if (claim.kind === "other" || tags.includes(claim.text)) return true;
  if (claim.kind === "any") return false;
  if (claim.arch?.text !== tagArch) {
    // Of a wheel for several architectures, one is repaired; what it says of the others stays.
    return foreign.some(({ slice }) => policyArch(slice.arch) === claim.arch?.arch);
  }
  if (claim.kind === "linux") return false;
  const { needs } = target;
  // Another C library's tag is only true of files that need none, and those have no needs.
  if (claim.kind !== table.family) return needs.length === 0 && target.grafts.size === 0;
  if (claim.tag.kind === "android") return claim.tag.api >= level;
  const name = claim.text.slice(0, -(tagArch.length + 1));
  const version = policyVersion(name);
  const position =
    table.find(name) ??
    (version === undefined ? undefined : nearestPolicy(table, version).position);
  // An older policy may not let the host provide what was left to it.
  if (position === undefined || target.relied > position) return false;
  const verdict =
    table.find(name) === undefined && version !== undefined
      ? judgeManylinux(table, needs, version)
      : judgePosition(needs, position);
  return verdict.truthful === true;
}
