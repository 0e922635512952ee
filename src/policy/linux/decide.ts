/**
 * The decision: which policies a set of needs leaves standing.
 *
 * Semantics are auditwheel's: its overall policy and its symbol policy: a wheel
 * supports the most compatible policy that satisfies every need; a repair can take away the needs
 * that are only about libraries left outside.
 */
import type { LinuxWhy } from "../why.ts";
import type { LibcVersion } from "./manylinux.ts";
import { compareVersions, glibcVersion, nearestPolicy } from "./manylinux.ts";
import type { PolicyTable } from "./table.ts";

/** Something that one file asks of the platform. */
export interface Need {
  /** Member that asks, or the path of a library outside for what it brings in when grafted. */
  readonly path: string;
  readonly why: LinuxWhy;
  /** Position of the first policy that grants it; {@link PolicyTable.none}: only `linux` does. */
  readonly position: number;
  /** A repair makes it go away: a library that it grafts, libpython that it drops. */
  readonly mendable: boolean;
  readonly library?: string;
  readonly version?: string;
  readonly symbols?: readonly string[];
}

/** What libraries outside bring in under each policy, because a repair would have to graft them. */
export interface Grafted {
  /** Positions of policies under which the library is not provided by the host: all below this. */
  readonly until: number;
  readonly needs: readonly Need[];
}

export interface Decision {
  /** Position of the best policy that is true of the wheel as it is. */
  readonly supported: number;
  /** Position of the best policy that a repair could reach. */
  readonly reachable: number;
}

export function decide(
  table: PolicyTable,
  needs: readonly Need[],
  grafted: readonly Grafted[] = [],
): Decision {
  let fixed = 0;
  let all = 0;
  for (const { position, mendable } of needs) {
    all = Math.max(all, position);
    if (!mendable) fixed = Math.max(fixed, position);
  }
  // Under a newer policy the host may provide a library that an older one makes a repair graft.
  let reachable = table.none;
  for (let policy = fixed; policy < table.none; policy++) {
    let worst = policy;
    for (const { until, needs: brought } of grafted) {
      if (policy >= until) continue;
      for (const { position } of brought) worst = Math.max(worst, position);
    }
    reachable = Math.min(reachable, worst);
  }
  return { supported: Math.max(all, reachable), reachable };
}

/** `undecided` says why, for the list of unverified things. */
export type TagVerdict =
  | { readonly truthful: true }
  | { readonly truthful: false; readonly against: readonly Need[] }
  | { readonly truthful: null; readonly undecided: string };

/**
 * Judges `manylinux_X_Y` for any X and Y.
 *
 * With a policy of that number: every need must be granted by it. Without one: the policy below
 * decides, except that glibc's own versions go by number. Beyond the newest policy, a version that
 * no policy knows can't be judged.
 */
export function judgeManylinux(
  table: PolicyTable,
  needs: readonly Need[],
  claimed: LibcVersion,
): TagVerdict {
  const { position, exact, beyond } = nearestPolicy(table, claimed);
  const against: Need[] = [];
  const unknown: string[] = [];
  for (const need of needs) {
    const glibc = need.version === undefined ? undefined : glibcVersion(need.version);
    const newer = glibc !== undefined && compareVersions(glibc, claimed) > 0;
    // A claim below the oldest policy of an architecture is judged by number alone.
    if (need.position <= position && (exact || !newer)) continue;
    if (exact || newer) {
      against.push(need);
    } else if (glibc !== undefined && (!beyond || need.position < table.none)) {
      // Not newer than the claim, so the claimed glibc has it.
    } else if (beyond && need.why === "symbol-version" && !isPrivate(need.version)) {
      unknown.push(need.version ?? "?");
    } else {
      against.push(need);
    }
  }
  if (against.length > 0) return { truthful: false, against };
  if (unknown.length === 0) return { truthful: true };
  const newest = table.policies.at(-1)?.name ?? "";
  return {
    truthful: null,
    undecided: `no policy after \`${newest}\` is known, so nobody can tell which release has ${unknown
      .slice(0, 3)
      .map((version) => `\`${version}\``)
      .join(", ")}`,
  };
}

/** Judges a tag whose policy is in the table. */
export function judgePosition(needs: readonly Need[], position: number): TagVerdict {
  const against = needs.filter((need) => need.position > position);
  return against.length === 0 ? { truthful: true } : { truthful: false, against };
}

function isPrivate(version: string | undefined): boolean {
  return version?.endsWith("_PRIVATE") ?? false;
}
