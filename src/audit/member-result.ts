/** Entries of a result that every platform writes the same way. */
import type { Slice } from "../binary.ts";
import type { Edge } from "./graph/graph.ts";
import type { NativeMember } from "./member.ts";
import type { BinaryResult, DependencyPlace, ResolvedDependency } from "./result.ts";

/** A native member of a format that the wheel's platform does not load: its needs are not resolved. */
export function opaqueResult({ path, format, size, file }: NativeMember): BinaryResult {
  const slices: readonly Slice[] = file?.slices ?? [];
  const [first] = slices;
  return {
    path,
    format,
    kind: first?.kind ?? "other",
    archs: slices.map(({ arch }) => arch),
    id: first?.id ?? null,
    dependencies: [],
    searchPaths: slices.flatMap(({ searchPaths }) =>
      searchPaths.map(({ kind, path: entry }) => ({ kind, path: entry })),
    ),
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
