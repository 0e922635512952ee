import type { Problem } from "../../../finding.ts";
import { nearestPolicy } from "../../../policy/linux/manylinux.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** A policy older than every claimed tag is also true. */
export function narrowTag(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { table, verdict, identity } = model;
  const { supported, truthful } = verdict;
  if (table === undefined || supported === null || truthful !== true) return [];
  // Installers know no manylinux tag for it.
  if (identity.tagArch === "armv6l" && table.family === "manylinux") return [];
  const base = supported.slice(0, -identity.tagArch.length - 1);
  const position = table.find(base);
  if (position === undefined) return [];
  for (const { tag, kind } of identity.claims) {
    if (kind === "linux") continue;
    if (kind !== table.family) return [];
    if (tag.kind !== "manylinux" && tag.kind !== "musllinux") return [];
    const nearest = nearestPolicy(table, tag);
    if (nearest.position <= position) return [];
  }
  return [
    {
      code: "TAG010",
      facts: { tag: supported, claimed: verdict.claimed },
      message: `\`${supported}\` would be true as well as ${quoteSome(verdict.claimed, 2)}`,
    },
  ];
}
