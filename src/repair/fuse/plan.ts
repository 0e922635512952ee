/**
 * What becomes of each member when two wheels for different processors become one: pure, made
 * before anything is written.
 */
import { compareText } from "../../bytes.ts";
import { foldName } from "../../zip/names.ts";

/** A member of one of the wheels. */
export interface FuseMember {
  readonly path: string;
  /** Hex SHA-256. */
  readonly sha256: string;
  readonly content: FuseContent;
}

export type FuseContent =
  /** Code, with its architectures: a Mach-O file, thin or fat, or a static library. */
  { readonly kind: "native"; readonly slices: readonly FuseSlice[] } | { readonly kind: "other" };

export interface FuseSlice {
  readonly arch: string;
  /** Hex SHA-256 of the slice alone. */
  readonly sha256: string;
}

/** What happens to a path, in the order in which the second wheel has them. */
export type FuseStep =
  /** Only the second wheel has it. */
  | { readonly kind: "copy"; readonly path: string }
  /** Both have it, for different processors. */
  | { readonly kind: "join"; readonly path: string };

/** Both wheels have it, and nothing says which is right. */
export interface FuseConflict {
  readonly path: string;
  readonly why: string;
}

export interface FusePlan {
  readonly steps: readonly FuseStep[];
  /** Sorted by path. */
  readonly conflicts: readonly FuseConflict[];
  /** Code that only one of the wheels has: the result runs it on one processor. */
  readonly oneSided: readonly string[];
}

/**
 * @param isOwn members that the caller writes anew, RECORD and WHEEL among them: not looked at.
 */
export function planFuse(
  first: readonly FuseMember[],
  second: readonly FuseMember[],
  isOwn: (path: string) => boolean,
): FusePlan {
  const known = new Map(first.map((member) => [member.path, member]));
  const folded = new Map(first.map(({ path }) => [foldName(path), path]));
  const steps: FuseStep[] = [];
  const conflicts: FuseConflict[] = [];
  const oneSided: string[] = [];
  const seen = new Set<string>();
  for (const member of second) {
    const { path } = member;
    seen.add(path);
    if (isOwn(path)) continue;
    const other = known.get(path);
    if (other === undefined) {
      const namesake = folded.get(foldName(path));
      if (namesake !== undefined) {
        conflicts.push({
          path,
          why: `differs from \`${namesake}\` in case alone: a Mac takes them for one file`,
        });
        continue;
      }
      steps.push({ kind: "copy", path });
      if (member.content.kind === "native") oneSided.push(path);
      continue;
    }
    if (other.sha256 === member.sha256) continue;
    const why = conflictOf(other.content, member.content);
    if (why === undefined) steps.push({ kind: "join", path });
    else conflicts.push({ path, why });
  }
  for (const { path, content } of first) {
    if (content.kind === "native" && !seen.has(path) && !isOwn(path)) oneSided.push(path);
  }
  conflicts.sort((a, b) => compareText(a.path, b.path));
  return { steps, conflicts, oneSided: oneSided.sort(compareText) };
}

/** `undefined`: they can be joined. */
function conflictOf(first: FuseContent, second: FuseContent): string | undefined {
  if (first.kind !== "native" || second.kind !== "native") return "differs";
  for (const { arch, sha256 } of second.slices) {
    const same = first.slices.find((slice) => slice.arch === arch);
    if (same !== undefined && same.sha256 !== sha256) {
      return `has code for ${arch} in both wheels, and it differs`;
    }
  }
  return undefined;
}
