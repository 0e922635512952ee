/**
 * The platform tags that PyPI accepts (warehouse, `forklift/legacy.py`, as of September 2026).
 *
 * Data first, then one question. Unlike warehouse's patterns, those for iOS and Pyodide are anchored
 * at both ends here.
 */
import type { LegacyManylinux } from "./platform-tag.ts";
import { parsePlatformTag } from "./platform-tag.ts";

const EXACT: readonly string[] = [
  "any",
  "win32",
  "win_amd64",
  "win_arm64",
  "win_ia64",
  "linux_armv6l",
  "linux_armv7l",
];

const LEGACY_ARCHS: Readonly<Record<LegacyManylinux, readonly string[]>> = {
  manylinux1: ["x86_64", "i686"],
  manylinux2010: ["x86_64", "i686"],
  manylinux2014: ["x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x"],
};

const MUSLLINUX_ARCHS: readonly string[] = [
  "x86_64",
  "i686",
  "aarch64",
  "armv7l",
  "ppc64le",
  "s390x",
  "riscv64",
];

const MANYLINUX_ARCHS: readonly string[] = [...MUSLLINUX_ARCHS, "ppc64"];

/** From 11 on, only with minor version 0. */
const MACOS_MAJORS: readonly number[] = [11, 12, 13, 14, 15, 26];

const MACOS_ARCHS: readonly string[] = [
  "ppc",
  "ppc64",
  "i386",
  "x86_64",
  "arm64",
  "intel",
  "fat",
  "fat3",
  "fat64",
  "universal",
  "universal2",
];

const ANDROID_ABIS: readonly string[] = ["armeabi_v7a", "arm64_v8a", "x86", "x86_64"];
const IOS_ARCHS: readonly string[] = ["arm64", "x86_64"];

/** Why PyPI refuses the platform tag; `undefined` when it accepts it. */
export function refusedByPypi(text: string): string | undefined {
  if (EXACT.includes(text)) return undefined;
  const tag = parsePlatformTag(text);
  switch (tag.kind) {
    case "manylinux": {
      const archs = tag.legacy === undefined ? MANYLINUX_ARCHS : LEGACY_ARCHS[tag.legacy];
      const name = tag.legacy ?? "manylinux_X_Y";
      return archs.includes(tag.arch) ? undefined : `\`${name}\` has no \`${tag.arch}\``;
    }
    case "musllinux":
      return MUSLLINUX_ARCHS.includes(tag.arch) ? undefined : `musllinux has no \`${tag.arch}\``;
    case "macosx":
      if (!MACOS_ARCHS.includes(tag.arch)) return `macOS has no \`${tag.arch}\``;
      if (tag.major === 10) return undefined;
      if (!MACOS_MAJORS.includes(tag.major)) return `macOS ${tag.major} is not on PyPI's list`;
      return tag.minor === 0
        ? undefined
        : `from macOS 11 on the minor version must be 0: \`macosx_${tag.major}_0_${tag.arch}\``;
    case "ios":
      return IOS_ARCHS.includes(tag.arch) ? undefined : `iOS has no \`${tag.arch}\``;
    case "android":
      return ANDROID_ABIS.includes(tag.abi) ? undefined : `Android has no \`${tag.abi}\``;
    case "pyemscripten":
      return tag.arch === "wasm32" ? undefined : `Pyodide has no \`${tag.arch}\``;
    case "linux":
      return "it does not say which C library the wheel needs";
    default:
      return "PyPI does not know it";
  }
}
