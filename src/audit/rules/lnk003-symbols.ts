import type { Unverified } from "../../finding.ts";
import type { AuditModel } from "../model.ts";
import { plural } from "./wording.ts";

/**
 * Symbols without a version are looked up in every library of the process, so only a run tells
 * whether one is missing; said once for a wheel that bundles libraries.
 */
export function unversionedSymbols({ graph }: AuditModel): readonly Unverified[] {
  const bundled = graph.users.size;
  if (bundled === 0) return [];
  return [
    {
      code: "LNK003",
      why: `symbols without a version were not compared with what the ${plural(bundled, "bundled library", "bundled libraries")} define`,
    },
  ];
}
