/**
 * Which package of a Linux distribution owns a file, read from the package manager's own database
 * below a root, so that it works for the host and for any `--sysroot`.
 */

import { addTo } from "../../add-to.ts";
import { decodeUtf8Lossy } from "../../bytes.ts";
import { baseNameOf } from "../../paths.ts";
import { readHashValues } from "./bdb.ts";
import { readNdbBlobs } from "./ndb.ts";
import { parseRpmHeader } from "./rpm-header.ts";
import { readTableBlobs } from "./sqlite.ts";

/** The few file operations that the databases need. Paths are absolute below the root. */
export interface RootFiles {
  /** `undefined` when there is no such file. */
  read(path: string): Uint8Array | undefined;
  /** Base names, sorted; empty when there is no such folder. */
  list(path: string): readonly string[];
  /** The path with every link followed; `undefined` when it does not exist. */
  realPath(path: string): string | undefined;
}

export interface OwningPackage {
  readonly type: "deb" | "rpm" | "apk";
  /** `ID` of /etc/os-release, for example `debian`. */
  readonly distribution: string;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

/** Finds owners, reading each database once and only when it is asked. */
export function packageFinder(root: RootFiles): (path: string) => OwningPackage | undefined {
  let owners: ReadonlyMap<string, OwningPackage> | undefined;
  let findDpkg: ReturnType<typeof dpkgFinder> | undefined;
  return (path) => {
    const names = spellings(root, path);
    if (names.some((name) => LOCAL.test(name))) return undefined;
    owners ??= new Map([...readApk(root), ...readRpm(root)]);
    findDpkg ??= dpkgFinder(root);
    for (const name of names) {
      const owner = owners.get(name);
      if (owner !== undefined) return owner;
    }
    return findDpkg(names);
  };
}

/** Where the people of a machine keep their own files, and no package may put any (FHS 3.0). */
const LOCAL = /^\/(dev|home|media|mnt|proc|root|run|srv|sys|tmp|usr\/local|var\/tmp)\//;

/** Databases say `/lib/x` where a merged /usr has `/usr/lib/x`, and the other way round. */
function spellings(root: RootFiles, path: string): readonly string[] {
  const real = root.realPath(path) ?? path;
  const all = new Set<string>();
  for (const each of [path, real]) {
    all.add(each);
    all.add(each.startsWith("/usr/") ? each.slice("/usr".length) : `/usr${each}`);
  }
  return [...all];
}

function distributionOf(root: RootFiles): string {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    const text = readText(root, path);
    const match = text === undefined ? null : /^ID=(["']?)([a-z0-9._-]+)\1\s*$/m.exec(text);
    if (match?.[2] !== undefined) return match[2];
  }
  return "linux";
}

/**
 * dpkg: `/var/lib/dpkg/info/*.list` have the files of each package, `/var/lib/dpkg/status` versions.
 *
 * A system has hundreds of lists, and most libraries are in packages called after them: those are
 * read first, then those that say in their `.shlibs`, which are small, that they have such a library
 * (Debian policy, 8.6). The search ends with the first list that names the file.
 */
function dpkgFinder(root: RootFiles): (paths: readonly string[]) => OwningPackage | undefined {
  const status = readText(root, "/var/lib/dpkg/status");
  if (status === undefined) return () => undefined;
  const distribution = distributionOf(root);
  const infos = root.list("/var/lib/dpkg/info");
  const lists = infos.filter((name) => name.endsWith(".list"));
  const known = new Set(lists);
  const texts = new Map<string, string>();
  const textOf = (list: string): string => {
    const text = texts.get(list) ?? `\n${readText(root, `/var/lib/dpkg/info/${list}`) ?? ""}\n`;
    texts.set(list, text);
    return text;
  };
  // A package with one library of a wheel often has others of it.
  const found = new Set<string>();
  let declared: ReadonlyMap<string, readonly string[]> | undefined;
  const inOrder = function* (names: readonly string[]): Generator<string> {
    const [first = ""] = names;
    yield* found;
    yield* namedAfter(lists, first);
    declared ??= readShlibs(root, infos);
    for (const shlib of names.flatMap(shlibsOf)) {
      const packages = declared.get(shlib) ?? [];
      yield* packages.map((each) => `${each}.list`).filter((list) => known.has(list));
    }
    yield* likelyFirst(lists, first);
  };
  return (paths) => {
    const names = [...new Set(paths.map(baseNameOf))];
    for (const list of inOrder(names)) {
      const text = textOf(list);
      if (!names.some((name) => text.includes(`/${name}\n`))) continue;
      if (!paths.some((path) => text.includes(`\n${path}\n`))) continue;
      const [name = "", arch] = list.slice(0, -".list".length).split(":");
      const owner = dpkgPackage(status, name, arch);
      if (owner === undefined) continue;
      found.add(list);
      return { type: "deb", distribution, name, ...owner };
    }
    return undefined;
  };
}

/** Packages by the libraries that their `.shlibs` have: `NAME VERSION DEPENDENCY…` in each line. */
function readShlibs(
  root: RootFiles,
  infos: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const packages = new Map<string, string[]>();
  for (const info of infos) {
    if (!info.endsWith(SHLIBS)) continue;
    const name = info.slice(0, -SHLIBS.length);
    for (const line of (readText(root, `/var/lib/dpkg/info/${info}`) ?? "").split("\n")) {
      const [library = "", version = ""] = line.split(" ");
      const key = `${library} ${version}`;
      addTo(packages, key, name);
    }
  }
  return packages;
}

const SHLIBS = ".shlibs";

/** `libfoo 2.1` and `libfoo 2` of `libfoo.so.2.1`, `libfoo 2.5` of `libfoo-2.5.so`, as dpkg-shlibdeps has it. */
function shlibsOf(file: string): readonly string[] {
  const numbered = /^(.+)\.so\.([\d.]+)$/.exec(file);
  const [, stem, version = ""] = numbered ?? /^(.+)-([^-]+)\.so$/.exec(file) ?? [];
  if (stem === undefined) return [];
  const parts = version.split(".");
  return parts.map((_, index) => `${stem} ${parts.slice(0, parts.length - index).join(".")}`);
}

/** The package that Debian policy (8.1) would have for a library: `libfoo2` for `libfoo.so.2`. */
function packageFor(file: string): string {
  const [stem = "", version = ""] = file.toLowerCase().replaceAll("_", "-").split(".so");
  const [major = ""] = version.slice(1).split(".");
  return `${stem}${/\d$/.test(stem) ? "-" : ""}${major}`;
}

function namedAfter(lists: readonly string[], file: string): readonly string[] {
  const wanted = packageFor(file);
  return lists.filter((list) => list.startsWith(wanted));
}

/** `libfoo2` before `libfoo-dev`, and both before `libbar1`, for `libfoo.so.2`. */
function likelyFirst(lists: readonly string[], file: string): readonly string[] {
  const wanted = packageFor(file);
  const shared = (name: string): number => {
    let length = 0;
    while (length < wanted.length && name.charCodeAt(length) === wanted.charCodeAt(length))
      length++;
    return length;
  };
  return lists
    .map((list) => ({ list, rank: shared(list) }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ list }) => list);
}

/** Version and architecture of an installed package: of that architecture where there are several. */
function dpkgPackage(
  status: string,
  name: string,
  wanted: string | undefined,
): { readonly version: string; readonly arch: string } | undefined {
  const start = `Package: ${name}\n`;
  for (let at = status.indexOf(start); at !== -1; at = status.indexOf(start, at + 1)) {
    if (at > 0 && status.charAt(at - 1) !== "\n") continue;
    const end = status.indexOf("\n\n", at);
    const paragraph = status.slice(at, end === -1 ? undefined : end);
    const version = /^Version: (.*)$/m.exec(paragraph)?.[1]?.trim();
    const arch = /^Architecture: (.*)$/m.exec(paragraph)?.[1]?.trim();
    if (version === undefined || arch === undefined) continue;
    if (wanted === undefined || wanted === arch) return { version, arch };
  }
  return undefined;
}

/** apk: `/lib/apk/db/installed`, one block for each package with `F:` folders and `R:` files. */
function readApk(root: RootFiles): ReadonlyMap<string, OwningPackage> {
  const owners = new Map<string, OwningPackage>();
  const text =
    readText(root, "/lib/apk/db/installed") ?? readText(root, "/usr/lib/apk/db/installed");
  if (text === undefined) return owners;
  const distribution = distributionOf(root);
  for (const block of text.split("\n\n")) {
    const lines = block.split("\n");
    const field = (letter: string): string | undefined =>
      lines.find((line) => line.startsWith(`${letter}:`))?.slice(2);
    const name = field("P");
    const version = field("V");
    if (name === undefined || version === undefined) continue;
    const owner: OwningPackage = {
      type: "apk",
      distribution,
      name,
      version,
      arch: field("A") ?? "",
    };
    let folder = "";
    for (const line of lines) {
      if (line.startsWith("F:")) folder = line.slice(2);
      else if (line.startsWith("R:")) owners.set(`/${folder}/${line.slice(2)}`, owner);
    }
  }
  return owners;
}

/** rpm: package headers as blobs in SQLite (since 4.16), in rpm's own format or a Berkeley DB hash. */
function readRpm(root: RootFiles): ReadonlyMap<string, OwningPackage> {
  const owners = new Map<string, OwningPackage>();
  const blobs = rpmBlobs(root);
  if (blobs === undefined) return owners;
  const distribution = distributionOf(root);
  for (const blob of blobs) {
    const header = parseRpmHeader(blob, (file) => file.includes(".so"));
    if (header === undefined) continue;
    const { name, version, arch, files } = header;
    const owner: OwningPackage = { type: "rpm", distribution, name, version, arch };
    for (const file of files) owners.set(file, owner);
  }
  return owners;
}

function rpmBlobs(root: RootFiles): Iterable<Uint8Array> | undefined {
  for (const folder of ["/var/lib/rpm", "/usr/lib/sysimage/rpm"]) {
    const sqlite = root.read(`${folder}/rpmdb.sqlite`);
    if (sqlite !== undefined) return readTableBlobs(sqlite, "Packages");
    const own = root.read(`${folder}/Packages.db`);
    if (own !== undefined) return readNdbBlobs(own);
    const hash = root.read(`${folder}/Packages`);
    if (hash !== undefined) return readHashValues(hash);
  }
  return undefined;
}

function readText(root: RootFiles, path: string): string | undefined {
  const bytes = root.read(path);
  return bytes === undefined ? undefined : decodeUtf8Lossy(bytes);
}

/**
 * `pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64`, as the package URL specification spells it
 * (ECMA-427, 5.6 and its types). `packageurl-js` does the same, but takes 10 ms to load.
 */
export function packageUrl({ type, distribution, name, version, arch }: OwningPackage): string {
  const space = encodeURIComponent(distribution.toLowerCase());
  const path = `${space}/${encodeURIComponent(type === "rpm" ? name : name.toLowerCase())}`;
  const spelled = encodeURIComponent(version).replaceAll("%3A", ":").replaceAll("%2B", "+");
  const query = arch === "" ? "" : `?${new URLSearchParams({ arch })}`.replaceAll("+", "%20");
  return `pkg:${type}/${path}${version === "" ? "" : `@${spelled}`}${query}`;
}
