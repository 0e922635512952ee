/** What the facts say of a code signature. */

import { signatureFlagNames } from "../names.ts";
import type { MachoImage } from "../read/image.ts";
import { bestDirectory, cmsOf } from "../read/signature.ts";
import { CS, CSSLOT } from "../signing-constants.ts";
import type { MachoSignature } from "./slice.ts";

export const UNSIGNED: MachoSignature = {
  kind: "none",
  identifier: null,
  team: null,
  flags: [],
  entitlements: false,
  valid: null,
  faults: [],
  at: null,
};

/** Without a look at the pages: `valid` is false where the layout is wrong already, else `null`. */
export function signatureFacts(image: MachoImage): MachoSignature {
  const signature = image.signature();
  if (signature === null) return UNSIGNED;
  const directory = bestDirectory(signature);
  const flags = directory?.flags ?? 0;
  const cms = cmsOf(signature).length > 0;
  const linker = (flags & CS.CS_LINKER_SIGNED) !== 0;
  return {
    kind: cms ? "cms" : linker ? "linker" : "adhoc",
    identifier: directory?.identifier ?? null,
    team: directory?.team ?? null,
    flags: signatureFlagNames(flags),
    entitlements: signature.blobs.some(
      ({ slot, bytes }) => slot === CSSLOT.CSSLOT_ENTITLEMENTS && bytes.length > 8,
    ),
    valid: signature.faults.length === 0 ? null : false,
    faults: signature.faults,
    at: { record: "CS_SuperBlob", offset: image.base + signature.offset },
  };
}
