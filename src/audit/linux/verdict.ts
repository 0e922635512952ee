/**
 * The verdict on a wheel's platform tags.
 *
 * `supported` and `reachable` are names of policies in the policy data (`manylinux_2_17_x86_64`, not
 * its alias; `linux_x86_64` when nothing fits), so that they compare with auditwheel's overall and
 * symbol policy. Three cases need a word:
 *
 * - musl has no symbol versions, so that nothing needs 1.2 is no proof that a wheel built for 1.2
 *   runs on 1.1: `musllinux_1_1` is only the answer for a wheel that claims it.
 * - Android has no symbol versions either: the answer is never older than the claimed level.
 * - `reasons` names, for each file and need, the *newest* policy that the need rules out; it rules
 *   out all older ones too. So nothing is listed sixteen times, and what has to change for one step
 *   more of compatibility is always the entries of one policy.
 */

import { compareText } from "../../bytes.ts";
import type { Unverified } from "../../finding.ts";
import type { ElfSlice } from "../../formats.ts";
import { policyArch } from "../../policy/arch.ts";
import { androidLibraryApi, OLDEST_API } from "../../policy/linux/android.ts";
import type { Grafted, Need, TagVerdict } from "../../policy/linux/decide.ts";
import { decide, judgeManylinux, judgePosition } from "../../policy/linux/decide.ts";
import type { LinuxFamily, PolicyTable } from "../../policy/linux/table.ts";
import { policyTable } from "../../policy/linux/table.ts";
import type { PlatformTag } from "../../wheel/platform-tag.ts";
import { parsePlatformTag, tagRank } from "../../wheel/platform-tag.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { BareVerdict, Family, PolicyReason } from "../result.ts";
import type { ElfBinary } from "./binary.ts";
import type { Identity, LinuxClaim } from "./identify.ts";
import type { LinuxTag } from "./model.ts";
import type { NeedOptions } from "./needs.ts";
import { collectNeeds } from "./needs.ts";
import type { Unreached } from "./unreached.ts";

export interface VerdictInput {
  readonly identity: Identity;
  readonly elves: readonly ElfBinary[];
  readonly graph: DependencyGraph<ElfSlice>;
  readonly unreached: readonly Unreached[];
  /** Mach-O and PE members. */
  readonly opaque: readonly string[];
  /** Native members that no reader could make sense of. */
  readonly unreadable: readonly string[];
  readonly isaCheck: boolean;
}

export interface VerdictResult {
  readonly verdict: BareVerdict;
  readonly judged: readonly LinuxTag[];
  readonly table: PolicyTable | undefined;
  readonly needs: readonly Need[];
  readonly unverified: readonly Unverified[];
}

/** The table for a family; the lists of Android libraries are the same for all processors. */
export function tableFor(family: LinuxFamily | null, arch: string): PolicyTable | undefined {
  if (family === null) return undefined;
  return policyTable(family, family === "android" ? "aarch64" : arch);
}

export function judgePlatform(input: VerdictInput): VerdictResult {
  const { identity, graph, isaCheck } = input;
  const { claims, family, considered } = identity;
  const claimed = claims.map(({ text }) => text);
  const table = tableFor(family, identity.arch);
  const options: NeedOptions = { isaCheck, isa: identity.isa };
  const { needs: own, grafted } =
    table === undefined
      ? { needs: [], grafted: [] }
      : collectNeeds(table, considered, graph, options);
  const needs = table === undefined ? own : [...own, ...unreachedNeeds(table, input)];

  const judged = claims.map((claim) => {
    const same = claim.kind === family && claim.arch?.arch === identity.arch;
    return { tag: claim.text, verdict: judgeClaim(claim, input, same ? needs : undefined) };
  });
  const unverified: Unverified[] = [];
  for (const { tag, verdict } of judged) {
    if (verdict.truthful === null) {
      unverified.push({
        code: codeFor(parsePlatformTag(tag)),
        why: `\`${tag}\` was not judged: ${verdict.undecided}`,
      });
    }
  }

  let supported: string | null = null;
  let reachable: string | null = null;
  if (table !== undefined && family !== null) {
    const decision = decide(table, needs, grafted);
    const android = androidLevels(identity, needs);
    const plain = family === "android" ? identity.arch : identity.tagArch;
    supported = tagFor(table, decision.supported, identity, android) ?? `linux_${plain}`;
    reachable = tagFor(table, decision.reachable, identity, android) ?? null;
  } else if (isPure(input)) {
    supported = "any";
    reachable = "any";
  }

  return {
    verdict: {
      family: familyOf(input),
      claimed,
      supported,
      reachable,
      truthful: all(judged.map(({ verdict }) => verdict.truthful)),
      reasons: [
        ...(table === undefined ? [] : reasonsOf(table, [...needs, ...broughtAlong(grafted)])),
        ...libcReasons(input, judged),
      ],
    },
    judged,
    table,
    needs,
    unverified,
  };
}

