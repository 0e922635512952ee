/** Numbers inside tags and other short texts. */

/** A decimal without sign or leading zeros that a double holds exactly; else `undefined`. */
export function parseNatural(text: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
}
