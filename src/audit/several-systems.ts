/** Wheels whose tags name several systems: each is judged for itself, and the wheel by all of them. */
import { compareText } from "../bytes.ts";
import type { Unverified } from "../finding.ts";
import type { Claim } from "./claim.ts";
import type { AuditPlatform, NativeAudit, PlatformInput } from "./platform.ts";
import { SYSTEM_TITLES } from "./platform.ts";
import type { BareVerdict, ExternalLibrary } from "./result.ts";
import { completeVerdict } from "./verdict.ts";

interface Part {
  readonly platform: AuditPlatform;
  readonly claims: readonly Claim[];
  readonly audit: NativeAudit;
}

/** @param platforms those that the claims name, in their order; at least one. */
export function auditSystems(
  platforms: readonly [AuditPlatform, ...AuditPlatform[]],
  input: PlatformInput,
): NativeAudit {
  const [first, ...others] = platforms;
  if (others.length === 0) return first.audit(input);
  const part = (platform: AuditPlatform): Part => {
    const judges = (by: AuditPlatform, { tag }: Claim): boolean => by.judges(tag);
    // What nobody judges is the first one's to report.
    const claims = input.claims.filter(
      (claim) =>
        judges(platform, claim) ||
        (platform === first && !platforms.some((each) => judges(each, claim))),
    );
    return { platform, claims, audit: platform.audit({ ...input, claims, named: input.claims }) };
  };
  return joined([part(first), ...others.map(part)], input);
}

function joined(
  parts: readonly [Part, ...Part[]],
  { claims, members }: PlatformInput,
): NativeAudit {
  const [{ audit: first }] = parts;
  const idle = parts.filter(({ platform }) => members.length > 0 && !members.some(platform.owns));
  const audits = parts.map(({ audit }) => audit);
  const { graph } = first;
  return {
    ...first,
    systems: parts.map(({ platform }) => platform.name),
    verdict: completeVerdict(joinedVerdict(parts, idle, claims)),
    problems: audits.flatMap(({ problems }) => problems),
    unverified: [...audits.flatMap(({ unverified }) => unverified), ...idle.flatMap(notJudged)],
    binaries: first.binaries.map((binary) => {
      const member = members.find(({ path }) => path === binary.path);
      const owner = parts.find(({ platform }) => member !== undefined && platform.owns(member));
      return owner?.audit.binaries.find(({ path }) => path === binary.path) ?? binary;
    }),
    external: joinedExternal(audits),
    graph: {
      ...graph,
      members: new Map(audits.flatMap((each) => [...each.graph.members])),
      host: new Map(audits.flatMap((each) => [...each.graph.host])),
      users: new Map(audits.flatMap((each) => [...each.graph.users])),
      excludedBy: new Set(audits.flatMap((each) => [...each.graph.excludedBy])),
    },
  };
}

/** Of a system that the wheel has no file for nobody can say whether it does without. */
function joinedVerdict(
  parts: readonly [Part, ...Part[]],
  idle: readonly Part[],
  claims: readonly Claim[],
): BareVerdict {
  const [{ audit: first }] = parts;
  const verdicts = parts.map(({ audit }) => audit.verdict);
  const at = (each: Part): number => claims.findIndex((claim) => each.claims.includes(claim));
  // In the order of the file name, so that what is claimed rightly reads the same.
  const known = parts
    .filter((each) => !idle.includes(each))
    .sort((a, b) => at(a) - at(b))
    .map(({ audit }) => audit.verdict);
  const truths = parts.map((each) => (idle.includes(each) ? null : each.audit.verdict.truthful));
  const all = (texts: readonly (string | null)[]): string | null =>
    texts.length === 0 || texts.includes(null) ? null : [...new Set(texts)].join(".");
  return {
    family: first.verdict.family,
    claimed: claims.map(({ text }) => text),
    supported: all(known.map(({ supported }) => supported)),
    reachable: all(known.map(({ reachable }) => reachable)),
    truthful: truths.includes(false) ? false : truths.includes(null) ? null : true,
    reasons: verdicts.flatMap(({ reasons }) => reasons),
  };
}

function notJudged({ platform, claims }: Part): readonly Unverified[] {
  return claims.map(({ text }) => ({
    code: "TAG003",
    why: `\`${text}\` was not judged: no native file of the wheel is for ${SYSTEM_TITLES[platform.name]}, and nobody can say whether it does without`,
  }));
}

function joinedExternal(audits: readonly NativeAudit[]): readonly ExternalLibrary[] {
  const byName = new Map<string, ExternalLibrary>();
  for (const each of audits.flatMap(({ external }) => external)) {
    const known = byName.get(each.name);
    const neededBy = [...new Set([...(known?.neededBy ?? []), ...each.neededBy])].sort(compareText);
    byName.set(each.name, { ...each, neededBy, found: known?.found ?? each.found });
  }
  return [...byName.values()].sort((a, b) => compareText(a.name, b.name));
}
