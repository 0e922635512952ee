/** Resolves the edges of a {@link DependencyGraph}, one step of the loader after the other. */
import { addTo } from "../../add-to.ts";
import type { Dependency, Slice } from "../../binary.ts";
import { compareText } from "../../bytes.ts";
import { matchesGlob } from "../../glob.ts";
import { baseNameOf, folderOf } from "../../paths.ts";
import type { WheelLayout } from "../../wheel/installed.ts";
import { isInstalled, wheelLayout } from "../../wheel/installed.ts";
import type { Binary } from "../member.ts";
import { sliceKey } from "../member.ts";
import type { SearchStep } from "../result.ts";
import type { DependencyGraph, Edge, GraphNode, Target } from "./graph.ts";
import type { HostFiles } from "./host-files.ts";
import { adoptLoaded } from "./loaded.ts";
import type { Candidate, Loader, Located, Place } from "./loader.ts";
import { usersOf } from "./names.ts";

/** Inherited folders per file: no chain of real libraries comes near. */
const INHERITED_LIMIT = 64;
/** Looks into folders for all files together; beyond it only names are compared. */
const LOOK_LIMIT = 1_000_000;
/** Looks that found nothing and are kept for the traces of all files together. */
const TRACE_LIMIT = 100_000;
/** Files of one name that are looked at for one dependency. */
const NAMESAKES = 100;

export interface GraphOptions {
  /** Shell patterns for names, or for real paths outside the wheel, that are left out. */
  readonly exclude: readonly string[];
  /** Names looked for outside although nobody needs them. */
  readonly include?: readonly string[];
  /** True when places outside the wheel are searched. */
  readonly searchesHost: boolean;
}

/** A slice of a file outside the wheel. */
interface Outside<S extends Slice> extends Located<S> {
  readonly key: string;
  readonly files: HostFiles;
}

interface Hit<S extends Slice> {
  readonly target: Target;
  readonly slice: S;
  /** Found where only the machine has it that built the wheel: a member of that name is better. */
  readonly givesWay?: boolean;
}

