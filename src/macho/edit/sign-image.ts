/** An ad-hoc signature for a file in which something else changed. */
import type { FormatTools } from "../../format.ts";
import type { Rewrite } from "../../rewrite.ts";
import type { MachoImage } from "../read/image.ts";
import { planSlice } from "./slice.ts";

/** @throws RefusalError (`macho-…`) when it can't be signed. */
export function signImage(image: MachoImage, tools: FormatTools): Rewrite {
  const signature = image.signature();
  return planSlice({ image, edits: [], tools, signature, dirty: true, sign: true }).rewrite;
}
