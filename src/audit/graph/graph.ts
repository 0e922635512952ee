/**
 * The dependency graph, as the loader of the wheel's platform would resolve it.
 *
 * Nothing is executed and, without `ldpaths` or `sysroot`, nothing outside the wheel is looked at:
 * the same wheel gives the same graph on every host.
 */
import type { DependencyHow } from "../../binary.ts";
import type { FieldRef } from "../../errors.ts";
import type { ElfSlice } from "../../formats.ts";
import type { Loader } from "../linux/loader-folders.ts";
import type { ElfBinary } from "../member.ts";
import type { SearchStep } from "../result.ts";
import type { HostFiles } from "./host-files.ts";
import { GraphResolver } from "./resolve.ts";

export type { Loader } from "../linux/loader-folders.ts";
export type { HostFiles } from "./host-files.ts";
export { isLibpython } from "./names.ts";

export interface GraphOptions {
  readonly loader: Loader;
  /** The policy data's name. */
  readonly arch: string;
  /** Shell patterns for names, or for real paths outside the wheel, that are left out. */
  readonly exclude: readonly string[];
  /** Folders searched before the system's own, on the caller's file system. */
  readonly ldpaths?: { readonly folders: readonly string[]; readonly files: HostFiles };
  /** LD_LIBRARY_PATH; only given together with `sysroot`. */
  readonly libraryPath?: readonly string[];
  /** The root whose loader configuration and default folders count. */
  readonly sysroot?: HostFiles;
  /** Names looked for in `ldpaths` and `sysroot` although nobody needs them. */
  readonly include?: readonly string[];
  /** Whether the policies let the host provide a library: under all, under some, under none. */
  hostProvides(name: string): "always" | "sometimes" | "never";
}

/**
 * Where one dependency is found. `wheel`: at `path` in the wheel; `host`: at `path` outside;
 * `loader`: the dynamic loader itself; `libpython`: the interpreter has it; `none`: not found, or
 * not looked for when no place outside the wheel was given.
 */
export type Target =
  | { readonly kind: "wheel"; readonly path: string }
  | { readonly kind: "host"; readonly path: string }
  | { readonly kind: "excluded" | "loader" | "libpython" | "none" };

export interface Edge {
  readonly name: string;
  readonly how: DependencyHow;
  readonly at: FieldRef;
  readonly target: Target;
  /** Where the loader looks, in order, and what it finds. */
  readonly trace: readonly SearchStep[];
}

export interface GraphNode {
  /** Member path, or the real path of a file outside. */
  readonly path: string;
  readonly slice: ElfSlice;
  readonly edges: readonly Edge[];
  /** For a file outside: the root below which `path` is. */
  readonly files?: HostFiles;
}

export interface DependencyGraph {
  /** Every ELF member, by path. */
  readonly members: ReadonlyMap<string, GraphNode>;
  /** Files outside the wheel that were found and are not the host's to provide, by real path. */
  readonly host: ReadonlyMap<string, GraphNode>;
  /** Members that need a member, sorted. */
  readonly users: ReadonlyMap<string, readonly string[]>;
  /** Where the names of `include` were found, by name. */
  readonly included: ReadonlyMap<string, string>;
  /** True when places outside the wheel were searched. */
  readonly searchedHost: boolean;
}

/** Resolves every dependency of `elves` and of what they pull in from outside. */
export function resolveGraph(
  elves: readonly ElfBinary[],
  members: ReadonlySet<string>,
  options: GraphOptions,
): DependencyGraph {
  return new GraphResolver(elves, members, options).run();
}
