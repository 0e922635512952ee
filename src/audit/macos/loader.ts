/** dyld, as the graph asks it. */
import type { Dependency } from "../../binary.ts";
import type { MachoSlice } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { parseInstallName } from "../../policy/macos/install-name.ts";
import { isPythonLibrary, isSystemLibrary } from "../../policy/macos/system.ts";
import { isInstalled, normalizePath, parentFolder } from "../../wheel/installed.ts";
import type { HostFiles } from "../graph/host-files.ts";
import type { Candidate, Loader, Located, Place } from "../graph/loader.ts";
import type { NativeOptions } from "../options.ts";

type SearchOptions = Pick<
  NativeOptions,
  "ldpaths" | "host" | "sysroot" | "dyldPath" | "dyldFallbackPath" | "executablePath"
>;

export function dyld(options: SearchOptions): Loader<MachoSlice> {
  const { host, sysroot, ldpaths, dyldPath = [], dyldFallbackPath = [], executablePath } = options;
  const first = [
    ...placesIn(ldpaths, "ldpaths", host),
    ...placesIn(dyldPath, "DYLD_LIBRARY_PATH", sysroot),
  ];
  const last = placesIn(dyldFallbackPath, "DYLD_FALLBACK_LIBRARY_PATH", sysroot);

  /** Absolute, or `undefined` where nobody can say. */
  const folderOf = (
    { installed, slice }: Located<MachoSlice>,
    kind: "loader" | "executable",
  ): string | undefined => {
    if (kind === "loader" || slice.kind === "executable") return parentFolder(installed);
    return executablePath;
  };

  const placeAt = (user: Located<MachoSlice>, via: string, path: string): Place | undefined => {
    const folder = normalizePath(path);
    if (folder === undefined) return undefined;
    const files = user.files ?? sysroot;
    return isInstalled(folder) || files === undefined ? { via, folder } : { via, folder, files };
  };

  /** Of each file once, however many libraries it loads. */
  const expanded = new WeakMap<Located<MachoSlice>, readonly Place[]>();
  const ownPlaces = (user: Located<MachoSlice>): readonly Place[] => {
    const places = expanded.get(user) ?? expand(user);
    expanded.set(user, places);
    return places;
  };

  const expand = (user: Located<MachoSlice>): readonly Place[] =>
    user.slice.searchPaths.flatMap(({ path }): readonly Place[] => {
      const parsed = parseInstallName(path);
      if (parsed.kind === "rpath" || parsed.kind === "relative") return [];
      if (parsed.kind === "absolute") return asList(placeAt(user, "rpath", parsed.path));
      const folder = folderOf(user, parsed.kind);
      return folder === undefined ? [] : asList(placeAt(user, "rpath", `${folder}/${parsed.rest}`));
    });

  /** What the name itself says, in dyld's order: the folders, and the path in each of them. */
  const named = (
    user: Located<MachoSlice>,
    name: string,
    inherited: readonly Place[],
  ): { readonly places: Iterable<Place>; readonly rest: string } => {
    const parsed = parseInstallName(name);
    switch (parsed.kind) {
      case "rpath":
        return { places: inTurn(ownPlaces(user), inherited), rest: parsed.rest };
      case "loader":
      case "executable": {
        const folder = folderOf(user, parsed.kind);
        const via = parsed.kind === "loader" ? "@loader_path" : "@executable_path";
        return folder === undefined ? NOWHERE : direct(user, via, `${folder}/${parsed.rest}`);
      }
      case "absolute":
        return direct(user, "path", parsed.path);
      case "relative":
        // From the working directory of whoever loads it.
        return NOWHERE;
    }
  };

  const direct = (
    user: Located<MachoSlice>,
    via: string,
    path: string,
  ): { readonly places: readonly Place[]; readonly rest: string } => ({
    places: asList(placeAt(user, via, parentFolder(path))),
    rest: baseNameOf(path),
  });

  return {
    format: "macho",
    slicesOf: (file) => (file.format === "macho" ? file.slices : []),
    ownPlaces,
    passesOn: () => true,
    *candidates(user, { name }: Dependency, inherited) {
      // Each is made when it is asked for: a file may have a thousand folders and be found in the first.
      const { places, rest } = named(user, name, inherited);
      // What the wheel has is taken from there, whatever the builder's machine has besides.
      const elsewhere: Place[] = [];
      for (const place of places) {
        if (isInstalled(place.folder)) yield candidateAt(place, rest);
        else elsewhere.push(place);
      }
      for (const place of first) yield byLeaf(place, name);
      for (const place of elsewhere) yield candidateAt(place, rest);
      for (const place of last) yield byLeaf(place, name);
    },
    *outside(name) {
      for (const place of [...first, ...last]) yield byLeaf(place, name);
    },
    compatible: isCompatible,
    given(name) {
      if (isPythonLibrary(name)) return "python";
      return isSystemLibrary(name) ? "system" : undefined;
    },
    hostProvides: (name) => (isSystemLibrary(name) ? "always" : "never"),
    key: (name) => name,
    loadedNames: ({ path, slice }) => {
      const { id } = slice;
      return [...new Set([baseNameOf(path), ...(id === null ? [] : [id, baseNameOf(id)])])];
    },
    // dyld compares such a name with the install names of what is loaded already.
    mayBeLoaded: (name) => parseInstallName(name).kind === "rpath",
  };
}

function placesIn(
  folders: readonly string[],
  via: string,
  files: HostFiles | undefined,
): readonly Place[] {
  return files === undefined ? [] : folders.map((folder) => ({ via, folder, files }));
}

function candidateAt(place: Place, rest: string): Candidate {
  const path = `${place.folder}/${rest}`;
  return isSystemLibrary(path)
    ? { place, paths: [path], isSystem: true }
    : { place, paths: [path] };
}

const FRAMEWORK = /[^/]+\.framework\/.+$/;

/** Folders that are given are searched for the last part of the name; of a framework for all of it. */
function byLeaf(place: Place, name: string): Candidate {
  const framework = FRAMEWORK.exec(name)?.[0];
  const leaf = `${place.folder}/${baseNameOf(name)}`;
  return {
    place,
    paths: framework === undefined ? [leaf] : [`${place.folder}/${framework}`, leaf],
  };
}

const NOWHERE = { places: [], rest: "" };

function* inTurn<Item>(...lists: readonly (readonly Item[])[]): Iterable<Item> {
  for (const list of lists) yield* list;
}

function asList<Item>(item: Item | undefined): readonly Item[] {
  return item === undefined ? [] : [item];
}

/**
 * Same processor, same system. arm64e and x86_64h code may use plain code, never the other way
 * round: most processes can't load it.
 */
export function isCompatible(user: MachoSlice, found: MachoSlice): boolean {
  if (found.kind !== "shared" && found.kind !== "bundle") return false;
  const plain = user.arch === "arm64e" ? "arm64" : user.arch === "x86_64h" ? "x86_64" : user.arch;
  if (found.arch !== user.arch && found.arch !== plain) return false;
  if (user.targets.length === 0 || found.targets.length === 0) return true;
  return user.targets.some(({ platform }) =>
    found.targets.some((target) => target.platform === platform),
  );
}
