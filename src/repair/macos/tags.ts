/** Platform tags of a repaired wheel, and the demands that it must meet. */
import type { MacosIdentity, MacosNeed } from "../../audit/macos/facts.ts";
import { minimumsOf } from "../../audit/macos/needs.ts";
import { macosTags } from "../../audit/macos/verdict.ts";
import { compareText, printable } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { MachoSlice } from "../../formats.ts";
import { archsInUse, archsOfTag } from "../../policy/macos/archs.ts";
import type { MacosTag } from "../../policy/macos/tags.ts";
import { floorOf, keepsPromise, promisedBy } from "../../policy/macos/tags.ts";
import type { SystemVersion } from "../../policy/macos/version.ts";
import {
  compareVersions,
  macosRelease,
  needsUpdate,
  printSystemVersion,
} from "../../policy/macos/version.ts";
import type { WheelFilename } from "../../wheel/filename.ts";
import { parsePlatformTag } from "../../wheel/platform-tag.ts";
import type { PlannedTags } from "../platform.ts";

/** A slice of the repaired wheel. */
export interface RepairedSlice {
  /** Path in the repaired wheel. */
  readonly path: string;
  readonly slice: MachoSlice;
}

export interface TagRequest {
  readonly name: WheelFilename;
  readonly identity: MacosIdentity;
  readonly slices: readonly RepairedSlice[];
  readonly needs: readonly MacosNeed[];
  /** `auto` or a platform tag. */
  readonly plat: string;
  /** `--require-target-macos-version`, MACOSX_DEPLOYMENT_TARGET. */
  readonly target: SystemVersion | undefined;
  /** Mach-O members that no reader could make sense of. */
  readonly unread: readonly string[];
}

/** @throws RefusalError when a demand can't be met; the message says by which file. */
export function repairedTags(request: TagRequest): PlannedTags {
  const { identity, slices, needs, plat, target } = request;
  const minimums = new Map(
    [...minimumsOf(slices, needs)].map(([arch, { version }]) => [arch, version]),
  );
  refuseLackingArchs(identity, minimums, request.unread);
  if (target !== undefined) {
    refuseNewer(needs, (arch) => isClaimed(identity, arch) && floorOf(arch, target), target);
  }
  const asked = plat === "auto" ? undefined : askedTag(plat, minimums, needs);
  const platforms = asked === undefined ? macosTags(identity, minimums, target) : [asked];
  if (platforms.length === 0) {
    throw new RefusalError("TAG002", "no file of the wheel is for a processor that a tag can name");
  }
  const others = request.name.platformTags.filter((tag) => {
    const { kind } = parsePlatformTag(tag);
    return kind !== "macosx" && kind !== "any";
  });
  const result = [...new Set([...platforms, ...others])].sort(compareText);
  const contradicted = identity.claims.filter(
    ({ tag, text }) => !result.includes(text) && tag.kind === "macosx" && !isTrue(tag, minimums),
  );
  return { platforms: result, contradicted: contradicted.map(({ text }) => text) };
}

function isClaimed({ claims }: MacosIdentity, arch: string): boolean {
  const archs = claims.flatMap(({ tag }) => (tag.kind === "macosx" ? archsOfTag(tag.arch) : []));
  return archs.length === 0 || archs.includes(arch);
}

function isTrue(tag: MacosTag, minimums: ReadonlyMap<string, SystemVersion>): boolean {
  return [...promisedBy(tag)].every(([arch, promised]) => {
    const minimum = minimums.get(arch);
    return minimum !== undefined && keepsPromise(minimum, promised);
  });
}

/** A tag for an architecture that the wheel has no code for is no slip of the tag: the build went wrong. */
function refuseLackingArchs(
  { claims }: MacosIdentity,
  present: ReadonlyMap<string, SystemVersion>,
  [unread]: readonly string[],
): void {
  for (const { tag, text } of claims) {
    if (tag.kind !== "macosx") continue;
    const lacking = archsInUse(tag.arch).filter((arch) => !present.has(arch));
    if (lacking.length === 0) continue;
    const why = unread === undefined ? "" : `, and \`${printable(unread)}\` could not be read`;
    throw new RefusalError(
      "TAG002",
      `the wheel is tagged \`${text}\`, but no file has code for ${lacking.join(", ")}${why}`,
      "build it for all architectures of the tag, or give it another tag with `wheelkit tags --platform-tag`",
    );
  }
}

