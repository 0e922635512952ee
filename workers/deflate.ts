/** The body of the workers that compress. */
import type { ClaimablePart } from "../src/node/deflate-part.ts";
import { claimPart, deflatePart } from "../src/node/deflate-part.ts";

export function deflate(part: ClaimablePart): Uint8Array | undefined {
  return claimPart(part) ? deflatePart(part) : undefined;
}
