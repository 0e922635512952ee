/** Resolves the edges of a {@link DependencyGraph}, one search rule after the other. */

import { compareText } from "../../bytes.ts";
import type { ElfSlice } from "../../formats.ts";
import { isLoader } from "../../policy/linux/table.ts";
import type { WheelLayout } from "../../wheel/installed.ts";
import { isInstalled, parentFolder, wheelLayout } from "../../wheel/installed.ts";
import type { SearchFolder } from "../linux/loader-folders.ts";
import { matchesGlob, systemFolders } from "../linux/loader-folders.ts";
import { expandSearchPath } from "../linux/search-path.ts";
import type { ElfBinary } from "../member.ts";
import type { SearchStep } from "../result.ts";
import type { DependencyGraph, Edge, GraphNode, GraphOptions, Target } from "./graph.ts";
import type { HostFiles } from "./host-files.ts";
import {
  baseName,
  closure,
  isBySoname,
  isCompatible,
  isLibpython,
  parentOf,
  usersOf,
} from "./names.ts";

/** Inherited folders per file: no chain of real libraries comes near. */
const INHERITED_LIMIT = 64;
/** Looks into folders for all files together; beyond it only names are compared. */
const LOOK_LIMIT = 1_000_000;
/** Looks that found nothing and are kept for the traces of all files together. */
const TRACE_LIMIT = 100_000;
/** Steps through the graph for names that are already loaded; beyond it they count as not found. */
const LOADED_LIMIT = 4_000_000;
/** Files of one name that are looked at for one dependency. */
const NAMESAKES = 100;

/** glibc's subfolders for newer processors, newest first (`ld.so --list-diagnostics`). */
const HWCAPS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    x86_64: ["x86-64-v4", "x86-64-v3", "x86-64-v2"],
    ppc64le: ["power10", "power9"],
    s390x: ["z16", "z15", "z14", "z13"],
  }).map(([arch, names]) => [arch, names.map((name) => `/glibc-hwcaps/${name}`)]),
);

/** A place to look in, with what an object's own paths or its users' contribute. */
interface Place extends SearchFolder {
  /** `undefined`: inside the wheel. */
  readonly files?: HostFiles;
}

interface Hit {
  readonly target: Target;
  readonly slice: ElfSlice;
}

export class GraphResolver {
  readonly #elves: readonly ElfBinary[];
  readonly #options: GraphOptions;
  readonly #layout: WheelLayout;
  readonly #binaries: ReadonlyMap<string, ElfBinary>;
  readonly #sonames = new Map<string, ElfBinary[]>();
  readonly #ownPlaces = new Map<string, readonly Place[]>();
  readonly #hostElf = new Map<string, ElfSlice | undefined>();
  readonly #host = new Map<string, GraphNode>();
  readonly #queue: { path: string; slice: ElfSlice; files: HostFiles }[] = [];
  readonly #system: readonly Place[];
  #looks = 0;
  #traced = 0;

  constructor(elves: readonly ElfBinary[], members: ReadonlySet<string>, options: GraphOptions) {
    this.#elves = [...elves].sort((a, b) => compareText(a.path, b.path));
    this.#options = options;
    this.#layout = wheelLayout(members);
    this.#binaries = new Map(this.#elves.map((binary) => [binary.path, binary]));
    for (const binary of this.#elves) {
      const names = new Set([baseName(binary.path)]);
      if (binary.slice.id !== null) names.add(binary.slice.id);
      for (const name of names) {
        const same = this.#sonames.get(name);
        if (same === undefined) this.#sonames.set(name, [binary]);
        else same.push(binary);
      }
    }
    this.#system = this.#systemPlaces();
  }

