/** What takes the place of `src/node/libdeflate-binary.ts` in the bundles. */
import { LIBDEFLATE, readPart } from "../src/node/parts.ts";

export function readLibdeflate(): Uint8Array {
  return readPart(LIBDEFLATE);
}
