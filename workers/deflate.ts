/** The body of the workers that compress. */
import type { DeflatePart } from "../src/node/deflate-part.ts";
import { deflatePart } from "../src/node/deflate-part.ts";

export function deflate(part: DeflatePart): Uint8Array {
  return deflatePart(part);
}