  run(): DependencyGraph {
    const inherited = this.#inheritedPlaces();
    const members = new Map<string, GraphNode>();
    for (const { path, slice } of this.#elves) {
      const places = this.#placesOf(path, slice, undefined, inherited.get(path) ?? []);
      const edges = this.#resolve(path, slice, places);
      members.set(path, { path, slice, edges });
    }
    this.#adoptLoaded(members);
    const included = this.#findIncluded();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#host.has(next.path)) continue;
      const { path, slice, files } = next;
      // Reserved first, so that a cycle ends here.
      this.#host.set(path, { path, slice, edges: [], files });
      const edges = this.#resolve(path, slice, this.#placesOf(path, slice, files, []));
      this.#host.set(path, { path, slice, edges, files });
    }
    const { ldpaths, sysroot } = this.#options;
    return {
      members,
      host: new Map([...this.#host].sort(([a], [b]) => compareText(a, b))),
      users: usersOf(members),
      included,
      searchedHost: (ldpaths?.folders.length ?? 0) > 0 || sysroot !== undefined,
    };
  }

  /** Libraries that are opened at run time: found as one of the members would find them. */
  #findIncluded(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const [like] = this.#elves;
    for (const name of like === undefined ? [] : (this.#options.include ?? [])) {
      for (const place of this.#system) {
        const real = place.files?.resolve(`${place.folder}/${name}`);
        const slice = real && place.files && this.#readHost(place.files, real);
        if (!real || !slice || !place.files || !like || !isCompatible(like.slice, slice)) {
          continue;
        }
        found.set(name, real);
        if (!this.#host.has(real)) this.#queue.push({ path: real, slice, files: place.files });
        break;
      }
    }
    return found;
  }

  /** Everything behind the object's own paths. */
  #systemPlaces(): readonly Place[] {
    const { ldpaths, sysroot, loader } = this.#options;
    const places: Place[] = [];
    for (const folder of ldpaths?.folders ?? []) {
      if (ldpaths !== undefined) places.push({ via: "ldpaths", folder, files: ldpaths.files });
    }
    if (sysroot !== undefined) {
      const bits = this.#elves[0]?.slice.bits ?? 64;
      for (const place of systemFolders(sysroot, loader, bits)) {
        places.push({ ...place, files: sysroot });
      }
    }
    return places;
  }

  /** The folders in an object's own DT_RPATH or DT_RUNPATH. */
  #own(path: string, slice: ElfSlice, files: HostFiles | undefined): readonly Place[] {
    const known = this.#ownPlaces.get(path);
    if (known !== undefined) return known;
    const location = files === undefined ? this.#layout.installed(path) : path;
    const outside = files ?? this.#options.sysroot;
    const places: Place[] = [];
    const seen = new Set<string>();
    // glibc ignores RPATH beside RUNPATH, musl takes RUNPATH for both, Android knows only RUNPATH.
    const hasRunpath = slice.searchPaths.some(({ kind }) => kind === "runpath");
    for (const { kind, path: raw } of slice.searchPaths) {
      if (kind === "rpath" && (hasRunpath || this.#options.loader === "bionic")) continue;
      for (const folder of expandSearchPath(raw, parentFolder(location), slice, this.#options)) {
        // Loaders look into a folder once, however often it is named.
        if (seen.has(folder)) continue;
        seen.add(folder);
        if (isInstalled(folder) || outside === undefined) places.push({ via: kind, folder });
        else places.push({ via: kind, folder, files: outside });
      }
    }
    this.#ownPlaces.set(path, places);
    return places;
  }

  /** All places for an object's dependencies, in the loader's order. */
  #placesOf(
    path: string,
    slice: ElfSlice,
    files: HostFiles | undefined,
    inherited: readonly Place[],
  ): readonly Place[] {
    const { loader, sysroot, libraryPath = [] } = this.#options;
    const own = this.#own(path, slice, files);
    const environment: Place[] =
      sysroot === undefined
        ? []
        : libraryPath.map((folder) => ({ via: "LD_LIBRARY_PATH", folder, files: sysroot }));
    const system = slice.noDefaultLibraries
      ? this.#system.filter(({ via }) => via !== "default" && via !== "ld.so.conf")
      : this.#system;
    if (loader !== "glibc") return [...environment, ...own, ...inherited, ...system];
    const rpath = own.filter(({ via }) => via === "rpath");
    const runpath = own.filter(({ via }) => via === "runpath");
    const fromUsers = runpath.length > 0 ? [] : inherited;
    return [...rpath, ...fromUsers, ...environment, ...runpath, ...system];
  }

  /**
   * Paths that objects take over from those that load them: glibc's DT_RPATH, either kind on musl,
   * none on Android. Nearest users first; which users there are is judged by name alone.
   */
  #inheritedPlaces(): ReadonlyMap<string, readonly Place[]> {
    const inherited = new Map<string, Map<string, Place>>();
    const { loader } = this.#options;
    if (loader === "bionic") return new Map();
    const passes = ({ via }: Place): boolean => loader === "musl" || via === "rpath";
    const changed = new Set<string>();
    for (const { path, slice } of this.#elves) {
      if (this.#own(path, slice, undefined).some(passes)) changed.add(path);
    }
    const candidates = new Map<string, ReadonlySet<string>>();
    // Sets keep the order of insertion, so what is added while this runs has its turn later.
    for (const user of changed) {
      changed.delete(user);
      const binary = this.#binaries.get(user);
      if (binary === undefined) continue;
      const own = this.#own(user, binary.slice, undefined).filter(passes);
      const offered = [...own, ...(inherited.get(user)?.values() ?? [])];
      const loads = candidates.get(user) ?? this.#candidates(binary);
      candidates.set(user, loads);
      for (const path of loads) {
        let places = inherited.get(path);
        if (places === undefined) {
          places = new Map();
          inherited.set(path, places);
        }
        const before = places.size;
        for (const place of offered) {
          if (places.size >= INHERITED_LIMIT) break;
          if (!places.has(place.folder)) places.set(place.folder, place);
        }
        if (places.size > before) changed.add(path);
      }
    }
    return new Map([...inherited].map(([path, places]) => [path, [...places.values()]]));
  }

  /** Members that a file may load, judged by name alone. */
  #candidates({ path, slice }: ElfBinary): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { name } of slice.dependencies) {
      const namesakes = this.#sonames.get(baseName(name)) ?? [];
      for (const candidate of namesakes.slice(0, NAMESAKES)) {
        if (candidate.path !== path) found.add(candidate.path);
      }
    }
    return found;
  }

