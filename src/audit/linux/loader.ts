/** The loaders of glibc, musl and Android, as the graph asks them. */

import type { Dependency } from "../../binary.ts";
import type { ElfSlice } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";
import { isLoader } from "../../policy/linux/table.ts";
import { isInstalled, parentFolder } from "../../wheel/installed.ts";
import type { Candidate, Loader, Located, Place } from "../graph/loader.ts";
import type { NativeOptions } from "../options.ts";
import type { ElfBinary } from "./binary.ts";
import type { Identity } from "./identify.ts";
import type { LinuxLoader } from "./loader-folders.ts";
import { systemFolders } from "./loader-folders.ts";
import { expandSearchPath } from "./search-path.ts";

/** glibc's subfolders for newer processors, newest first (`ld.so --list-diagnostics`). */
const HWCAPS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    x86_64: ["x86-64-v4", "x86-64-v3", "x86-64-v2"],
    ppc64le: ["power10", "power9"],
    s390x: ["z16", "z15", "z14", "z13"],
  }).map(([arch, names]) => [arch, names.map((name) => `/glibc-hwcaps/${name}`)]),
);

/** A step of the search that no loader takes: a dependency by path, looked for by its base name. */
const BY_BASE_NAME = "base-name";

/** CPython's library in all its builds: 3.13, free-threaded, debug, and the stable ABI's stub. */
const LIBPYTHON = /^libpython\d(\.\d+)?[a-z]*\.so(\.\d+)*$/;

export function isLibpython(name: string): boolean {
  return LIBPYTHON.test(name);
}

/** The one loader that a wheel's files are for. */
export function loaderOf({ family }: Identity): LinuxLoader {
  if (family === "musllinux") return "musl";
  return family === "android" ? "bionic" : "glibc";
}

/**
 * @param like any file of the wheel: the class decides between `lib` and `lib64`.
 * @param table what the policies of the wheel's family let the host provide.
 */
