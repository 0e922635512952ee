/** Wheels for iOS: what can't be loaded on a phone is refused, and nothing is put into them. */
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { RefusalError } from "../../errors.ts";
import type { RepairPlan, RepairRequest } from "../platform.ts";

/**
 * An app may hold frameworks only, so there is no place in a wheel for a library.
 *
 * @throws RefusalError when a file loads what neither iOS nor the app has.
 */
export function planIos({ name }: RepairRequest, { identity, graph }: MacosFacts): RepairPlan {
  for (const { key, path } of identity.considered) {
    for (const { name: library, target, how } of graph.members.get(key)?.edges ?? []) {
      if (how === "weak" || isProvided(library) || target.kind === "excluded") continue;
      if (target.kind !== "none" && target.kind !== "host") continue;
      throw new RefusalError(
        "LNK001",
        `\`${path}\` needs \`${library}\`, which no phone has, and no wheel may bring`,
        "link it statically or ship a framework",
      );
    }
  }
  return {
    grafts: [],
    members: [],
    files: [],
    tags: { platforms: name.platformTags, contradicted: [] },
    notes: [],
  };
}

/** The app has the frameworks that it needs in one folder. */
function isProvided(library: string): boolean {
  return /^@rpath\/([^/]+)\.framework\/(?:Versions\/[^/]+\/)?\1$/.test(library);
}