/** @param promised the oldest system for an architecture; `false`: it does not count. */
function refuseNewer(
  needs: readonly MacosNeed[],
  promised: (arch: string) => SystemVersion | false | undefined,
  target: SystemVersion,
): void {
  const bad = needs.filter(({ arch, version }) => {
    const promise = promised(arch);
    if (promise === false || promise === undefined) return false;
    return version === null || compareVersions(macosRelease(version), macosRelease(promise)) > 0;
  });
  const [first] = [...bad].sort(
    (a, b) => compareNeeds(b.version, a.version) || compareText(a.path, b.path),
  );
  if (first === undefined) return;
  const wanted = printSystemVersion(target);
  if (first.version === null) {
    throw new RefusalError(
      "TAG006",
      `the target macOS ${wanted} can't be reached: \`${first.path}\` imports \`${first.symbols?.[0] ?? ""}\`, which no system is known to export`,
      "build that file with the headers of the SDK",
    );
  }
  const version = printSystemVersion(first.version);
  const files = [...new Set(bad.map(({ path }) => path))];
  const more = files.length > 1 ? `; so do ${files.length - 1} more files that are too new` : "";
  throw new RefusalError(
    "TAG006",
    `the target macOS ${wanted} can't be reached: \`${first.path}\` needs ${version} (${describe(first)})${more}`,
    `set MACOSX_DEPLOYMENT_TARGET=${version}, or build those libraries for macOS ${wanted}`,
  );
}

function describe({ why, arch, symbols, library, what }: MacosNeed): string {
  switch (why) {
    case "minimum-system":
      return arch;
    case "load-command":
      return `${what}, ${arch}`;
    case "system-symbol":
      return `for \`${symbols?.[0] ?? ""}\` of \`${library}\`, ${arch}`;
    case "system-library":
      return `for \`${library}\`, ${arch}`;
  }
}

function compareNeeds(a: SystemVersion | null, b: SystemVersion | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compareVersions(a, b);
}

/** @throws RefusalError when the tag asked for is not true of the result. */
function askedTag(
  plat: string,
  minimums: ReadonlyMap<string, SystemVersion>,
  needs: readonly MacosNeed[],
): string {
  const tag = parsePlatformTag(plat);
  if (tag.kind !== "macosx") {
    throw new RefusalError(
      "TAG003",
      `\`${plat}\` does not apply to this wheel: its files are for macOS`,
      "ask for a `macosx_…` tag, or for `auto`",
    );
  }
  const lacking = archsInUse(tag.arch).filter((arch) => !minimums.has(arch));
  if (lacking.length > 0) {
    throw new RefusalError(
      "TAG002",
      `\`${plat}\` can't be reached: no file has code for ${lacking.join(", ")}`,
      "ask for a tag of the architectures that the wheel has, or for `auto`",
    );
  }
  const promised = promisedBy(tag);
  refuseNewer(needs, (arch) => promised.get(arch), tag);
  return plat;
}

/** Updates of a release that no tag can name, for a note. */
export function neededUpdates(
  identity: MacosIdentity,
  slices: readonly RepairedSlice[],
  needs: readonly MacosNeed[],
): readonly string[] {
  const notes: string[] = [];
  for (const [arch, { version, need }] of minimumsOf(slices, needs)) {
    if (!needsUpdate(version) || !isClaimed(identity, arch) || need === undefined) continue;
    notes.push(
      `the wheel needs macOS ${printSystemVersion(version)} (${arch}, for \`${need.path}\`), and its tag lets it be installed on ${version.major}.0 too`,
    );
  }
  return notes;
}
