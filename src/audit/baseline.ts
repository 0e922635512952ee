/** A wheel compared with an earlier one of the same project: growth, lost members, lost exports. */
import { compareText } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import type { ExpectationCode } from "./rules/expectations.ts";

export interface Shape {
  /** Base name of the wheel. */
  readonly file: string;
  /** Bytes of the wheel file. */
  readonly size: number;
  /** Paths of all members, without folders. */
  readonly members: readonly string[];
  /** Names that each native member exports, by its path. */
  readonly exports: ReadonlyMap<string, readonly string[]>;
}

/** Names in a message before `and n more`. */
const SHOWN = 5;

/** @param growth how much larger the wheel may be, as a part of the earlier one's size: 0.1. */
export function compareWithBaseline(
  before: Shape,
  after: Shape,
  growth: number,
): readonly Problem<ExpectationCode>[] {
  const problems: Problem<ExpectationCode>[] = [];
  if (after.size > before.size * (1 + growth)) {
    const percent = ((after.size / before.size - 1) * 100).toFixed(0);
    problems.push({
      code: "SIZ004",
      facts: { bytes: after.size, before: before.size },
      message: `${after.size} bytes, ${percent} % more than the ${before.size} of \`${before.file}\``,
    });
  }
  const members = new Map(after.members.map((path) => [sameName(path), path]));
  const lost = before.members
    .filter((path) => !members.has(sameName(path)) && !isGrafted(path))
    .sort(compareText);
  for (const path of lost) {
    problems.push({
      code: "BAS001",
      path,
      message: `\`${before.file}\` has this member, the wheel does not`,
    });
  }
  for (const [path, names] of before.exports) {
    const now = members.get(sameName(path));
    const kept = now === undefined ? undefined : after.exports.get(now);
    if (now === undefined || kept === undefined || isGrafted(path)) continue;
    const still = new Set(kept);
    const gone = names.filter((name) => !still.has(name));
    if (gone.length === 0) continue;
    const shown = gone.slice(0, SHOWN).map((name) => `\`${name}\``);
    const more = gone.length > SHOWN ? ` and ${gone.length - SHOWN} more` : "";
    problems.push({
      code: "BAS002",
      path: now,
      message: `no longer exports ${shown.join(", ")}${more}, as in \`${before.file}\``,
    });
  }
  return problems;
}

/** What changes from release to release: the version in dist-info, the hash in a grafted name. */
function sameName(path: string): string {
  return path.replace(/^[^/]+\.(dist-info|data)\//, "$1/").replace(/-[0-9a-f]{8}(?=[.-])/g, "");
}

/** Libraries that a repair put there come and go with the host that built the wheel. */
function isGrafted(path: string): boolean {
  return /^[^/]+\.libs\//.test(path) || /(?:^|\/)\.(?:libs|dylibs)\//.test(path);
}