/** No policy has what the loader does not find; a repair adds the search path. */
function unreachedNeeds({ none }: PolicyTable, { unreached }: VerdictInput): readonly Need[] {
  return unreached
    .filter(({ fatal }) => fatal)
    .map(({ path, name, mendable }) => ({
      path,
      why: "search-path",
      position: none,
      mendable,
      library: name,
    }));
}

/** No native code at all. */
function isPure({ elves, opaque, unreadable, identity }: VerdictInput): boolean {
  return elves.length === identity.device.length && opaque.length === 0 && unreadable.length === 0;
}

/** @param known the needs under the claim's own table, where they were collected already. */
function judgeClaim(claim: LinuxClaim, input: VerdictInput, known?: readonly Need[]): TagVerdict {
  const { identity, elves, graph, opaque, unreadable, isaCheck } = input;
  if (claim.kind === "other") {
    return isPure(input)
      ? { truthful: true }
      : { truthful: null, undecided: "its binaries are of a format that is not read yet" };
  }
  const host = elves.length - identity.device.length;
  if (claim.kind === "any") {
    if (host > 0) return { truthful: false, against: [] };
    if (unreadable.length > 0) return unread(unreadable);
    const modules = opaque.filter((path) => /\.(pyd|so|dylib)$/i.test(path));
    if (modules.length === 0) return { truthful: true };
    return { truthful: null, undecided: `\`${modules[0]}\` is of a format that is not read yet` };
  }
  if (host === 0) {
    return unreadable.length > 0 ? unread(unreadable) : { truthful: true };
  }
  const arch = claim.arch?.arch ?? "unknown";
  const ofArch = elves.filter(({ slice }) => policyArch(slice.arch) === arch);
  if (arch === "unknown") {
    return {
      truthful: null,
      undecided: `nothing is known of the architecture \`${claim.arch?.text}\``,
    };
  }
  if (ofArch.length === 0) return { truthful: false, against: [] };
  const same = arch === identity.arch;
  if (claim.kind === "linux") {
    return same || unreadable.length === 0 ? { truthful: true } : unread(unreadable);
  }

  const wrongLibc = identity.familyKnown && claim.kind !== identity.family;
  if (wrongLibc) return { truthful: false, against: [] };
  const table = tableFor(claim.kind, arch);
  if (table === undefined) {
    return { truthful: null, undecided: `no ${claim.kind} policy is known for \`${arch}\`` };
  }
  const counted = same ? identity.considered : ofArch;
  const isa = claim.arch?.isa ?? 1;
  const reuse = same && isa === identity.isa ? known : undefined;
  const needs = reuse ?? [
    ...collectNeeds(table, counted, graph, { isaCheck, isa }).needs,
    ...(same ? unreachedNeeds(table, input) : []),
  ];
  const verdict = judgeNeeds(claim, table, needs, counted);
  if (verdict.truthful === true && unreadable.length > 0) return unread(unreadable);
  return verdict;
}

function judgeNeeds(
  { tag }: LinuxClaim,
  table: PolicyTable,
  needs: readonly Need[],
  binaries: readonly ElfBinary[],
): TagVerdict {
  switch (tag.kind) {
    case "manylinux":
      return judgeManylinux(table, needs, tag);
    case "musllinux": {
      if (tag.major > 1 || (tag.major === 1 && tag.minor >= 2)) {
        return judgePosition(needs, table.none - 1);
      }
      return judgePosition(needs, table.find("musllinux_1_1") ?? 0);
    }
    case "android": {
      const against = needs.filter((need) => androidApi(need) > tag.api);
      const newer = binaries.some(({ slice }) => (slice.androidApi ?? 0) > tag.api);
      return against.length === 0 && !newer ? { truthful: true } : { truthful: false, against };
    }
    default:
      return { truthful: true };
  }
}

function unread(paths: readonly string[]): TagVerdict {
  return { truthful: null, undecided: `\`${paths[0]}\` could not be read` };
}

/** The API level from which on Android grants a need. */
function androidApi(need: Need): number {
  if (need.position === 0) return OLDEST_API;
  return (need.library === undefined ? undefined : androidLibraryApi(need.library)) ?? Infinity;
}

interface AndroidLevels {
  readonly supported: number;
}

function androidLevels({ claims, considered }: Identity, needs: readonly Need[]): AndroidLevels {
  const claimed = claims.flatMap(({ tag }) => (tag.kind === "android" ? [tag.api] : []));
  const noted = considered.map(({ slice }) => slice.androidApi ?? OLDEST_API);
  const needed = needs.map(androidApi).filter((api) => api !== Infinity);
  const start = claimed.length === 0 ? OLDEST_API : Math.min(...claimed);
  return { supported: [...noted, ...needed].reduce((a, b) => Math.max(a, b), start) };
}

