/** Architectures as platform tags spell them. */

export interface TagArch {
  /** As the tag spells it: the part behind the version. */
  readonly text: string;
  /** The policy data's name for the family of processors, `unknown` when there is none. */
  readonly arch: string;
  /** x86-64 levels that the tag itself promises (`x86_64_v3`). */
  readonly isa: number;
}

/** Spelling in a tag → name in the policy data. */
const SPELLINGS: Readonly<Record<string, string>> = {
  aarch64: "aarch64",
  arm64: "aarch64",
  arm64_v8a: "aarch64",
  armeabi_v7a: "armv7l",
  // The same instruction set rules apply; the tag keeps its own spelling.
  armv6l: "armv7l",
  armv7l: "armv7l",
  armv8l: "armv7l",
  i386: "i686",
  i486: "i686",
  i586: "i686",
  i686: "i686",
  loongarch64: "loongarch64",
  ppc64: "ppc64",
  ppc64le: "ppc64le",
  riscv64: "riscv64",
  s390x: "s390x",
  x86: "i686",
  x86_64: "x86_64",
};

const LEVEL = /^x86_64_v([2-9])$/;

export function tagArch(text: string): TagArch {
  const level = LEVEL.exec(text);
  if (level !== null) return { text, arch: "x86_64", isa: Number(level[1]) };
  const arch = Object.hasOwn(SPELLINGS, text) ? SPELLINGS[text] : undefined;
  return { text, arch: arch ?? "unknown", isa: 1 };
}

/**
 * The policy data's name for a file's architecture: ARMv6 code with hard floats runs wherever ARMv7
 * code does, and policies make no difference.
 */
export function policyArch(arch: string): string {
  return arch === "armv6l" ? "armv7l" : arch;
}

/** 2 for `x86_64_v2`, 1 for the baseline. */
export function isaLevel(isa: string | null): number {
  const level = isa === null ? null : LEVEL.exec(isa);
  return level === null ? 1 : Number(level[1]);
}
