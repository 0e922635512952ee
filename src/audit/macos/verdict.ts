/**
 * The verdict on tags for macOS and iOS.
 *
 * `supported` is what delocate would tag the wheel with, and for iOS the tag with the lowest version
 * that is true; several tags are joined by dots. Which libraries are missing does not change it: no
 * tag says that.
 */
import { compareText } from "../../bytes.ts";
import type { Unverified } from "../../finding.ts";
import type { MachoSlice } from "../../formats.ts";
import { archsInUse, archsOfTag } from "../../policy/macos/archs.ts";
import type { AppleSystem } from "../../policy/macos/exports.ts";
import { hasKnownExports, introducedIn, mayBeMissing } from "../../policy/macos/exports.ts";
import { isSystemLibrary } from "../../policy/macos/system.ts";
import type { IosTag, MacosTag } from "../../policy/macos/tags.ts";
import {
  keepsPromise,
  promisedBy,
  refusedByInstallers,
  tagsForMinimums,
} from "../../policy/macos/tags.ts";
import type { SystemVersion } from "../../policy/macos/version.ts";
import { compareVersions } from "../../policy/macos/version.ts";
import {
  parsePlatformTag,
  policyName,
  printPlatformTag,
  tagRank,
} from "../../wheel/platform-tag.ts";
import type { Claim } from "../claim.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { BareVerdict, PolicyReason } from "../result.ts";
import type { MachoBinary, MacosIdentity, MacosNeed } from "./facts.ts";
import { platformOf } from "./identify.ts";
import type { MacosTagVerdict } from "./model.ts";
import { collectNeeds, iosFloor, minimumsOf, needsOf } from "./needs.ts";

export interface VerdictInput {
  readonly claims: readonly Claim[];
  readonly identity: MacosIdentity;
  readonly graph: DependencyGraph<MachoSlice>;
  /** Number of native members, of any format. */
  readonly nativeMembers: number;
  /** Native members that no reader could make sense of. */
  readonly unreadable: readonly string[];
}

export interface VerdictResult {
  readonly verdict: BareVerdict;
  readonly judged: readonly MacosTagVerdict[];
  readonly needs: readonly MacosNeed[];
  readonly unverified: readonly Unverified[];
}

export function judgeTags(input: VerdictInput): VerdictResult {
  const { claims, identity, graph } = input;
  const { considered, system } = identity;
  const needs = collectNeeds(considered, system);
  const judged = claims.map((claim) => ({ tag: claim.text, verdict: judge(claim, input, needs) }));
  const grafted = [...graph.host.values()];
  const withGrafts = [
    ...needs,
    ...grafted.flatMap(({ path, slice }) => needsOf(path.replace(/^\/+/, ""), slice, system)),
  ];
  const pure = input.nativeMembers === 0 && input.unreadable.length === 0;
  return {
    verdict: {
      family: system === "ios" ? "ios" : "macos",
      claimed: claims.map(({ text }) => text),
      supported: pure ? "any" : supportedTags(identity, considered, needs),
      reachable: pure ? "any" : supportedTags(identity, considered, withGrafts),
      truthful: all(judged.map(({ verdict }) => verdict.truthful)),
      reasons: reasonsOf(judged),
    },
    judged,
    needs,
    unverified: [...undecided(judged), ...unknownExports(identity, needs)],
  };
}

/** Tags of all architectures that the claims name and the files have. `null`: nothing is known. */
function supportedTags(
  identity: MacosIdentity,
  considered: readonly MachoBinary[],
  needs: readonly MacosNeed[],
): string | null {
  if (considered.length === 0 || needs.some(({ version }) => version === null)) return null;
  const minimums = new Map(
    [...minimumsOf(considered, needs)].map(([arch, { version }]) => [arch, version]),
  );
  const tags =
    identity.system === "ios" ? iosTags(identity, minimums) : macosTags(identity, minimums);
  return tags.length === 0 ? null : tags.join(".");
}

/**
 * Of the architectures that the tags claim; without such a claim of all that a tag can name.
 */
