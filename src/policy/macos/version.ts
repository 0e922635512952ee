/** Versions of macOS and iOS, and what became of their numbers. */

/** A third number never decides: no tag can say it, and dyld's own checks compare whole releases. */
export interface SystemVersion {
  readonly major: number;
  readonly minor: number;
}

/** No macOS 16 to 25 was ever released: 26 came after 15. */
const GAP = { first: 16, last: 25, next: 26 } as const;

/** Apple's first processors of their own came with macOS 11. */
export const ARM64_FLOOR: SystemVersion = { major: 11, minor: 0 };

/** The first simulators on such processors; their linker raises iOS 13 to this by itself. */
export const ARM64_SIMULATOR_FLOOR: SystemVersion = { major: 14, minor: 0 };

const VERSION = /^(\d{1,5})(?:[._](\d{1,5})(?:[._]\d{1,5})?)?$/;

/** `10.9`, `12`, `12.3.1`, `10_15`; `undefined` for anything else. */
export function parseSystemVersion(text: string): SystemVersion | undefined {
  const match = VERSION.exec(text.trim());
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2] ?? 0) };
}

export function printSystemVersion({ major, minor }: SystemVersion): string {
  return `${major}.${minor}`;
}

/** True for the numbers that Apple skipped. */
export function isSkippedMacos({ major }: SystemVersion): boolean {
  return major >= GAP.first && major <= GAP.last;
}

/**
 * The release that a number means. macOS 11 calls itself 10.16 and macOS 26 calls itself 16 to
 * programs that were built with an older SDK.
 */
export function macosRelease(version: SystemVersion): SystemVersion {
  if (isSkippedMacos(version)) return { major: GAP.next, minor: 0 };
  return version.major === 10 && version.minor >= 16 ? ARM64_FLOOR : version;
}

/** Negative when `a` is older. */
export function compareVersions(a: SystemVersion, b: SystemVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

export function newerOf(a: SystemVersion, b: SystemVersion): SystemVersion {
  return compareVersions(a, b) < 0 ? b : a;
}

/**
 * The version as a platform tag has it: from 11 on installers look for minor version 0 alone.
 *
 * @see packaging.tags.mac_platforms
 */
export function taggedVersion(version: SystemVersion): SystemVersion {
  return version.major < 11 ? version : { major: version.major, minor: 0 };
}

/** True when a tag can't say the version: it names the release, the file needs an update of it. */
export function needsUpdate(version: SystemVersion): boolean {
  return version.major >= 11 && version.minor > 0;
}
