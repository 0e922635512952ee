/** What a missing library's known provider makes of the finding, the same on every platform. */
import type { Level } from "../../finding.ts";
import { coverage, type RequiredProject } from "../../policy/meta-packages.ts";
import type { Provider } from "../../policy/providers.ts";

export interface Provided {
  readonly hint: string;
  readonly level: Level;
}

/**
 * A driver, or another wheel, that the wheel requires or should require.
 *
 * @param exclude the option that tells the audit so: `--exclude libcuda.so.1`.
 */
export function providedBy(
  { kind, projects, what }: Provider,
  requirements: readonly RequiredProject[],
  exclude: string,
): Provided {
  if (kind === "driver") {
    const hint = `${what} provides it where it is installed; with \`${exclude}\` it is left to the host`;
    return { hint, level: "warning" };
  }
  const [usual = ""] = projects;
  const covered = coverage(projects, requirements);
  if (covered === undefined) {
    const hint = `\`${usual}\` provides ${what}, but the wheel does not require it; add it to Requires-Dist or bundle the library`;
    return { hint, level: "warning" };
  }
  const hint = covered.sure
    ? `\`${covered.by}\`, which the wheel requires, provides ${what}; \`${exclude}\` says so`
    : `\`${usual}\` provides ${what}; whether \`${covered.by}\`, which the wheel requires, brings it is not known`;
  return { hint, level: "info" };
}
