/** What the new signature takes over from the old one. */
import type { FormatTools } from "../../format.ts";
import { LC, MH } from "../constants.ts";
import type { MachoImage } from "../read/image.ts";
import { bestDirectory, cmsOf, type Signature } from "../read/signature.ts";
import { CSSLOT } from "../signing-constants.ts";
import { type Command, stringOf } from "./commands.ts";
import { bundleIdentifier, infoPlistOf, signingIdentifier, uniqueSuffix } from "./identifier.ts";
import { execSegmentFlags, keptFlags, type SigningPlan } from "./sign.ts";

/** Parts of an old signature that say what a program may do, and so are kept. */
const KEPT: ReadonlySet<number> = new Set([
  CSSLOT.CSSLOT_ENTITLEMENTS,
  CSSLOT.CSSLOT_DER_ENTITLEMENTS,
]);

export function planSigning(
  {
    image,
    signature,
    tools,
  }: {
    readonly image: MachoImage;
    readonly signature: Signature | null;
    readonly tools: FormatTools;
  },
  commands: readonly Command[],
  warnings: string[],
): SigningPlan {
  const old = signature === null ? undefined : bestDirectory(signature);
  const certified = signature !== null && cmsOf(signature).length > 0;
  if (certified) {
    const who = old?.team === null || old === undefined ? "" : ` of team ${old.team}`;
    warnings.push(
      `${image.arch}: the signature${who} was made with a certificate and is now an ad-hoc one`,
    );
  }
  const infoPlist = infoPlistOf(image);
  const text = image.segments.find(({ name }) => name === "__TEXT");
  const program = image.header.filetype === MH.MH_EXECUTE;
  return {
    identifier: old?.identifier || newIdentifier(image, commands, infoPlist, tools),
    flags: keptFlags(old?.flags ?? 0, certified),
    runtime: old?.runtime ?? 0,
    parts: (signature?.blobs ?? [])
      .filter(({ slot }) => KEPT.has(slot))
      .sort((a, b) => a.slot - b.slot),
    infoPlist,
    limit: 0,
    execSegment: {
      base: text?.fileoff ?? 0,
      limit: text?.filesize ?? 0,
      flags: execSegmentFlags(program, old?.execSegment?.flags),
    },
  };
}

function newIdentifier(
  image: MachoImage,
  commands: readonly Command[],
  infoPlist: Uint8Array | null,
  tools: FormatTools,
): string {
  const bundle = infoPlist === null ? undefined : bundleIdentifier(infoPlist);
  if (bundle !== undefined) return bundle;
  const id = commands.find(({ cmd }) => cmd === LC.LC_ID_DYLIB);
  const name = tools.name ?? (id === undefined ? "" : stringOf(id, image.context));
  return signingIdentifier(name === "" ? "unnamed" : name, () => uniqueSuffix(commands, tools));
}
