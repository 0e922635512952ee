/** What the wheel is built for: macOS or iOS, which slices count. */
import type { MachoSlice } from "../../formats.ts";
import type { AppleSystem } from "../../policy/macos/exports.ts";
import type { Claim } from "../claim.ts";
import type { NativeMember } from "../member.ts";
import { binariesOf } from "../member.ts";
import type { AppleClaim, MachoBinary, MacosIdentity } from "./facts.ts";

/** Slices that dyld loads; object files and static libraries are data. */
export function loadable({ slice }: MachoBinary): boolean {
  return slice.kind === "shared" || slice.kind === "bundle" || slice.kind === "executable";
}

/** One for each architecture of each Mach-O member. */
export function machoBinaries(members: readonly NativeMember[]): readonly MachoBinary[] {
  return members.flatMap(({ path, size, file }) =>
    file?.format === "macho" ? binariesOf(path, size, file) : [],
  );
}

/** The tags come first; a wheel without one for macOS or iOS is what most of its files are. */
export function identify(claims: readonly Claim[], linked: readonly MachoBinary[]): MacosIdentity {
  const ours = claims.flatMap(({ text, tag }): readonly AppleClaim[] =>
    tag.kind === "macosx" || tag.kind === "ios" ? [{ text, tag }] : [],
  );
  const system = pickSystem(ours, linked);
  const wanted = platformsOf(system, ours);
  const fits = ({ slice }: MachoBinary): boolean => isFor(slice, wanted);
  return {
    system,
    claims: ours,
    considered: linked.filter(fits),
    others: linked.filter((binary) => !fits(binary)),
  };
}

/** Old files say nothing of their platform, and are for macOS. */
function isFor({ targets }: MachoSlice, wanted: readonly string[]): boolean {
  if (targets.length === 0) return wanted.includes("macos");
  return targets.some(({ platform }) => wanted.includes(platform));
}

function platformsOf(system: AppleSystem, claims: readonly AppleClaim[]): readonly string[] {
  if (system === "macos") return ["macos"];
  const platforms = claims.flatMap(({ tag }) => (tag.kind === "ios" ? [platformOf(tag.sdk)] : []));
  return platforms.length === 0 ? ["ios", "iossimulator"] : platforms;
}

/** PLATFORM_* of an SDK's name in a tag. */
export function platformOf(sdk: string): string {
  return sdk === "iphonesimulator" ? "iossimulator" : "ios";
}

function pickSystem(claims: readonly AppleClaim[], linked: readonly MachoBinary[]): AppleSystem {
  const [first] = claims;
  if (first !== undefined) return first.tag.kind === "ios" ? "ios" : "macos";
  const onPhones = linked.filter(({ slice }) => isFor(slice, ["ios", "iossimulator"])).length;
  return onPhones * 2 > linked.length ? "ios" : "macos";
}