/** Resolves every dependency of `linked` and of what it pulls in from outside. */
export function resolveGraph<S extends Slice>(
  linked: readonly Binary<S>[],
  paths: ReadonlySet<string>,
  loader: Loader<S>,
  { exclude, include = [], searchesHost }: GraphOptions,
): DependencyGraph<S> {
  const binaries = [...linked].sort((a, b) => compareText(a.key, b.key));
  const layout: WheelLayout = wheelLayout(paths);
  const slicesAt = new Map<string, Binary<S>[]>();
  const byName = new Map<string, Binary<S>[]>();
  for (const binary of binaries) {
    addTo(slicesAt, binary.path, binary);
    for (const name of loader.loadedNames(binary)) addTo(byName, loader.key(name), binary);
  }
  const outside = new Map<string, readonly S[]>();
  const host = new Map<string, GraphNode<S>>();
  const queue: Outside<S>[] = [];
  /** Places that a file outside takes over from its users, by its key and their folder. */
  const handedDown = new Map<string, Map<string, Place>>();
  const excludedBy = new Set<string>();
  const stepsAt = new Map<string, SearchStep[]>();
  const targets = new Map<Binary<S>, Target>();
  let looks = 0;
  let traced = 0;

  const members = new Map<string, GraphNode<S>>();
  const inherited = inheritedPlaces();
  for (const binary of binaries) {
    const { key, path, slice } = binary;
    const edges = resolve(located(binary), inherited.get(key) ?? []);
    members.set(key, { key, path, slice, edges });
  }
  adoptLoaded(members, loader.key);
  const included = findIncluded();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { key, path, slice, files } = next;
    // Reserved first, so that a cycle ends here.
    if (!host.has(key)) host.set(key, { key, path, slice, edges: [], files });
    const places = [...(handedDown.get(key)?.values() ?? [])];
    host.set(key, { key, path, slice, edges: resolve(next, places), files });
  }
  return {
    members,
    host: new Map([...host].sort(([a], [b]) => compareText(a, b))),
    users: usersOf(members),
    included,
    searchedHost: searchesHost,
    excludedBy,
  };

  function located({ path, slice }: Binary<S>): Located<S> {
    return { path, installed: layout.installed(path), slice };
  }

  /** Libraries that are opened at run time: found as one of the members would find them. */
  function findIncluded(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    const users = new Map<string, S>();
    for (const { slice } of binaries) if (!users.has(slice.arch)) users.set(slice.arch, slice);
    for (const name of include) {
      const hits = [...users.values()].flatMap((user) => includedFor(name, user) ?? []);
      if (hits.length === 0) continue;
      found.set(name, [...new Set(hits.map(({ key }) => key))]);
      for (const hit of hits) enqueue(hit, []);
    }
    return found;
  }

  function includedFor(name: string, user: S): Outside<S> | undefined {
    for (const candidate of loader.outside(name)) {
      const { hit } = lookOutside(candidate, user);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  /**
   * Places that libraries take over from those that load them, nearest users first; which users
   * there are is judged by name alone.
   */
  function inheritedPlaces(): ReadonlyMap<string, readonly Place[]> {
    const taken = new Map<string, Map<string, Place>>();
    const passedOn = new Map<string, readonly Place[]>();
    const byKey = new Map(binaries.map((binary) => [binary.key, binary]));
    for (const binary of binaries) {
      const own = loader.ownPlaces(located(binary)).filter((place) => loader.passesOn(place));
      if (own.length > 0) passedOn.set(binary.key, takeable(own));
    }
    const changed = new Set(passedOn.keys());
    const loads = new Map<string, ReadonlySet<string>>();
    // Sets keep the order of insertion, so what is added while this runs has its turn later.
    for (const user of changed) {
      changed.delete(user);
      const binary = byKey.get(user);
      if (binary === undefined) continue;
      const offered = [...(passedOn.get(user) ?? []), ...(taken.get(user)?.values() ?? [])];
      const may = loads.get(user) ?? mayLoad(binary);
      loads.set(user, may);
      for (const key of may) {
        let places = taken.get(key);
        if (places === undefined) {
          places = new Map();
          taken.set(key, places);
        }
        const before = places.size;
        for (const place of offered) {
          if (places.size >= INHERITED_LIMIT) break;
          if (!places.has(place.folder)) places.set(place.folder, place);
        }
        if (places.size > before) changed.add(key);
      }
    }
    return new Map([...taken].map(([key, places]) => [key, [...places.values()]]));
  }

  /** Members that a file may load, judged by name alone. */
  function mayLoad({ key, slice }: Binary<S>): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { name } of slice.dependencies) {
      const namesakes = byName.get(loader.key(baseNameOf(name))) ?? [];
      for (const candidate of namesakes.slice(0, NAMESAKES)) {
        if (candidate.key !== key) found.add(candidate.key);
      }
    }
    return found;
  }

  function resolve(user: Located<S>, places: readonly Place[]): readonly Edge[] {
    return user.slice.dependencies.map((dependency) => {
      const trace: SearchStep[] = [];
      const target = find(user, dependency, places, trace);
      const { name, how, at } = dependency;
      // What an array grew by takes room for sixteen steps, and most have one.
      return { name, how, at, target, trace: trace.slice() };
    });
  }

  function find(
    user: Located<S>,
    dependency: Dependency,
    places: readonly Place[],
    trace: SearchStep[],
  ): Target {
    const { name } = dependency;
    if (leftOut((pattern) => isNamed(pattern, name))) return { kind: "excluded" };
    const given = loader.given(name);
    if (given === "loader" || given === "system") return { kind: given };
    const hit = search(user, dependency, places, trace);
    if (hit?.givesWay === true) {
      const member = loadedBefore(user, name, trace);
      if (member !== undefined) return member;
    }
    if (hit !== undefined) {
      const { target } = hit;
      if (target.kind !== "host") return target;
      if (leftOutAt(target.path)) return { kind: "excluded" };
      return given === "python" ? { kind: "libpython" } : target;
    }
    if (given === "python") return { kind: "libpython" };
    return loadedBefore(user, name, trace) ?? NONE;
  }

  /** Asks every pattern, so that each that has an effect is known. */
  function leftOut(matches: (pattern: string) => boolean): boolean {
    const found = exclude.filter(matches);
    for (const pattern of found) excludedBy.add(pattern);
    return found.length > 0;
  }

  function leftOutAt(path: string): boolean {
    const key = loader.key(path);
    return leftOut(
      (pattern) => matchesGlob(path, pattern) || matchesGlob(key, loader.key(pattern)),
    );
  }

  /** As it stands, as the platform compares names, and without the folder that a name may begin with. */
  function isNamed(pattern: string, name: string): boolean {
    const key = loader.key(name);
    const wanted = loader.key(pattern);
    return (
      matchesGlob(name, pattern) ||
      matchesGlob(key, wanted) ||
      (!pattern.includes("/") && matchesGlob(baseNameOf(key), wanted))
    );
  }

  function search(
    user: Located<S>,
    dependency: Dependency,
    places: readonly Place[],
    trace: SearchStep[],
  ): Hit<S> | undefined {
    let ofBuild: Hit<S> | undefined;
    let steps = trace;
    const isOfBuild = (place: Place): boolean =>
      loader.isOfBuild?.(place, dependency.name) === true;
    for (const candidate of loader.candidates(user, dependency, places)) {
      if (looks >= LOOK_LIMIT) return ofBuild;
      // Where the wheel is used, only what is in it can take that file's place.
      if (ofBuild !== undefined && !isInstalled(candidate.place.folder)) continue;
      looks += 1;
      if (candidate.isSystem === true) return { target: { kind: "system" }, slice: user.slice };
      const { hit, found } = look(candidate, dependency.name, user, places);
      if (found !== "no" || traced < TRACE_LIMIT) {
        traced += 1;
        steps.push(stepAt(candidate.place, found));
      }
      if (hit === undefined) continue;
      if (hit.target.kind === "host" && isOfBuild(candidate.place)) {
        ofBuild = { ...hit, givesWay: true };
        steps = [];
        continue;
      }
      if (steps !== trace) trace.push(...steps);
      return hit;
    }
    return ofBuild;
  }

  function look(
    candidate: Candidate,
    name: string,
    user: Located<S>,
    places: readonly Place[],
  ): { readonly hit?: Hit<S>; readonly found: SearchStep["found"] } {
    const wanted = user.slice;
    if (!isInstalled(candidate.place.folder)) {
      const { hit, found } = lookOutside(candidate, wanted);
      if (hit === undefined) return { found };
      if (loader.given(name) !== "python") visit(name, hit, user, places);
      const { path, key, slice } = hit;
      return { hit: { target: { kind: "host", path, key }, slice }, found };
    }
    let found: SearchStep["found"] = "no";
    for (const file of candidate.paths) {
      const path = layout.member(file);
      if (path === undefined) continue;
      const slices = slicesAt.get(path);
      if (slices === undefined) {
        found = `not-${loader.format}`;
        continue;
      }
      const fit = slices.find(({ slice }) => loader.compatible(wanted, slice));
      if (fit === undefined) {
        found = "incompatible";
        continue;
      }
      return { hit: { target: inWheel(fit), slice: fit.slice }, found: "yes" };
    }
    return { found };
  }

  function lookOutside(
    { place: { files }, paths: tried }: Candidate,
    wanted: S,
  ): { readonly hit?: Outside<S>; readonly found: SearchStep["found"] } {
    let found: SearchStep["found"] = "no";
    if (files === undefined) return { found };
    for (const file of tried) {
      const path = files.resolve(file);
      if (path === undefined) continue;
      const slices = readOutside(files, path);
      const slice = slices.find((each) => loader.compatible(wanted, each));
      if (slice !== undefined) {
        const key = sliceKey(path, slice, slices.length);
        return { hit: { key, path, installed: path, slice, files }, found: "yes" };
      }
      found = slices.length === 0 ? `not-${loader.format}` : "incompatible";
    }
    return { found };
  }

  /** What the host does not provide under all policies is looked at further. */
  function visit(name: string, file: Outside<S>, user: Located<S>, places: readonly Place[]): void {
    if (loader.hostProvides(name) === "always") return;
    if (leftOutAt(file.path)) return;
    const own = loader.ownPlaces(user).filter((place) => loader.passesOn(place));
    enqueue(file, [...own, ...places]);
  }

  /** Again for a file that is known, when its users offer places that it did not have. */
  function enqueue(file: Outside<S>, offered: readonly Place[]): void {
    let known = handedDown.get(file.key);
    const isNew = known === undefined;
    if (known === undefined) {
      known = new Map();
      handedDown.set(file.key, known);
    }
    const before = known.size;
    for (const place of offered) {
      if (known.size >= INHERITED_LIMIT) break;
      if (!known.has(place.folder)) known.set(place.folder, place);
    }
    const misses = host.get(file.key)?.edges.some(({ target }) => target.kind === "none");
    if (isNew || (known.size > before && misses === true)) queue.push(file);
  }

  function readOutside(files: HostFiles, path: string): readonly S[] {
    let slices = outside.get(path);
    if (slices === undefined) {
      const file = files.readNative(path);
      slices = file === undefined ? [] : loader.slicesOf(file);
      outside.set(path, slices);
    }
    return slices;
  }

  /** A library of the wheel that no path reaches: loaded beforehand, by ctypes or by its package. */
  function loadedBefore(user: Located<S>, given: string, trace: SearchStep[]): Target | undefined {
    const bare = loader.bareName?.(given);
    const name = bare ?? given;
    if (!loader.mayBeLoaded(name)) return undefined;
    const wanted = loader.key(name);
    const candidates = (byName.get(wanted) ?? [])
      .slice(0, NAMESAKES)
      .filter((each) => each.path !== user.path && loader.compatible(user.slice, each.slice));
    const byId = candidates.filter(
      ({ slice }) => slice.id !== null && loader.key(slice.id) === wanted,
    );
    // Of copies under several names a search path leads to the one that the name asks for.
    const found =
      byId.find(({ path }) => loader.key(baseNameOf(path)) === wanted) ?? byId[0] ?? candidates[0];
    if (found === undefined) return undefined;
    const via = bare === undefined ? "soname-in-wheel" : "base-name";
    trace.push({ via, place: folderOf(found.path) || ".", found: "yes" });
    return inWheel(found);
  }

  /** One for all that look there and find the same: of a hundred thousand looks few differ. */
  function stepAt({ via, folder }: Place, found: SearchStep["found"]): SearchStep {
    const known = stepsAt.get(folder) ?? [];
    if (known.length === 0) stepsAt.set(folder, known);
    const same = known.find((step) => step.via === via && step.found === found);
    if (same !== undefined) return same;
    const step: SearchStep = { via, place: layout.show(folder), found };
    known.push(step);
    return step;
  }

  function inWheel(binary: Binary<S>): Target {
    const known = targets.get(binary);
    if (known !== undefined) return known;
    const { path, key } = binary;
    const target: Target = { kind: "wheel", path, key };
    targets.set(binary, target);
    return target;
  }
}

/** One for all that nothing is found for. */
const NONE: Target = { kind: "none" };

/** Those that can be taken over at most: of a thousand the rest need not be kept. */
function takeable(places: readonly Place[]): readonly Place[] {
  const first = new Map<string, Place>();
  for (const place of places) {
    if (first.size >= INHERITED_LIMIT) break;
    if (!first.has(place.folder)) first.set(place.folder, place);
  }
  return [...first.values()];
}
