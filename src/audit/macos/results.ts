/** The `binaries` and `external` of a result: slices and graph in the words of the JSON. */
import { compareText } from "../../bytes.ts";
import type { MachoFile, MachoSlice } from "../../formats.ts";
import type { AppleSystem } from "../../policy/macos/exports.ts";
import type { SystemVersion } from "../../policy/macos/version.ts";
import { compareVersions } from "../../policy/macos/version.ts";
import type { DependencyGraph, Edge } from "../graph/graph.ts";
import type { NativeMember } from "../member.ts";
import { sliceKey } from "../member.ts";
import { dependencyResult, opaqueResult } from "../member-result.ts";
import { isPythonExtension } from "../python/module.ts";
import type {
  BinaryResult,
  DependencyPlace,
  ExternalLibrary,
  ResolvedDependency,
  SliceResult,
} from "../result.ts";
import type { MacosIdentity } from "./facts.ts";

/** One member; of another format only that. */
export function machoResult(
  member: NativeMember,
  graph: DependencyGraph<MachoSlice>,
  system: AppleSystem,
): BinaryResult {
  const { file, path, size } = member;
  if (file?.format !== "macho") return opaqueResult(member);
  const { slices, problems } = file;
  const [first] = slices;
  const described = slices.map((slice) => sliceResult(path, slice, slices.length, graph, system));
  const archs = slices.map(({ arch }) => arch);
  return {
    path,
    format: "macho",
    kind: first.kind,
    archs,
    id: first.id,
    dependencies: unionOf(described, archs),
    searchPaths: distinct(described.flatMap(({ searchPaths }) => searchPaths)),
    requires: requirements(file),
    pythonExtension: slices.some((slice) =>
      isPythonExtension({ key: path, path, size, slice, problems }),
    ),
    size,
    slices: described,
  };
}

function sliceResult(
  path: string,
  slice: MachoSlice,
  slices: number,
  graph: DependencyGraph<MachoSlice>,
  system: AppleSystem,
): SliceResult {
  const edges = graph.members.get(sliceKey(path, slice, slices))?.edges;
  const { arch, kind, id, platform, minos, sdk, signature, uuid } = slice;
  return {
    arch,
    kind,
    id,
    platform,
    minos: minos === null ? null : printVersion(minos),
    sdk: sdk === null ? null : printVersion(sdk),
    dependencies:
      edges === undefined
        ? slice.dependencies.map(({ name, how }) => ({ name, how, in: "external" as const }))
        : edges.map((edge) => dependencyResult(edge, placeOf(edge, graph, system))),
    searchPaths: slice.searchPaths.map(({ path: entry }) => ({ kind: "rpath", path: entry })),
    uuid,
    signature: {
      kind: signature.kind,
      identifier: signature.identifier,
      valid: signature.valid,
    },
  };
}

/** `11.0`, `12.3.1`. */
function printVersion({ major, minor, patch }: SystemVersion & { readonly patch: number }): string {
  return patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}

function placeOf({ target }: Edge, graph: DependencyGraph, system: AppleSystem): DependencyPlace {
  switch (target.kind) {
    case "wheel":
      return "wheel";
    case "excluded":
      return "excluded";
    case "system":
    case "loader":
      return "system";
    case "none":
      return graph.searchedHost ? "missing" : "external";
    case "libpython":
      return system === "ios" ? "system" : "external";
    case "host":
      return "external";
  }
}

/** In the order of the first slice that has each; `archs` where not all slices do. */
function unionOf(
  slices: readonly SliceResult[],
  archs: readonly string[],
): readonly ResolvedDependency[] {
  const found = new Map<string, { dependency: ResolvedDependency; archs: string[] }>();
  for (const { arch, dependencies } of slices) {
    for (const dependency of dependencies) {
      const { name, how, path } = dependency;
      const key = `${name}\0${how}\0${dependency.in}\0${path ?? ""}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { dependency, archs: [arch] });
      else if (!known.archs.includes(arch)) known.archs.push(arch);
    }
  }
  return [...found.values()].map(({ dependency, archs: of }) =>
    of.length === archs.length ? dependency : { ...dependency, archs: of },
  );
}

function distinct(
  paths: readonly { readonly kind: "rpath" | "runpath"; readonly path: string }[],
): BinaryResult["searchPaths"] {
  const seen = new Set<string>();
  return paths.filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** The highest minimum of each platform: `{"macos": "11.0"}`. */
function requirements({ slices }: MachoFile): Readonly<Record<string, string>> {
  const highest = new Map<string, SystemVersion & { readonly patch: number }>();
  for (const { targets } of slices) {
    for (const { platform, minos } of targets) {
      const known = highest.get(platform);
      if (known === undefined || compareVersions(minos, known) > 0) highest.set(platform, minos);
    }
  }
  return Object.fromEntries(
    [...highest]
      .sort(([a], [b]) => compareText(a, b))
      .map(([platform, version]) => [platform, printVersion(version)]),
  );
}

/** Libraries that are neither the system's nor in the wheel, directly needed or through others. */
export function externalResults(
  { considered, system }: Pick<MacosIdentity, "considered" | "system">,
  graph: DependencyGraph<MachoSlice>,
): readonly ExternalLibrary[] {
  const found = new Map<string, { neededBy: Set<string>; found: string | null }>();
  for (const { key, path } of considered) {
    const seen = new Set([key]);
    const queue = [key];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      const node = graph.members.get(at) ?? graph.host.get(at);
      for (const { name, target, how } of node?.edges ?? []) {
        if (target.kind === "host" || target.kind === "libpython" || target.kind === "none") {
          // An app for phones brings the framework of its Python.
          if (target.kind === "libpython" && system === "ios") continue;
          // What may be missing is no reason to graft anything.
          if (how === "weak" && target.kind === "none") continue;
          let entry = found.get(name);
          if (entry === undefined) {
            entry = { neededBy: new Set(), found: null };
            found.set(name, entry);
          }
          entry.neededBy.add(path);
          if (target.kind === "host") entry.found ??= target.path.replace(/^\/+/, "");
        }
        if (target.kind !== "host" || seen.has(target.key)) continue;
        seen.add(target.key);
        queue.push(target.key);
      }
    }
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, { neededBy, found: at }]) => ({
      name,
      neededBy: [...neededBy].sort(compareText),
      found: at,
    }));
}
