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
 * @returns {string | undefined} `undefined` where nothing says that ours is better.
 */
export function betterThanDelocate(ours, theirs) {
  return REASONS.find(({ is }) => is(ours, theirs))?.why;
}
