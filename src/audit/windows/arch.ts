/** Processors as Windows tags and PE files name them. */
import type { PeSlice } from "../../formats.ts";
import type { WindowsArch } from "../../policy/windows/baseline.ts";

/** Architecture of a slice that a tag's interpreter loads → the tag. */
const TAGS: Readonly<Record<WindowsArch, string>> = {
  x86: "win32",
  x86_64: "win_amd64",
  arm64: "win_arm64",
};

export const WINDOWS_ARCHS: readonly WindowsArch[] = ["x86_64", "x86", "arm64"];

export function tagOf(arch: WindowsArch): string {
  return TAGS[arch];
}

/** `undefined` for a processor that Python is not built for: `win_arm32`, `win_ia64`. */
export function archOfTag(text: string): WindowsArch | undefined {
  return WINDOWS_ARCHS.find((arch) => TAGS[arch] === text);
}

/** The architecture of processes that load the file; ARM64EC is none of them. */
export function archOf({ arch }: PeSlice): WindowsArch | undefined {
  return WINDOWS_ARCHS.find((each) => each === arch);
}

/**
 * Whether one file can load the other. ARM64EC code is x64 code to its process, which exists on ARM64
 * hosts only: so it may load x64 files, and no x64 file may count on it.
 */
export function isCompatible(user: PeSlice, found: PeSlice): boolean {
  if (user.arch === found.arch) return true;
  if (user.arch !== "arm64ec") return false;
  return found.arch === "x86_64" || found.hybrid === "arm64x";
}