function tagFor(
  table: PolicyTable,
  position: number,
  identity: Identity,
  android: AndroidLevels,
): string | undefined {
  if (position >= table.none) return undefined;
  if (table.family === "android") return `android_${android.supported}_${identity.tagArch}`;
  let best = position;
  if (table.family === "musllinux") {
    const claims11 = identity.claims.some(
      ({ tag }) => tag.kind === "musllinux" && tag.major === 1 && tag.minor < 2,
    );
    if (!claims11) best = Math.max(best, table.none - 1);
  }
  return `${table.policies[best]?.name}_${identity.tagArch}`;
}

/** For each need, the newest policy that it rules out; the gravest first. */
function reasonsOf(table: PolicyTable, needs: readonly Need[]): readonly PolicyReason[] {
  const costly = needs.filter(({ position }) => position > 0);
  costly.sort(
    (a, b) =>
      b.position - a.position ||
      compareText(a.path, b.path) ||
      compareText(a.why, b.why) ||
      compareText(a.library ?? "", b.library ?? "") ||
      compareText(a.version ?? "", b.version ?? ""),
  );
  return costly.map((need) => ({
    ...lost(table.policies[need.position - 1]?.name ?? ""),
    path: need.path,
    why: need.why,
    ...(need.library === undefined ? {} : { library: need.library }),
    ...(need.version === undefined ? {} : { version: need.version }),
    ...(need.symbols === undefined ? {} : { symbols: need.symbols }),
  }));
}

/** A policy that is out of reach; its name is a tag without an architecture. */
function lost(policy: string): Pick<PolicyReason, "policy" | "rank"> {
  return { policy, rank: tagRank(parsePlatformTag(`${policy}_any`)) };
}

/** What libraries outside would bring along; their paths are relative to the root that has them. */
function broughtAlong(grafted: readonly Grafted[]): readonly Need[] {
  return grafted.flatMap(({ needs }) =>
    needs.map((need) => ({ ...need, path: need.path.replace(/^\/+/, "") })),
  );
}

/** A claimed family that the files contradict: all of its policies are lost. */
function libcReasons(
  { identity, elves }: VerdictInput,
  judged: readonly LinuxTag[],
): readonly PolicyReason[] {
  const reasons: PolicyReason[] = [];
  const done = new Set<string>();
  identity.claims.forEach((claim, index) => {
    const { kind, arch } = claim;
    if (kind === "any" || kind === "other" || kind === "linux") return;
    if (judged[index]?.verdict.truthful !== false) return;
    const table = tableFor(kind, arch?.arch ?? "unknown");
    const newest = table?.policies.at(-1)?.name ?? kind;
    const ofArch = elves.filter(({ slice }) => policyArch(slice.arch) === arch?.arch);
    const why = ofArch.length === 0 ? "machine" : "libc";
    if (why === "libc" && kind === identity.family) return;
    const paths = ofArch.length === 0 ? identity.foreign : identity.considered;
    for (const { path } of paths.length === 0 ? identity.considered : paths) {
      const key = `${newest}\0${path}`;
      if (!done.has(key)) reasons.push({ ...lost(newest), path, why });
      done.add(key);
    }
  });
  return reasons.sort((a, b) => compareText(a.path, b.path) || compareText(a.policy, b.policy));
}

function familyOf({ identity }: VerdictInput): Family {
  if (identity.family !== null) return identity.family;
  for (const { tag } of identity.claims) {
    switch (tag.kind) {
      case "manylinux":
      case "musllinux":
      case "android":
      case "ios":
      case "any":
        return tag.kind;
      case "linux":
        return "manylinux";
      case "macosx":
        return "macos";
      case "win":
        return "windows";
      case "pyemscripten":
      case "pyodide":
      case "emscripten":
        return "pyemscripten";
      case "other":
        break;
    }
  }
  return "any";
}

/** The rule that would have judged a tag. */
function codeFor({ kind }: PlatformTag): string {
  switch (kind) {
    case "macosx":
    case "ios":
      return "TAG006";
    case "pyemscripten":
    case "pyodide":
    case "emscripten":
      return "TAG011";
    case "manylinux":
      return "TAG004";
    case "any":
      return "TAG001";
    default:
      return "TAG003";
  }
}

/** Without a tag there is nothing to be true. */
function all(verdicts: readonly (boolean | null)[]): boolean | null {
  if (verdicts.includes(false)) return false;
  return verdicts.length === 0 || verdicts.includes(null) ? null : true;
}
