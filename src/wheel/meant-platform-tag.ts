/**
 * Platform tags that no installer asks for, since their system calls the processor otherwise: which
 * tag is meant. `sysconfig.get_platform` and `packaging.tags` are the source of the right names.
 */
import type { PlatformTag } from "./platform-tag.ts";
import { parsePlatformTag, printPlatformTag } from "./platform-tag.ts";

type System = "linux" | "macosx" | "win" | "android";

/** Names of processors elsewhere (other systems, container images, compilers), and the system's own. */
const NAMES: Readonly<Record<System, Readonly<Record<string, string>>>> = {
  linux: {
    amd64: "x86_64",
    x64: "x86_64",
    x86_64h: "x86_64",
    x86: "i686",
    i386: "i686",
    i486: "i686",
    i586: "i686",
    arm64: "aarch64",
    arm64v8: "aarch64",
    armv8: "aarch64",
    armhf: "armv7l",
    armv7: "armv7l",
    arm32v7: "armv7l",
    armv6: "armv6l",
    armv6hf: "armv6l",
    ppc64el: "ppc64le",
    powerpc64le: "ppc64le",
    powerpc64: "ppc64",
    riscv: "riscv64",
    loong64: "loongarch64",
  },
  macosx: {
    amd64: "x86_64",
    x64: "x86_64",
    aarch64: "arm64",
    arm64e: "arm64",
    i686: "i386",
    x86: "i386",
  },
  win: {
    x86_64: "amd64",
    x64: "amd64",
    i386: "x86",
    i686: "x86",
    aarch64: "arm64",
  },
  android: {
    aarch64: "arm64_v8a",
    arm64: "arm64_v8a",
    armv7: "armeabi_v7a",
    armv7l: "armeabi_v7a",
    arm: "armeabi_v7a",
    amd64: "x86_64",
    i686: "x86",
    i386: "x86",
  },
};

/** Tags that do not parse at all. */
const WHOLE: Readonly<Record<string, string>> = {
  win64: "win_amd64",
  win_x86: "win32",
  win32_amd64: "win_amd64",
  windows_amd64: "win_amd64",
  windows_x86_64: "win_amd64",
};

/** `undefined` for a tag that there is, or of which nobody knows what is meant. */
export function meantPlatformTag(text: string): string | undefined {
  if (Object.hasOwn(WHOLE, text)) return WHOLE[text];
  const tag = parsePlatformTag(text);
  switch (tag.kind) {
    case "linux":
    case "manylinux":
    case "musllinux":
      return renamed("linux", tag.arch, (arch) => ({ ...tag, arch }));
    case "macosx":
    case "win":
      return renamed(tag.kind, tag.arch, (arch) => ({ ...tag, arch }));
    case "android":
      return renamed("android", tag.abi, (abi) => ({ ...tag, abi }));
    default:
      return undefined;
  }
}

function renamed(
  system: System,
  arch: string,
  make: (arch: string) => PlatformTag,
): string | undefined {
  const names = NAMES[system];
  const right = Object.hasOwn(names, arch) ? names[arch] : undefined;
  return right === undefined ? undefined : printPlatformTag(make(right));
}
