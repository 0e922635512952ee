/** Answers that are better than delocate's, and why. */

const REASONS = [
  {
    why: "no processor with arm64 runs a system before 11.0, and no installer takes the tag",
    is: (/** @type {string} */ _, /** @type {string} */ theirs) =>
      /macosx_10_\d+_arm64/.test(theirs),
  },
  {
    why: "delocate finds no code for an architecture of the tag, and stops",
    is: (/** @type {string} */ _, /** @type {string} */ theirs) =>
      /required architecture/.test(theirs),
  },
];

/**
 * @param {string} ours
 * @param {string} theirs tags, or an error.
 * @param {readonly {why: string, library?: string, symbols?: string[], version?: string}[]} [reasons]
 *   what an audit says of our tag.
 * @returns {string | undefined} `undefined` where nothing says that ours is better.
 */
export function betterThanDelocate(ours, theirs, reasons = []) {
  const known = REASONS.find(({ is }) => is(ours, theirs))?.why;
  if (known !== undefined) return known;
  // delocate reads what a file says of itself, and not what it imports.
  const beyond = reasons.find(({ why }) => why !== "minimum-system");
  if (beyond === undefined) return undefined;
  const { library, symbols = [], version } = beyond;
  return `\`${symbols[0] ?? beyond.why}\` of \`${library}\` is there since ${version}`;
}
