/** The platforms that wheels are repaired for: the one place that names them all. */
import type { Judgement } from "../audit/audit.ts";
import type { PlatformName } from "../audit/platform.ts";
import { SYSTEM_TITLES } from "../audit/platform.ts";
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";
import { linux } from "./linux/index.ts";
import { macos } from "./macos/index.ts";
import type { RepairPlatform } from "./platform.ts";
import { windows } from "./windows/index.ts";

export const REPAIR_PLATFORMS: Readonly<Record<PlatformName, RepairPlatform>> = {
  linux,
  macos,
  windows,
};

/** @throws RefusalError when the wheel's tags and files name no platform that can be repaired. */
export function repairPlatform({ native }: Judgement): RepairPlatform {
  const { verdict, model, systems } = native;
  const { family, supported, claimed } = verdict;
  if (systems.length > 1) {
    const names = systems.map((name) => SYSTEM_TITLES[name]).join(" and ");
    throw new RefusalError(
      "TAG003",
      `the wheel is tagged \`${printable(claimed.join("."))}\`, for ${names}: a repair is for one system`,
      "build a wheel for each system; `wheelkit audit` judges this one for all of them",
    );
  }
  if (supported === "any") {
    throw new RefusalError(
      "TAG001",
      `the wheel is tagged \`${printable(claimed.join("."))}\`, but there is no native code in it`,
      "if that is right, `wheelkit tags --platform-tag any` says so; else the build went wrong",
    );
  }
  const { facts } = model;
  if (facts.platform !== "linux" || facts.identity.family !== null) {
    return REPAIR_PLATFORMS[facts.platform];
  }
  if (family === "pyemscripten") {
    throw new RefusalError(
      "TAG003",
      `wheels for ${family} can't be repaired`,
      "wheelkit repairs wheels for Linux, Android, macOS and Windows",
    );
  }
  const [opaque] = model.binaries.filter(({ format }) => format !== "elf");
  if (opaque !== undefined) {
    throw new RefusalError(
      "TAG003",
      `the wheel is tagged \`${printable(claimed.join("."))}\`, but \`${printable(opaque.path)}\` is not a Linux binary`,
      "`wheelkit audit` says what does not fit",
    );
  }
  return linux;
}

/** The newest tag like this one that wheelkit can promise, where it knows a limit. */
export function newestTag(tag: PlatformTag): string | undefined {
  for (const platform of Object.values(REPAIR_PLATFORMS)) {
    const newest = platform.newest?.(tag);
    if (newest !== undefined) return newest;
  }
  return undefined;
}
