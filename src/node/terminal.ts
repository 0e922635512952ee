/** When to colour, and the colours. */
import { type Palette, PLAIN } from "../report/palette.ts";
import type { Io } from "./io.ts";

export type When = "auto" | "always" | "never";
export const WHENS: readonly When[] = ["auto", "always", "never"];

/** `--color`, then `NO_COLOR` and `FORCE_COLOR` (no-color.org, force-color.org), then the stream. */
export function useColor(when: When, env: Io["env"], terminal: boolean): boolean {
  if (when !== "auto") return when === "always";
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = env;
  if (no !== undefined && no !== "") return false;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return terminal && term !== "dumb";
}

/** The colour library is only loaded where something is coloured. */
export async function palette(color: boolean): Promise<Palette> {
  if (!color) return PLAIN;
  const { default: picocolors } = await import("picocolors");
  const { red, yellow, cyan, green, bold, dim } = picocolors.createColors(true);
  return {
    error: (text) => bold(red(text)),
    warning: (text) => bold(yellow(text)),
    info: (text) => bold(cyan(text)),
    good: (text) => bold(green(text)),
    strong: bold,
    faint: dim,
  };
}
