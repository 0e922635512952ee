/** What the owner of a wheel said it must be, checked against the result of its audit. */
import type { Problem } from "../finding.ts";
import { type PlatformTag, parsePlatformTag } from "../wheel/platform-tag.ts";
import type { PlatformVerdict, WheelResult } from "./result.ts";
import type { ExpectationCode } from "./rules/expectations.ts";

export interface Expectations {
  /** A platform tag that must be true of the wheel, for example `manylinux_2_17_x86_64`. */
  readonly platform?: string;
  /** Architectures that every native file must have, by the policy data's names. */
  readonly archs?: readonly string[];
  /** Bytes of the wheel file. */
  readonly maxSize?: number;
  /** What would make a wheel small enough that is not. */
  readonly sizeHint?: string;
}

type Facts = Pick<WheelResult, "size" | "platform" | "binaries">;

export function checkExpectations(
  wheel: Facts,
  expected: Expectations,
): readonly Problem<ExpectationCode>[] {
  const problems: Problem<ExpectationCode>[] = [];
  const { platform, archs, maxSize, sizeHint } = expected;
  if (platform !== undefined && !supports(wheel.platform, platform)) {
    const { supported } = wheel.platform;
    const best =
      supported === null ? "no platform that could be determined" : `only \`${supported}\``;
    problems.push({
      code: "EXP001",
      facts: { expected: platform, supported: supported ?? "unknown" },
      message: `\`${platform}\` was expected, but the wheel supports ${best}`,
    });
  }
  for (const binary of archs === undefined ? [] : wheel.binaries) {
    const missing = (archs ?? []).filter((arch) => !binary.archs.includes(arch));
    if (missing.length === 0) continue;
    problems.push({
      code: "EXP002",
      path: binary.path,
      facts: { missing, archs: binary.archs },
      message: `no code for ${missing.map((arch) => `\`${arch}\``).join(" and ")}, only for ${binary.archs.map((arch) => `\`${arch}\``).join(", ")}`,
    });
  }
  if (maxSize !== undefined && wheel.size > maxSize) {
    problems.push({
      code: "SIZ001",
      facts: { bytes: wheel.size, limit: maxSize },
      message: `the wheel has ${wheel.size} bytes, ${wheel.size - maxSize} more than the limit of ${maxSize}`,
      ...(sizeHint === undefined ? {} : { hint: sizeHint }),
    });
  }
  return problems;
}

function supports(verdict: PlatformVerdict, wanted: string): boolean {
  const { family, claimed, truthful, supported } = verdict;
  if (family === "any") return true;
  if (supported !== null) return covers(parsePlatformTag(supported), parsePlatformTag(wanted));
  // Where no reader can tell, the file name is all there is.
  return truthful !== false && claimed.includes(wanted);
}

/** True when every system that takes `wanted` also takes `tag`. */
function covers(tag: PlatformTag, wanted: PlatformTag): boolean {
  if (tag.kind === "manylinux" || tag.kind === "musllinux") {
    if (wanted.kind === "linux") return tag.arch === wanted.arch;
    if (wanted.kind !== tag.kind || wanted.arch !== tag.arch) return false;
    return tag.major === wanted.major && tag.minor <= wanted.minor;
  }
  if (tag.kind === "linux") return wanted.kind === "linux" && tag.arch === wanted.arch;
  if (tag.kind === "macosx" && wanted.kind === "macosx") {
    const older =
      tag.major < wanted.major || (tag.major === wanted.major && tag.minor <= wanted.minor);
    return older && (tag.arch === wanted.arch || tag.arch === "universal2");
  }
  if (tag.kind === "android" && wanted.kind === "android") {
    return tag.abi === wanted.abi && tag.api <= wanted.api;
  }
  return JSON.stringify(tag) === JSON.stringify(wanted);
}
