/**
 * What a Linux platform tag promises, for one family and one architecture.
 *
 * The policies of a table are ordered from the most compatible (oldest) to the newest, and each
 * allows everything that the ones before it allow. So one number says all: the *position* of the
 * first policy that allows a thing. {@link PolicyTable.none} stands for `linux`, which promises
 * nothing and allows everything.
 */
import { baseNameOf } from "../../paths.ts";
import { LINUX_POLICY_DATA } from "../data/linux.ts";
import type { FamilyData } from "../data/types.ts";
import { isMuslLibc } from "./musl-names.ts";

export type LinuxFamily = "manylinux" | "musllinux" | "android";

export interface Policy {
  /** Without architecture, for example `manylinux_2_17`; a tag is `{name}_{arch}`. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** auditwheel's number: higher is more compatible. */
  readonly priority: number;
}

export interface PolicyTable {
  readonly family: LinuxFamily;
  readonly arch: string;
  /** From the most compatible to the newest. */
  readonly policies: readonly Policy[];
  /** The position behind the last policy: only `linux` allows it. */
  readonly none: number;
  /** Position of the first policy under which the host provides `soname`. */
  library(soname: string): number;
  /**
   * Position of the first policy that allows a symbol version such as `GLIBC_2.17`; `undefined`
   * when its prefix is not one that policies speak about.
   */
  version(version: string): number | undefined;
  /** Position of the first policy under which `symbol` may be imported from `library`; 0: always. */
  forbidden(library: string, symbol: string): number;
  /** Libraries that have forbidden symbols. */
  readonly restricted: ReadonlySet<string>;
  /** Position of the policy of that name or alias, without architecture. */
  find(name: string): number | undefined;
}

const DATA: Readonly<Record<LinuxFamily, FamilyData>> = LINUX_POLICY_DATA;
const tables = new Map<string, PolicyTable | undefined>();

/** The table for a family and an architecture of the policy data, `undefined` when there is none. */
export function policyTable(family: LinuxFamily, arch: string): PolicyTable | undefined {
  const key = `${family} ${arch}`;
  if (!tables.has(key)) tables.set(key, buildTable(family, arch));
  return tables.get(key);
}

/**
 * `ld-linux-x86-64.so.2`, `ld-linux.so.3`, `ld64.so.2`, `ld-musl-armhf.so.1`, `ld.so.1`: whole names, since
 * any library may have one of them in its own (`libworld-linux.so.1`).
 */
const LOADER = /^ld(64|32)?(-(linux|musl|uClibc)[-.\w]*)?\.so\.\d+$/;

/** True for a NEEDED name, or the path of one, that is the dynamic loader itself: never a dependency. */
export function isLoader(name: string): boolean {
  return LOADER.test(baseNameOf(name));
}

/** The text before the first `_`: `GLIBC` for `GLIBC_2.17` and for `GLIBC_ABI_DT_RELR`. */
export function versionPrefix(version: string): string {
  const at = version.indexOf("_");
  return at < 0 ? version : version.slice(0, at);
}

function buildTable(family: LinuxFamily, arch: string): PolicyTable | undefined {
  const data = DATA[family];
  const policies: Policy[] = [];
  const positionOf = new Map<string, number>();
  for (const { name, aliases, priority, arches } of data.policies) {
    // A fact of a policy that this architecture lacks takes effect with the next one that it has.
    positionOf.set(name, policies.length);
    if (arches.includes(arch)) policies.push({ name, aliases, priority });
  }
  const none = policies.length;
  if (none === 0) return undefined;

  const libraries = new Map<string, number>();
  for (const [policy, sonames] of Object.entries(data.libs)) {
    for (const soname of sonames) libraries.set(soname, positionOf.get(policy) ?? none);
  }
  if (family === "musllinux") libraries.delete(LINUX_POLICY_DATA.musllinux.libcPlaceholder);

  const { prefixes, versions: byArch } = LINUX_POLICY_DATA.manylinux;
  const checked = new Set(family === "manylinux" ? prefixes : []);
  const versions = new Map<string, number>();
  for (const [prefix, byPolicy] of Object.entries(byArch[arch] ?? {})) {
    if (!checked.has(prefix)) continue;
    for (const [policy, names] of Object.entries(byPolicy)) {
      for (const name of names) versions.set(`${prefix}_${name}`, positionOf.get(policy) ?? none);
    }
  }

  const forbidden = new Map<string, number>();
  for (const [library, byPolicy] of Object.entries(data.blacklist)) {
    for (const [policy, symbols] of Object.entries(byPolicy)) {
      // Forbidden up to and including `policy`, also when this architecture lacks that policy.
      const last = positionOf.get(policy) ?? none;
      const exists = policies[last]?.name === policy;
      for (const symbol of symbols)
        forbidden.set(`${library}\0${symbol}`, exists ? last + 1 : last);
    }
  }

  const byName = new Map<string, number>();
  policies.forEach(({ name, aliases }, position) => {
    for (const each of [name, ...aliases]) byName.set(each, position);
  });

  return {
    family,
    arch,
    policies,
    none,
    library(soname) {
      if (family === "musllinux" && isMuslLibc(soname, arch)) return 0;
      return libraries.get(soname) ?? none;
    },
    version(version) {
      if (!checked.has(versionPrefix(version))) return undefined;
      return versions.get(version) ?? none;
    },
    forbidden: (library, symbol) => forbidden.get(`${library}\0${symbol}`) ?? 0,
    restricted: new Set(Object.keys(data.blacklist)),
    find: (name) => byName.get(name),
  };
}