export function macosTags(
  { claims }: Pick<MacosIdentity, "claims">,
  minimums: ReadonlyMap<string, SystemVersion>,
  target?: SystemVersion,
): readonly string[] {
  const claimed = new Set(
    claims.flatMap(({ tag }) => (tag.kind === "macosx" ? archsOfTag(tag.arch) : [])),
  );
  const found = [...minimums].filter(([arch]) =>
    claimed.size > 0 ? claimed.has(arch) : NAMEABLE.has(arch),
  );
  return tagsForMinimums(new Map(found), target);
}

/** arm64e and x86_64h code comes beside plain code, and no tag promises it. */
const NAMEABLE: ReadonlySet<string> = new Set(["i386", "x86_64", "arm64"]);

function iosTags(
  { claims }: MacosIdentity,
  minimums: ReadonlyMap<string, SystemVersion>,
): readonly string[] {
  const tags: string[] = [];
  for (const { tag } of claims) {
    const minimum = minimums.get(tag.arch);
    if (tag.kind !== "ios" || minimum === undefined) continue;
    const floor = iosFloor(tag.arch, platformOf(tag.sdk), { major: 13, minor: 0 });
    // What every such system fulfils is claimed as low as it may be.
    const { major, minor } = compareVersions(minimum, floor) <= 0 ? IOS_FLOOR : minimum;
    const text = printPlatformTag({ ...tag, major, minor });
    if (!tags.includes(text)) tags.push(text);
  }
  return tags;
}

/** PEP 730: the oldest iOS that Python supports. */
const IOS_FLOOR: SystemVersion = { major: 13, minor: 0 };

function judge(
  { tag, text }: Claim,
  { identity, nativeMembers, unreadable }: VerdictInput,
  needs: readonly MacosNeed[],
): MacosTagVerdict["verdict"] {
  const { considered, system } = identity;
  if (tag.kind === "any") {
    return nativeMembers === 0 && unreadable.length === 0
      ? { truthful: true }
      : { truthful: considered.length > 0 ? false : null, undecided: "it holds native files" };
  }
  if (tag.kind !== "macosx" && tag.kind !== "ios") {
    return {
      truthful: null,
      undecided: `\`${text}\` is for another system than the wheel's files`,
    };
  }
  if ((tag.kind === "ios") !== (system === "ios")) return { truthful: false };
  const verdict =
    tag.kind === "ios" ? judgeIos(tag, considered, needs) : judgeMacos(tag, considered, needs);
  // The code that is missed may be in a file that could not be read.
  const { truthful, against = [] } = verdict;
  if (unreadable.length === 0 || (truthful === false && against.length > 0)) return verdict;
  return { truthful: null, undecided: `\`${unreadable[0]}\` could not be read` };
}

function judgeMacos(
  tag: MacosTag,
  considered: readonly MachoBinary[],
  needs: readonly MacosNeed[],
): MacosTagVerdict["verdict"] {
  const present = new Set(considered.map(({ slice }) => slice.arch));
  const missingArchs = archsInUse(tag.arch).filter((arch) => !present.has(arch));
  const promised = promisedBy(tag);
  const against = needs.filter(({ arch, version }) => {
    const promise = promised.get(arch);
    return promise !== undefined && version !== null && !keepsPromise(version, promise);
  });
  if (missingArchs.length > 0 || against.length > 0) {
    return { truthful: false, against, missingArchs };
  }
  if (refusedByInstallers(tag) !== undefined) return { truthful: false };
  return unknownNeed(needs, (arch) => promised.has(arch)) ?? { truthful: true };
}

function judgeIos(
  tag: IosTag,
  considered: readonly MachoBinary[],
  needs: readonly MacosNeed[],
): MacosTagVerdict["verdict"] {
  const platform = platformOf(tag.sdk);
  const ours = considered.filter(({ slice }) =>
    slice.targets.some((target) => target.platform === platform),
  );
  const missingArchs = ours.some(({ slice }) => slice.arch === tag.arch) ? [] : [tag.arch];
  const promise = iosFloor(tag.arch, platform, tag);
  const against = needs.filter(
    ({ arch, version }) =>
      arch === tag.arch && version !== null && compareVersions(version, promise) > 0,
  );
  if (missingArchs.length > 0 || against.length > 0) {
    return { truthful: false, against, missingArchs };
  }
  return unknownNeed(needs, (arch) => arch === tag.arch) ?? { truthful: true };
}

