/** What a caller may say about the search for libraries, and about what counts. */
import type { HostFiles } from "./graph/host-files.ts";

export interface NativeOptions {
  /** Shell patterns of libraries to leave out, by name or by real path. */
  readonly exclude: readonly string[];
  /** `--ldpaths`: folders on the caller's file system. */
  readonly ldpaths: readonly string[];
  /** LD_LIBRARY_PATH; only looked at with `sysroot`. */
  readonly libraryPath: readonly string[];
  /** The caller's file system, for `ldpaths`. */
  readonly host?: HostFiles;
  /** The root whose loader configuration and default folders count; none: the host plays no part. */
  readonly sysroot?: HostFiles;
  /** Names to look for in `ldpaths` and `sysroot` although nobody needs them. */
  readonly include?: readonly string[];
  /** DYLD_LIBRARY_PATH and DYLD_FALLBACK_LIBRARY_PATH; only looked at with `sysroot`. */
  readonly dyldPath?: readonly string[];
  readonly dyldFallbackPath?: readonly string[];
  /** What `@executable_path` stands for in libraries: a folder below `sysroot`. */
  readonly executablePath?: string;
  /** False: declared instruction sets don't count (`--disable-isa-ext-check`). */
  readonly isaCheck: boolean;
}

export const DEFAULT_NATIVE_OPTIONS: NativeOptions = {
  exclude: [],
  ldpaths: [],
  libraryPath: [],
  isaCheck: true,
};
