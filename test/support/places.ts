/** Places in files, for tests that damage them. */
import fc from "fast-check";

const STEPS = 1_000_000;

/**
 * A share of a file's length, from 0 to below 1, each as likely as the next. Neither `fc.double`,
 * which goes by the bits of the number, nor a bias to small values would leave the first bytes.
 */
export const somewhere: fc.Arbitrary<number> = fc
  .noBias(fc.nat({ max: STEPS - 1 }))
  .map((step) => step / STEPS);
