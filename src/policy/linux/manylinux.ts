/**
 * manylinux tags by number (PEP 600): any `manylinux_X_Y` can be judged, also those for which no
 * policy was ever written.
 */
import type { PolicyTable } from "./table.ts";

export interface LibcVersion {
  readonly major: number;
  readonly minor: number;
}

const POLICY = /^(?:many|musl)linux_([0-9]+)_([0-9]+)$/;
const GLIBC = /^GLIBC_([0-9]+)\.([0-9]+)(?:\.[0-9]+)*$/;

/** The libc version in a policy's name such as `manylinux_2_17`. */
export function policyVersion(name: string): LibcVersion | undefined {
  return versionOf(POLICY.exec(name));
}

/** The version in `GLIBC_2.17` or `GLIBC_2.2.5`; `undefined` for others, `GLIBC_PRIVATE` included. */
export function glibcVersion(version: string): LibcVersion | undefined {
  return versionOf(GLIBC.exec(version));
}

export function compareVersions(a: LibcVersion, b: LibcVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

/** Where a claimed version lies among the policies of a table. */
export interface NearestPolicy {
  /** The policy with that very version, else the newest one below it, else the oldest of all. */
  readonly position: number;
  readonly exact: boolean;
  /** The claim is newer than every policy: versions that no policy knows can't be judged. */
  readonly beyond: boolean;
}

export function nearestPolicy(table: PolicyTable, claimed: LibcVersion): NearestPolicy {
  let position = 0;
  let exact = false;
  let beyond = true;
  table.policies.forEach(({ name }, index) => {
    const version = policyVersion(name);
    if (version === undefined) return;
    const order = compareVersions(version, claimed);
    if (order <= 0) position = index;
    if (order === 0) exact = true;
    if (order >= 0) beyond = false;
  });
  return { position, exact, beyond };
}

function versionOf(match: RegExpExecArray | null): LibcVersion | undefined {
  if (match === null) return undefined;
  const major = Number(match[1]);
  const minor = Number(match[2]);
  // Longer numbers are no versions of anything, and must not lose digits in a comparison.
  if (!Number.isSafeInteger(major) || !Number.isSafeInteger(minor)) return undefined;
  return { major, minor };
}
