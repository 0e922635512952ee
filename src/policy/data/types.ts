/** The layout of the generated tables in `data/`: facts only, oldest (most compatible) policy first. */

interface PolicyRow {
  /** Without architecture: a tag is `{name}_{arch}`. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Higher is more compatible. */
  readonly priority: number;
  readonly arches: readonly string[];
}

type ByPolicy = Readonly<Record<string, readonly string[]>>;

export interface FamilyData {
  readonly policies: readonly PolicyRow[];
  /** Libraries that the host provides from that policy on. */
  readonly libs: ByPolicy;
  /** Symbols of a library that must not be imported up to and including that policy. */
  readonly blacklist: Readonly<Record<string, ByPolicy>>;
}

interface ManylinuxData extends FamilyData {
  /** The version prefixes that are checked; each counts in every policy. */
  readonly prefixes: readonly string[];
  /** arch → prefix → policy → versions that are allowed from that policy on. */
  readonly versions: Readonly<Record<string, Readonly<Record<string, ByPolicy>>>>;
}

interface MusllinuxData extends FamilyData {
  readonly libcPlaceholder: string;
  readonly libcSoname: Readonly<Record<string, string>>;
}

interface AndroidData extends FamilyData {
  readonly archAliases: Readonly<Record<string, string>>;
}

export interface LinuxPolicyData {
  readonly manylinux: ManylinuxData;
  readonly musllinux: MusllinuxData;
  readonly android: AndroidData;
}
