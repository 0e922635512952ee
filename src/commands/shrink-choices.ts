/** Values that options of `shrink` take, and keys of its settings. */
import type { PtxChoice } from "../shrink/settings.ts";

export const LEVELS = ["fast", "best"] as const;
export const PTX: readonly PtxChoice[] = ["all", "newest", "none"];
/** First parts of the versions of drivers. */
export const DRIVERS: { readonly least: number; readonly most: number } = {
  least: 100,
  most: 9999,
};