function unknownNeed(
  needs: readonly MacosNeed[],
  counts: (arch: string) => boolean,
): MacosTagVerdict["verdict"] | undefined {
  const need = needs.find(({ arch, version }) => version === null && counts(arch));
  if (need === undefined) return undefined;
  const [symbol = ""] = need.symbols ?? [];
  return {
    truthful: null,
    undecided: `no system is known to export \`${symbol}\`, which \`${need.path}\` imports`,
  };
}

/** What of each tag is lost, and to which file. */
function reasonsOf(judged: readonly MacosTagVerdict[]): readonly PolicyReason[] {
  const reasons: PolicyReason[] = [];
  for (const { tag, verdict } of judged) {
    const parsed = parsePlatformTag(tag);
    for (const { path, why, library, symbols, version } of verdict.against ?? []) {
      reasons.push({
        policy: policyName(parsed),
        rank: tagRank(parsed),
        path,
        why,
        ...(library === undefined ? {} : { library }),
        ...(version === null ? {} : { version: `${version.major}.${version.minor}` }),
        ...(symbols === undefined ? {} : { symbols }),
      });
    }
  }
  return reasons.sort(
    (a, b) =>
      compareText(a.policy, b.policy) || compareText(a.path, b.path) || compareText(a.why, b.why),
  );
}

function undecided(judged: readonly MacosTagVerdict[]): readonly Unverified[] {
  return judged.flatMap(({ tag, verdict }) =>
    verdict.truthful === null
      ? [{ code: "TAG006", why: `\`${tag}\` was not judged: ${verdict.undecided ?? ""}` }]
      : [],
  );
}

/** Which system exports what is only known for some libraries: silence of the others proves little. */
function unknownExports(
  { considered, system }: MacosIdentity,
  needs: readonly MacosNeed[],
): readonly Unverified[] {
  const unverified: Unverified[] = [];
  const libraries = new Set<string>();
  for (const { path, slice } of considered) {
    for (const { name, how } of slice.dependencies) {
      if (how === "weak" || !isSystemLibrary(name)) continue;
      if (!hasKnownExports(name)) libraries.add(name);
      const symbols = undatedImports(slice, name, system);
      const [symbol] = symbols;
      if (symbol === undefined) continue;
      const more = symbols.length > 1 ? ` and ${symbols.length - 1} more symbols` : "";
      unverified.push({
        code: "TAG006",
        path,
        why: `since which system \`${name}\` exports \`${symbol}\`${more} is not known`,
      });
    }
  }
  const [first] = [...libraries].sort(compareText);
  if (first !== undefined) {
    const more = libraries.size > 1 ? ` and ${libraries.size - 1} more system libraries` : "";
    unverified.push({
      code: "TAG006",
      why: `since which system \`${first}\`${more} ${more === "" ? "exports" : "export"} each symbol is known only in part`,
    });
  }
  for (const { path, symbols = [], version } of needs) {
    if (version !== null) continue;
    unverified.push({
      code: "TAG006",
      path,
      why: `imports \`${symbols[0] ?? ""}\`, which no system is known to export`,
    });
  }
  return unverified;
}

/** Strong imports of a library whose names are known, but for these; each once. */
function undatedImports(
  { imports }: MachoSlice,
  library: string,
  system: AppleSystem,
): readonly string[] {
  if (!hasKnownExports(library)) return [];
  const names = imports
    .filter((each) => each.library === library && each.lookup === "library" && !each.weak)
    .map(({ name }) => name)
    .filter(
      (name) => mayBeMissing(library, name) && introducedIn(library, name, system) === undefined,
    );
  return [...new Set(names)].sort(compareText);
}

/** Without a tag there is nothing to be true. */
function all(verdicts: readonly (boolean | null)[]): boolean | null {
  if (verdicts.includes(false)) return false;
  return verdicts.length === 0 || verdicts.includes(null) ? null : true;
}
