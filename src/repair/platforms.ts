/** Platform tags of a repaired wheel. */
import type { Claim } from "../audit/identify.ts";
import { compareText } from "../bytes.ts";
import { judgeManylinux, judgePosition } from "../policy/decide.ts";
import { policyVersion } from "../policy/manylinux.ts";
import type { PolicyTable } from "../policy/policy.ts";
import type { Target } from "./target.ts";

/** `manylinux_2_17_x86_64`, then its aliases. */
export function tagsOf(table: PolicyTable, position: number, tagArch: string): readonly string[] {
  const policy = table.policies[position];
  if (policy === undefined) return [];
  return [policy.name, ...policy.aliases].map((name) => `${name}_${tagArch}`);
}

/**
 * The tags of the result: the reached ones, and of the old ones those that are true of it.
 *
 * A bare `linux_*` and `any` say less than the truth and go; a tag that the content contradicts
 * goes too, because an installer would trust it.
 */
export function repairedPlatforms(
  claims: readonly Claim[],
  reached: readonly string[],
  target: Target,
  table: PolicyTable,
  tagArch: string,
): readonly string[] {
  const kept = claims
    .filter((claim) => isTrue(claim, target, table, tagArch))
    .map(({ text }) => text);
  return [...new Set([...kept, ...reached])].sort(compareText);
}

function isTrue(claim: Claim, target: Target, table: PolicyTable, tagArch: string): boolean {
  if (claim.kind === "other") return true;
  if (claim.kind === "any" || claim.kind === "linux") return false;
  if (claim.arch?.text !== tagArch) return false;
  const { needs } = target;
  // Another C library's tag is only true of files that need none, and those have no needs.
  if (claim.kind !== table.family) return needs.length === 0 && target.grafts.size === 0;
  const name = claim.text.slice(0, -(tagArch.length + 1));
  const position = table.find(name);
  if (position !== undefined) return judgePosition(needs, position).truthful === true;
  const version = policyVersion(name);
  return version !== undefined && judgeManylinux(table, needs, version).truthful === true;
}
