/**
 * The dependency graph, as the loader of the wheel's platform would resolve it.
 *
 * Nothing is executed and, without places outside the wheel, nothing outside is looked at: the same
 * wheel gives the same graph on every host.
 */
import type { DependencyHow, Slice } from "../../binary.ts";
import type { FieldRef } from "../../errors.ts";
import type { SearchStep } from "../result.ts";
import type { HostFiles } from "./host-files.ts";

/**
 * Where one dependency is found. `wheel`: at `path` in the wheel; `host`: at `path` outside;
 * `loader`: the dynamic loader itself; `system`: the operating system's own; `libpython`: the
 * interpreter has it; `none`: not found, or not looked for when no place outside the wheel was given.
 */
export type Target =
  | {
      readonly kind: "wheel";
      readonly path: string;
      /** {@link GraphNode.key} of the slice that is loaded; so below. */
      readonly key: string;
    }
  | { readonly kind: "host"; readonly path: string; readonly key: string }
  | { readonly kind: "excluded" | "loader" | "system" | "libpython" | "none" };

export interface Edge {
  readonly name: string;
  readonly how: DependencyHow;
  readonly at: FieldRef;
  readonly target: Target;
  /** Where the loader looks, in order, and what it finds. */
  readonly trace: readonly SearchStep[];
}

/** One slice of one file. */
export interface GraphNode<S extends Slice = Slice> {
  /** The path; for a slice of a fat file with its architecture. See `binariesOf`. */
  readonly key: string;
  /** Member path, or the real path of a file outside. */
  readonly path: string;
  readonly slice: S;
  readonly edges: readonly Edge[];
  /** For a file outside: the root below which `path` is. */
  readonly files?: HostFiles;
}

export interface DependencyGraph<S extends Slice = Slice> {
  /** Every slice of every native member that the platform's loader could load, by key. */
  readonly members: ReadonlyMap<string, GraphNode<S>>;
  /** Files outside the wheel that were found and are not the host's to provide, by key. */
  readonly host: ReadonlyMap<string, GraphNode<S>>;
  /** Paths of members that need a member, by its path; sorted. */
  readonly users: ReadonlyMap<string, readonly string[]>;
  /** Keys of what the names of `include` were found as, by name: one for each architecture of the wheel. */
  readonly included: ReadonlyMap<string, readonly string[]>;
  /** True when places outside the wheel were searched. */
  readonly searchedHost: boolean;
  /** Patterns of libraries to leave out that left one out. */
  readonly excludedBy: ReadonlySet<string>;
}
