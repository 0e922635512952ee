/**
 * What the graph asks of a platform's dynamic loader: where it looks, what it takes. The engine in
 * `resolve.ts` keeps the limits, the trace, cycles, and what is loaded already.
 */
import type { BinaryFormat, Dependency, Slice } from "../../binary.ts";
import type { AnyNative } from "../../formats.ts";
import type { Binary } from "../member.ts";
import type { HostFiles } from "./host-files.ts";

/** A folder to look in. */
export interface Place {
  /** The rule that adds it, as a trace names it. */
  readonly via: string;
  /** Absolute: inside the virtual installation of `wheel/installed.ts`, or on the file system `files`. */
  readonly folder: string;
  /** `undefined`: inside the wheel, or a place that nobody can look into. */
  readonly files?: HostFiles;
}

/** A step of the search. */
export interface Candidate {
  readonly place: Place;
  /** Paths that count as one step: the first that can be loaded is taken. */
  readonly paths: readonly string[];
  /** The system has it there, whether or not it exists as a file. */
  readonly isSystem?: boolean;
}

/** A file with the place that it is loaded from. */
export interface Located<S extends Slice = Slice> {
  /** Member path, or real path on `files`. */
  readonly path: string;
  /** Where it lies once the wheel is installed; outside the wheel equal to `path`. */
  readonly installed: string;
  readonly slice: S;
  readonly files?: HostFiles;
}

export interface Loader<S extends Slice = Slice> {
  readonly format: BinaryFormat;
  /** The slices of a file outside; none when it is of another format. */
  slicesOf(file: AnyNative): readonly S[];
  /** Folders of the file's own search paths, as the loader expands them. */
  ownPlaces(user: Located<S>): readonly Place[];
  /** True for a place that libraries take over from whoever loads them. */
  passesOn(place: Place): boolean;
  /**
   * Files tried for one dependency, in order.
   *
   * @param inherited places that were passed on by whoever loads the user, nearest first.
   */
  candidates(
    user: Located<S>,
    dependency: Dependency,
    inherited: readonly Place[],
  ): Iterable<Candidate>;
  /** Files outside that are tried for a library that is opened at run time. */
  outside(name: string): Iterable<Candidate>;
  compatible(user: S, found: S): boolean;
  /** Never searched for. `python`: what the interpreter brings, unless the wheel has it. */
  given(name: string): "loader" | "system" | "python" | undefined;
  /** Whether the platform's promises let the host provide a library: all, some, or none of them. */
  hostProvides(name: string): "always" | "sometimes" | "never";
  /** Names that are equal by it mean one library: lower case on Windows. */
  key(name: string): string;
  /** Names by which a dependency finds a member that is loaded already. */
  loadedNames(binary: Binary<S>): readonly string[];
  /** True for a place outside that only the machine has which built the wheel. */
  isOfBuild?(place: Place, name: string): boolean;
  /** For a dependency by path that nothing is to be opened by: the name that is looked for instead. */
  bareName?(name: string): string | undefined;
  /** True for a dependency that a member of that name answers when it was loaded beforehand. */
  mayBeLoaded(name: string): boolean;
}