  #resolve(path: string, slice: ElfSlice, places: readonly Place[]): readonly Edge[] {
    return slice.dependencies.map(({ name, how, at }) => {
      const trace: SearchStep[] = [];
      const target = this.#find(path, name, slice, places, trace);
      return { name, how, at, target, trace };
    });
  }

  #find(
    path: string,
    name: string,
    slice: ElfSlice,
    places: readonly Place[],
    trace: SearchStep[],
  ): Target {
    const { exclude, hostProvides } = this.#options;
    if (exclude.some((pattern) => matchesGlob(name, pattern))) return { kind: "excluded" };
    if (isLoader(name)) return { kind: "loader" };
    const hit = name.includes("/")
      ? this.#direct(path, name, slice, trace)
      : this.#search(name, slice, places, trace);
    if (hit !== undefined) {
      const { target } = hit;
      if (target.kind !== "host") return target;
      if (exclude.some((pattern) => matchesGlob(target.path, pattern))) return { kind: "excluded" };
      if (isLibpython(name)) return { kind: "libpython" };
      return target;
    }
    if (isLibpython(name)) return { kind: "libpython" };
    if (name.includes("/") || hostProvides(name) !== "never") return { kind: "none" };
    return this.#bySoname(path, name, slice, trace) ?? { kind: "none" };
  }

  #search(
    name: string,
    slice: ElfSlice,
    places: readonly Place[],
    trace: SearchStep[],
  ): Hit | undefined {
    for (const place of places) {
      if (this.#looks >= LOOK_LIMIT) return undefined;
      this.#looks += 1;
      const { hit, found } = this.#look(place, name, slice);
      if (found !== "no" || this.#traced < TRACE_LIMIT) {
        this.#traced += 1;
        trace.push({ via: place.via, place: this.#layout.show(place.folder), found });
      }
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  /** A name with a slash is a path: the loader opens it as it stands. */
  #direct(path: string, name: string, slice: ElfSlice, trace: SearchStep[]): Hit | undefined {
    const origin = parentFolder(this.#layout.installed(path));
    const [file] = expandSearchPath(name, origin, slice, this.#options);
    if (file === undefined) return undefined;
    const { sysroot } = this.#options;
    const place: Place = {
      via: "path",
      folder: parentFolder(file),
      ...(isInstalled(file) || sysroot === undefined ? {} : { files: sysroot }),
    };
    const { hit, found } = this.#look(place, baseName(file), slice);
    trace.push({ via: place.via, place: this.#layout.show(place.folder), found });
    return hit;
  }

  #look(
    { folder, files }: Place,
    name: string,
    wanted: ElfSlice,
  ): { readonly hit?: Hit; readonly found: SearchStep["found"] } {
    const file = `${folder}/${name}`;
    if (isInstalled(folder)) {
      const member = this.#layout.member(file);
      if (member === undefined) return { found: "no" };
      const binary = this.#binaries.get(member);
      if (binary === undefined) return { found: "not-elf" };
      if (!isCompatible(wanted, binary.slice)) return { found: "incompatible" };
      return {
        hit: { target: { kind: "wheel", path: member }, slice: binary.slice },
        found: "yes",
      };
    }
    if (files === undefined) return { found: "no" };
    // The baseline's file first: which hwcaps folders count depends on the processor.
    let found: SearchStep["found"] = "no";
    for (const variant of ["", ...(HWCAPS.get(wanted.arch) ?? [])]) {
      const real = files.resolve(`${folder}${variant}/${name}`);
      if (real === undefined) continue;
      const slice = this.#readHost(files, real);
      if (slice === undefined) {
        found = "not-elf";
      } else if (!isCompatible(wanted, slice)) {
        found = "incompatible";
      } else {
        if (!isLibpython(name)) this.#visit(name, real, slice, files);
        return { hit: { target: { kind: "host", path: real }, slice }, found: "yes" };
      }
    }
    return { found };
  }

  #visit(name: string, path: string, slice: ElfSlice, files: HostFiles): void {
    const { exclude, hostProvides } = this.#options;
    if (hostProvides(name) === "always") return;
    if (exclude.some((pattern) => matchesGlob(path, pattern))) return;
    if (!this.#host.has(path)) this.#queue.push({ path, slice, files });
  }

  #readHost(files: HostFiles, path: string): ElfSlice | undefined {
    if (!this.#hostElf.has(path)) this.#hostElf.set(path, files.readElf(path));
    return this.#hostElf.get(path);
  }

  /** A library of the wheel that no path reaches: loaded beforehand, by ctypes or by its package. */
  #bySoname(path: string, name: string, wanted: ElfSlice, trace: SearchStep[]): Target | undefined {
    const candidates = (this.#sonames.get(name) ?? [])
      .slice(0, NAMESAKES)
      .filter((each) => each.path !== path && isCompatible(wanted, each.slice));
    const found = candidates.find(({ slice }) => slice.id === name) ?? candidates.find(() => true);
    if (found === undefined) return undefined;
    trace.push({ via: "soname-in-wheel", place: parentOf(found.path), found: "yes" });
    return { kind: "wheel", path: found.path };
  }

  /**
   * The loader gives a name that is already loaded without searching: what an ancestor, or a
   * neighbour that the ancestor loads, found by its own paths counts for its descendants too.
   */
  #adoptLoaded(members: Map<string, GraphNode>): void {
    const users = usersOf(members);
    let steps = 0;
    for (const node of members.values()) {
      if (!node.edges.some(isBySoname)) continue;
      const ancestors = closure(node.path, (path) => users.get(path) ?? []);
      if (steps > LOADED_LIMIT) return;
      const loaded = new Map<string, Target>();
      for (const ancestor of ancestors) {
        const { edges = [] } = members.get(ancestor) ?? {};
        steps += (users.get(ancestor)?.length ?? 0) + edges.length;
        if (steps > LOADED_LIMIT) break;
        for (const edge of edges) {
          remember(edge);
          if (edge.target.kind !== "wheel") continue;
          const further = members.get(edge.target.path)?.edges ?? [];
          steps += further.length;
          for (const each of further) remember(each);
        }
      }
      const edges = node.edges.map((edge): Edge => {
        const target = isBySoname(edge) ? loaded.get(edge.name) : undefined;
        if (target === undefined || target.kind !== "wheel") return edge;
        const steps = edge.trace.slice(0, -1);
        const place = parentOf(target.path);
        return { ...edge, target, trace: [...steps, { via: "loaded", place, found: "yes" }] };
      });
      members.set(node.path, { ...node, edges });

      function remember(edge: Edge): void {
        if (edge.target.kind === "wheel" && !isBySoname(edge) && !loaded.has(edge.name)) {
          loaded.set(edge.name, edge.target);
        }
      }
    }
  }
}
