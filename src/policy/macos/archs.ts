/** Architectures as tags of macOS group them. */

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  fat: ["i386", "ppc"],
  fat3: ["i386", "x86_64", "ppc"],
  fat64: ["x86_64", "ppc64"],
  intel: ["i386", "x86_64"],
  universal: ["i386", "x86_64", "ppc", "ppc64"],
  universal2: ["x86_64", "arm64"],
};

/** In the order in which tags are listed. */
const ORDER: readonly string[] = ["ppc", "ppc64", "i386", "x86_64", "arm64"];

/** Which no current Mac runs: a group that names them keeps its promise without. */
const RETIRED: ReadonlySet<string> = new Set(["i386", "ppc", "ppc64"]);

/** What a tag's architecture promises: `universal2` is `x86_64` and `arm64`. */
export function archsOfTag(arch: string): readonly string[] {
  return (Object.hasOwn(GROUPS, arch) ? GROUPS[arch] : undefined) ?? [arch];
}

/** Without those that nobody misses: `intel` without i386 code is common, and installs everywhere. */
export function archsInUse(arch: string): readonly string[] {
  const all = archsOfTag(arch);
  const current = all.filter((each) => !RETIRED.has(each));
  return current.length === 0 ? all : current;
}

export function byArchOrder(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * `--require-archs`: a group, one architecture, or several with commas.
 *
 * @returns without duplicates, in the order of tags; empty for an empty text.
 */
export function parseArchs(text: string): readonly string[] {
  const archs = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .flatMap(archsOfTag);
  return [...new Set(archs)].sort(byArchOrder);
}

/** True for what a tag may name. `arm64e` and `x86_64h` are kinds of code, not promises to everybody. */
export function isTagArch(arch: string): boolean {
  return ORDER.includes(arch) || Object.hasOwn(GROUPS, arch);
}

/** Code for Apple's own processors runs only with a signature that fits. */
export function needsSignature(arch: string): boolean {
  return arch === "arm64" || arch === "arm64e";
}

function rank(arch: string): number {
  const at = ORDER.indexOf(arch);
  return at === -1 ? ORDER.length : at;
}
