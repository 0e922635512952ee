/** Entries of a result that every platform writes the same way. */
import type { Edge } from "./graph/graph.ts";
import type { NativeMember } from "./member.ts";
import type { BinaryResult, DependencyPlace, ResolvedDependency } from "./result.ts";

/** A native member of a format that the wheel's platform does not load. */
export function opaqueResult({ path, format, size }: NativeMember): BinaryResult {
  return {
    path,
    format,
    kind: "other",
    archs: [],
    id: null,
    dependencies: [],
    searchPaths: [],
    requires: {},
    pythonExtension: false,
    size,
  };
}

export function dependencyResult(
  { name, how, target, trace }: Edge,
  place: DependencyPlace,
): ResolvedDependency {
  return {
    name,
    how,
    in: place,
    ...(target.kind === "wheel" ? { path: target.path } : {}),
    trace,
  };
}
