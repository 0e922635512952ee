/** The oldest system that each slice runs on, and why. */
import { compareText } from "../../bytes.ts";
import type { MachoSlice } from "../../formats.ts";
import type { AppleSystem } from "../../policy/macos/exports.ts";
import { introducedIn, libraryIntroducedIn, NEW_COMMANDS } from "../../policy/macos/exports.ts";
import { isSystemLibrary } from "../../policy/macos/system.ts";
import type { SystemVersion } from "../../policy/macos/version.ts";
import {
  ARM64_SIMULATOR_FLOOR,
  compareVersions,
  newerOf,
  printSystemVersion,
} from "../../policy/macos/version.ts";
import type { MachoBinary, MacosNeed } from "./facts.ts";

export function collectNeeds(
  binaries: readonly MachoBinary[],
  system: AppleSystem,
): readonly MacosNeed[] {
  return binaries.flatMap(({ path, slice }) => needsOf(path, slice, system));
}

/** @param path for the report; also of a file outside the wheel. */
export function needsOf(
  path: string,
  slice: MachoSlice,
  system: AppleSystem,
): readonly MacosNeed[] {
  const { arch } = slice;
  const needs: MacosNeed[] = [];
  const target = slice.targets.find(({ platform }) => isOf(platform, system));
  if (target !== undefined) {
    const { minos, at } = target;
    needs.push({ path, arch, version: plainVersion(minos), why: "minimum-system", at });
  }
  for (const { name, at } of slice.newCommands) {
    const version = NEW_COMMANDS[name]?.[system];
    if (version === undefined) continue;
    needs.push({ path, arch, version, why: "load-command", what: name, at });
  }
  needs.push(...symbolNeeds(path, slice, system), ...libraryNeeds(path, slice, system));
  if (target === undefined) return needs;
  // What the file's own minimum says already needs no second reason.
  const { minos } = target;
  return needs.filter(
    ({ why, version }) =>
      why === "minimum-system" || version === null || compareVersions(version, minos) > 0,
  );
}

function plainVersion({ major, minor }: SystemVersion): SystemVersion {
  return { major, minor };
}

function isOf(platform: string, system: AppleSystem): boolean {
  return system === "macos"
    ? platform === "macos"
    : platform === "ios" || platform === "iossimulator";
}

/** Strong imports: a weak one, or one of a library that is loaded weakly, may stay undefined. */
function symbolNeeds(path: string, slice: MachoSlice, system: AppleSystem): readonly MacosNeed[] {
  const { arch, dependencies, imports } = slice;
  const weak = new Set(dependencies.flatMap(({ how, name }) => (how === "weak" ? name : [])));
  const groups = new Map<string, { need: MacosNeed; symbols: Set<string> }>();
  for (const { name, library, lookup, weak: mayMiss } of imports) {
    if (lookup !== "library" || library === undefined || mayMiss || weak.has(library)) continue;
    const found = introducedIn(library, name, system);
    if (found === undefined) continue;
    const { since, what } = found;
    const key = `${library}\0${what}\0${since === null ? "" : printSystemVersion(since)}`;
    const group = groups.get(key);
    if (group !== undefined) {
      group.symbols.add(name);
      continue;
    }
    const at = dependencies.find((dependency) => dependency.name === library)?.at;
    const need: MacosNeed = {
      path,
      arch,
      version: since,
      why: "system-symbol",
      library,
      what,
      ...(at === undefined ? {} : { at }),
    };
    groups.set(key, { need, symbols: new Set([name]) });
  }
  return [...groups.values()].map(({ need, symbols }) => ({
    ...need,
    symbols: [...symbols].sort(compareText),
  }));
}

function libraryNeeds(path: string, slice: MachoSlice, system: AppleSystem): readonly MacosNeed[] {
  if (system !== "macos") return [];
  return slice.dependencies.flatMap(({ name, how, at }): readonly MacosNeed[] => {
    if (how === "weak" || !isSystemLibrary(name)) return [];
    const version = libraryIntroducedIn(name);
    if (version === undefined) return [];
    return [{ path, arch: slice.arch, version, why: "system-library", library: name, at }];
  });
}

/** What all slices of an architecture need together. */
export interface Minimum {
  readonly version: SystemVersion;
  /** The first of those that ask for it. */
  readonly need: MacosNeed | undefined;
}

/**
 * By architecture; needs that no known system fulfils are left out.
 *
 * @param binaries those whose needs are given: an architecture without needs runs everywhere.
 */
export function minimumsOf(
  binaries: readonly Pick<MachoBinary, "slice">[],
  needs: readonly MacosNeed[],
): ReadonlyMap<string, Minimum> {
  const minimums = new Map<string, Minimum>();
  for (const { slice } of binaries) {
    if (!minimums.has(slice.arch)) {
      minimums.set(slice.arch, { version: EVERYWHERE, need: undefined });
    }
  }
  for (const need of needs) {
    const { arch, version } = need;
    if (version === null) continue;
    const known = minimums.get(arch);
    if (known !== undefined && compareVersions(version, known.version) > 0) {
      minimums.set(arch, { version, need });
    }
  }
  return minimums;
}

/** What a file asks for that names no system. */
const EVERYWHERE: SystemVersion = { major: 10, minor: 0 };

/** What a simulator's tag promises code for arm64: older ones never existed. */
export function iosFloor(arch: string, platform: string, promised: SystemVersion): SystemVersion {
  return arch === "arm64" && platform === "iossimulator"
    ? newerOf(promised, ARM64_SIMULATOR_FLOOR)
    : promised;
}
