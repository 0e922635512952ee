/** From values to names: unknown values stay printable, as `LC_0x3a`. */
import { flagNames, knownName, nameOf } from "../names.ts";
import {
  CPU_TYPE,
  LC,
  MH,
  MH_FLAGS,
  PLATFORM,
  S,
  S_ATTR,
  SECTION_TYPE,
  SG,
  TOOL,
  VM_PROT,
} from "./constants.ts";
import type { MachoPlatformName } from "./facts/slice.ts";
import { CS, CSMAGIC } from "./signing-constants.ts";

export function commandName(cmd: number): string {
  return nameOf(LC, "LC_", cmd);
}

export function fileTypeName(filetype: number): string {
  return nameOf(MH, "MH_", filetype);
}

export function cpuTypeName(cputype: number): string {
  return nameOf(CPU_TYPE, "CPU_TYPE_", cputype);
}

export function headerFlagNames(flags: number): readonly string[] {
  return flagNames(MH_FLAGS, flags);
}

export function sectionTypeName(flags: number): string {
  return nameOf(S, "S_", flags & SECTION_TYPE);
}

export function sectionAttributeNames(flags: number): readonly string[] {
  return flagNames(S_ATTR, (flags & ~SECTION_TYPE) >>> 0);
}

export function segmentFlagNames(flags: number): readonly string[] {
  return flagNames(SG, flags);
}

/** `rwx` with `-` for what is missing. */
export function protectionText(protection: number): string {
  return [
    (protection & VM_PROT.VM_PROT_READ) === 0 ? "-" : "r",
    (protection & VM_PROT.VM_PROT_WRITE) === 0 ? "-" : "w",
    (protection & VM_PROT.VM_PROT_EXECUTE) === 0 ? "-" : "x",
  ].join("");
}

export function toolName(tool: number): string {
  return nameOf(TOOL, "TOOL_", tool);
}

export function platformConstantName(platform: number): string {
  return nameOf(PLATFORM, "PLATFORM_", platform);
}

const PLATFORM_NAMES: Readonly<Record<number, MachoPlatformName>> = {
  [PLATFORM.PLATFORM_MACOS]: "macos",
  [PLATFORM.PLATFORM_IOS]: "ios",
  [PLATFORM.PLATFORM_TVOS]: "tvos",
  [PLATFORM.PLATFORM_WATCHOS]: "watchos",
  [PLATFORM.PLATFORM_BRIDGEOS]: "bridgeos",
  [PLATFORM.PLATFORM_MACCATALYST]: "maccatalyst",
  [PLATFORM.PLATFORM_IOSSIMULATOR]: "iossimulator",
  [PLATFORM.PLATFORM_TVOSSIMULATOR]: "tvossimulator",
  [PLATFORM.PLATFORM_WATCHOSSIMULATOR]: "watchossimulator",
  [PLATFORM.PLATFORM_DRIVERKIT]: "driverkit",
  [PLATFORM.PLATFORM_VISIONOS]: "visionos",
  [PLATFORM.PLATFORM_VISIONOSSIMULATOR]: "visionossimulator",
};

export function platformName(platform: number): MachoPlatformName {
  return PLATFORM_NAMES[platform] ?? `platform-0x${platform.toString(16)}`;
}

export function blobName(magic: number): string {
  return nameOf(CSMAGIC, "CSMAGIC_", magic);
}

/** As `codesign -d` prints them: `adhoc`, `linker-signed`. */
export function signatureFlagNames(flags: number): readonly string[] {
  return flagNames(CS, flags).map((name) =>
    knownName(CS, CS_VALUES[name] ?? -1) === undefined
      ? name
      : (SPOKEN[name] ?? name.slice(3).toLowerCase().replaceAll("_", "-")),
  );
}

const CS_VALUES: Readonly<Record<string, number>> = CS;
const SPOKEN: Readonly<Record<string, string>> = { CS_REQUIRE_LV: "library-validation" };