export function linuxLoader(
  kind: LinuxLoader,
  like: ElfBinary | undefined,
  table: PolicyTable | undefined,
  options: Pick<NativeOptions, "ldpaths" | "host" | "sysroot" | "libraryPath">,
): Loader<ElfSlice> {
  const { sysroot, libraryPath } = options;
  const system = systemPlaces(kind, like, options);
  const own = new Map<string, readonly Place[]>();

  const ownPlaces = (user: Located<ElfSlice>): readonly Place[] => {
    let places = own.get(user.installed);
    if (places === undefined) {
      places = expandOwn(user);
      own.set(user.installed, places);
    }
    return places;
  };

  /** The folders in an object's own DT_RPATH or DT_RUNPATH. */
  const expandOwn = ({ installed, slice, files }: Located<ElfSlice>): readonly Place[] => {
    const outside = files ?? sysroot;
    const places: Place[] = [];
    const seen = new Set<string>();
    // glibc ignores RPATH beside RUNPATH, musl takes RUNPATH for both, Android knows only RUNPATH.
    const hasRunpath = slice.searchPaths.some((each) => each.kind === "runpath");
    for (const { kind: tag, path: raw } of slice.searchPaths) {
      if (tag === "rpath" && (hasRunpath || kind === "bionic")) continue;
      for (const folder of expandSearchPath(raw, parentFolder(installed), slice, kind)) {
        // Loaders look into a folder once, however often it is named.
        if (seen.has(folder)) continue;
        seen.add(folder);
        if (isInstalled(folder) || outside === undefined) places.push({ via: tag, folder });
        else places.push({ via: tag, folder, files: outside });
      }
    }
    return places;
  };

  /** All places for an object's dependencies, in the loader's order. */
  const placesOf = (user: Located<ElfSlice>, inherited: readonly Place[]): readonly Place[] => {
    const mine = ownPlaces(user);
    const environment: Place[] =
      sysroot === undefined
        ? []
        : libraryPath.map((folder) => ({ via: "LD_LIBRARY_PATH", folder, files: sysroot }));
    const last = user.slice.noDefaultLibraries
      ? system.filter(({ via }) => via !== "default" && via !== "ld.so.conf")
      : system;
    if (kind !== "glibc") return [...environment, ...mine, ...inherited, ...last];
    const rpath = mine.filter(({ via }) => via === "rpath");
    const runpath = mine.filter(({ via }) => via === "runpath");
    const fromUsers = runpath.length > 0 ? [] : inherited;
    return [...rpath, ...fromUsers, ...environment, ...runpath, ...last];
  };

  const candidateAt = (place: Place, name: string, arch: string): Candidate => {
    const plain = `${place.folder}/${name}`;
    if (place.files === undefined) return { place, paths: [plain] };
    // The baseline's file first: which hwcaps folders count depends on the processor.
    const variants = kind === "glibc" ? (HWCAPS.get(arch) ?? []) : [];
    return { place, paths: [plain, ...variants.map((sub) => `${place.folder}${sub}/${name}`)] };
  };

  const hostProvides = (name: string): "always" | "sometimes" | "never" => {
    if (isLoader(name)) return "always";
    const position = table?.library(name);
    if (table === undefined || position === undefined || position === table.none) return "never";
    return position === 0 ? "always" : "sometimes";
  };

  let last: { user: ElfSlice; inherited: readonly Place[]; places: readonly Place[] } | undefined;
  return {
    format: "elf",
    slicesOf: (file) => (file.format === "elf" ? file.slices : []),
    ownPlaces,
    // glibc's DT_RPATH, either kind on musl, none on Android.
    passesOn: ({ via }) => kind !== "bionic" && (kind === "musl" || via === "rpath"),
    *candidates(user, { name }: Dependency, inherited) {
      if (name.includes("/")) {
        const direct = directPlace(user, name);
        if (direct !== undefined) yield candidateAt(direct, baseNameOf(name), user.slice.arch);
      }
      if (last?.user !== user.slice || last.inherited !== inherited) {
        last = { user: user.slice, inherited, places: placesOf(user, inherited) };
      }
      // No loader searches for a path; where a file of that name is, a repair can lead there.
      const bare = name.includes("/") ? baseNameOf(name) : undefined;
      for (const place of last.places) {
        const tried = bare === undefined ? place : { ...place, via: BY_BASE_NAME };
        yield candidateAt(tried, bare ?? name, user.slice.arch);
      }
    },
    *outside(name) {
      for (const place of system) yield { place, paths: [`${place.folder}/${name}`] };
    },
    compatible: isCompatible,
    given: (name) => (isLoader(name) ? "loader" : isLibpython(name) ? "python" : undefined),
    hostProvides,
    key: (name) => name,
    loadedNames: ({ path, slice }) => [
      ...new Set([baseNameOf(path), ...(slice.id === null ? [] : [slice.id])]),
    ],
    // Repairs drop such paths, and nobody else has the folders; nor, surely, a library that no policy allows.
    isOfBuild: ({ via }, name) =>
      ["rpath", "runpath", "path", BY_BASE_NAME].includes(via) || hostProvides(name) === "never",
    bareName: (name) => (name.includes("/") ? baseNameOf(name) : undefined),
    mayBeLoaded: (name) => !name.includes("/") && hostProvides(name) === "never",
  };

  /** A name with a slash is a path: the loader opens it as it stands. */
  function directPlace({ installed, slice }: Located<ElfSlice>, name: string): Place | undefined {
    const [file] = expandSearchPath(name, parentFolder(installed), slice, kind);
    if (file === undefined) return undefined;
    const place = { via: "path", folder: parentFolder(file) };
    return isInstalled(file) || sysroot === undefined ? place : { ...place, files: sysroot };
  }
}

/** Everything behind the object's own paths. */
function systemPlaces(
  kind: LinuxLoader,
  like: ElfBinary | undefined,
  { ldpaths, host, sysroot }: Pick<NativeOptions, "ldpaths" | "host" | "sysroot">,
): readonly Place[] {
  const places: Place[] = [];
  for (const folder of host === undefined ? [] : ldpaths) {
    if (host !== undefined) places.push({ via: "ldpaths", folder, files: host });
  }
  for (const place of sysroot === undefined
    ? []
    : systemFolders(sysroot, kind, like?.slice.bits ?? 64)) {
    if (sysroot !== undefined) places.push({ ...place, files: sysroot });
  }
  return places;
}

/** EI_OSABI values that glibc's loader takes for its own. */
const GNU_ABIS: readonly number[] = [0, 3];

/** Code in the file, class, byte order, machine, and an operating system ABI that the loader mixes. */
export function isCompatible(a: ElfSlice, b: ElfSlice): boolean {
  return (
    !b.hollow &&
    a.bits === b.bits &&
    a.littleEndian === b.littleEndian &&
    a.machine === b.machine &&
    (a.osAbi === b.osAbi || (GNU_ABIS.includes(a.osAbi) && GNU_ABIS.includes(b.osAbi)))
  );
}
