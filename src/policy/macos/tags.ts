/**
 * From minimum systems to platform tags, and back.
 *
 * Tags come out as delocate computes them, but for what no installer looks for: arm64 begins at 11.0,
 * and macOS 16 to 25 mean 26.
 */
import type { PlatformTag } from "../../wheel/platform-tag.ts";
import { printPlatformTag } from "../../wheel/platform-tag.ts";
import { archsOfTag, byArchOrder, isTagArch } from "./archs.ts";
import type { SystemVersion } from "./version.ts";
import {
  ARM64_FLOOR,
  compareVersions,
  isSkippedMacos,
  macosRelease,
  newerOf,
  taggedVersion,
} from "./version.ts";

export type MacosTag = Extract<PlatformTag, { kind: "macosx" }>;
export type IosTag = Extract<PlatformTag, { kind: "ios" }>;

/** The oldest system that may run code for an architecture. */
export function floorOf(arch: string, version: SystemVersion): SystemVersion {
  const known = isSkippedMacos(version) ? macosRelease(version) : version;
  return arch === "arm64" ? newerOf(macosRelease(known), ARM64_FLOOR) : known;
}

/**
 * The tags for a wheel whose files need these systems.
 *
 * @param minimums by architecture: the highest minimum of all its files.
 * @param target the system that was built for: no tag says an older one.
 * @returns sorted by architecture; one tag where a group says the same.
 */
export function tagsForMinimums(
  minimums: ReadonlyMap<string, SystemVersion>,
  target?: SystemVersion,
): readonly string[] {
  const left = new Map([...minimums].map(([arch, version]) => [arch, floorOf(arch, version)]));
  const packed: [arch: string, version: SystemVersion][] = [];
  const x86 = left.get("x86_64");
  const arm = left.get("arm64");
  if (x86 !== undefined && arm !== undefined) {
    if (same(x86, arm) || same(arm, ARM64_FLOOR)) {
      packed.push(["universal2", x86]);
      left.delete("x86_64");
      left.delete("arm64");
    }
  }
  const i386 = left.get("i386");
  const intel = left.get("x86_64");
  if (i386 !== undefined && intel !== undefined && same(i386, intel)) {
    packed.push(["intel", intel]);
    left.delete("i386");
    left.delete("x86_64");
  }
  packed.push(...[...left].sort(([a], [b]) => byArchOrder(a, b)));
  return packed.map(([arch, version]) => {
    const wanted = target === undefined ? version : newerOf(version, floorOf(arch, target));
    const { major, minor } = taggedVersion(wanted);
    return printPlatformTag({ kind: "macosx", major, minor, arch });
  });
}

/**
 * The oldest system on which a tag lets a wheel be installed, by the architecture of the Python
 * that asks.
 */
export function promisedBy({ major, minor, arch }: MacosTag): ReadonlyMap<string, SystemVersion> {
  return new Map(archsOfTag(arch).map((each) => [each, floorOf(each, { major, minor })]));
}

/** Of several tags the oldest promise counts, for each architecture. */
export function promisedByAll(tags: readonly MacosTag[]): ReadonlyMap<string, SystemVersion> {
  const oldest = new Map<string, SystemVersion>();
  for (const tag of tags) {
    for (const [arch, version] of promisedBy(tag)) {
      const other = oldest.get(arch);
      if (other === undefined || compareVersions(version, other) < 0) oldest.set(arch, version);
    }
  }
  return oldest;
}

/**
 * True when a file that needs `minimum` runs wherever the tag lets it be installed. From macOS 11 on
 * a tag names a release as a whole: what its updates brought is not held against it here.
 */
export function keepsPromise(minimum: SystemVersion, promised: SystemVersion): boolean {
  const need = taggedVersion(macosRelease(minimum));
  return compareVersions(need, macosRelease(promised)) <= 0;
}

/** Why no installer looks for the tag; `undefined` when some Mac does. */
export function refusedByInstallers({ major, minor, arch }: MacosTag): string | undefined {
  if (!isTagArch(arch)) return `there is no architecture \`${arch}\` in tags of macOS`;
  if (isSkippedMacos({ major, minor })) return `there is no macOS ${major}, 26 came after 15`;
  if (major >= 11 && minor > 0) {
    return "from macOS 11 on installers look for minor version 0 alone";
  }
  if (major === 10 && arch === "arm64") return "macOS runs on arm64 from version 11 on";
  return major < 10 ? `there is no macOS ${major}` : undefined;
}

function same(a: SystemVersion, b: SystemVersion): boolean {
  return compareVersions(a, b) === 0;
}
