/** The part of a file system that the dependency graph may look at, given by the caller. */
import type { AnyNative } from "../../formats.ts";

/**
 * Files below a root. Paths are absolute, with `/`, as a program inside that root would write them;
 * links never lead out of it.
 */
export interface HostFiles {
  /** The real path of a regular file, links followed; `undefined` when there is none. */
  resolve(path: string): string | undefined;
  /** Names in a folder in code point order; empty when there is none. */
  list(path: string): readonly string[];
  /** `undefined` when there is no such text file or it is unreasonably large. */
  readText(path: string): string | undefined;
  /** Facts of a file that `resolve` gave; `undefined` when it is not a native file that can be read. */
  readNative(path: string): AnyNative | undefined;
  /** What the version resource of such a file says it is a part of; `undefined`: nothing. */
  productOf?(path: string): string | undefined;
}
