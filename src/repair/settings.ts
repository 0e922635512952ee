/** What a repair is asked for, the same for every platform. What a platform has no use for, it ignores. */

import type { PlatformName } from "../audit/platform.ts";
import { printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";

export interface RepairSettings {
  /** `auto` or a platform tag. */
  readonly plat: string;
  /** Gives the result no tag besides the one that is asked for. */
  readonly onlyPlat: boolean;
  /** False: the tags of the input stay, whatever is true. */
  readonly updateTags: boolean;
  /**
   * What the folder of grafted libraries is called after the distribution's name (`.libs`), or,
   * for macOS, inside the package (`.dylibs`). `undefined`: as the platform's tools call it.
   */
  readonly libSuffix: string | undefined;
  /** Shell patterns of libraries to leave out, by name or by real path. */
  readonly exclude: readonly string[];
  /** Names of libraries to graft although nobody asks for them. */
  readonly include: readonly string[];
  /** Names of libraries that are grafted although the platform lets the host provide them. */
  readonly bundle: readonly string[];
  /** True for a library that keeps its name when it is grafted. */
  readonly keepsName: (name: string) => boolean;
  /** Leaves out symbols and debug information that are not needed to run. */
  readonly strip: boolean;
  readonly clearExecstack: boolean;
  /** False: declared instruction sets don't count. */
  readonly isaCheck: boolean;
  /** Writes a bill of materials of what was grafted. */
  readonly sbom: boolean;
  /** Leaves a wheel with which nothing is wrong as it is, byte for byte. */
  readonly ifNeeded: boolean;
  /** A wheel without native code is copied without a warning. */
  readonly pureIsFine: boolean;
  /** Absolute folders on the caller's file system, searched before all others. */
  readonly ldpaths: readonly string[];
  /** Architectures that every file must have: `universal2`, `intel`, or a list with commas. */
  readonly requireArchs: string | undefined;
  /** The oldest macOS that the wheel must run on, as the user wrote it: `11.0`. */
  readonly macosTarget: string | undefined;
  /** A library that is found nowhere is told of, and its load command stays as it is. */
  readonly ignoresMissing: boolean;
  /** Removes run paths that lead out of the wheel. */
  readonly sanitizesRunPaths: boolean;
  /** What `@executable_path` stands for in libraries. */
  readonly executablePath: string | undefined;
  /** DYLD_LIBRARY_PATH and DYLD_FALLBACK_LIBRARY_PATH. */
  readonly dyldPath: readonly string[];
  readonly dyldFallbackPath: readonly string[];
  /** LD_LIBRARY_PATH; only with the caller's own system as the root. */
  readonly libraryPath: readonly string[];
  /** Options that only wheels of one platform have a use for, as they were given. */
  readonly asked: readonly { readonly flag: string; readonly platform: PlatformName }[];
  /**
   * Windows: DLLs in one folder that the packages' `__init__.py` adds, or copies of them beside the
   * modules.
   */
  readonly windowsLayout: "init" | "adjacent";
  /** Windows: dotted names of packages that other distributions fill too. */
  readonly namespaces: readonly string[];
  /**
   * Windows: which Python files get the code that adds the folder: each package's `__init__.py`, those
   * with a line `# delvewheel: patch`, none.
   */
  readonly patch: "init" | "custom" | "none";
  /** Windows: programs get the DLLs that they need as well. */
  readonly programs: boolean;
  /** Windows: what comes along with grafted DLLs. */
  readonly companions: { readonly symbols: boolean; readonly imports: boolean };
}

/**
 * The end of the name of a folder beside the packages.
 *
 * @throws UsageError for a path: only inside a package of a macOS wheel it may have several parts.
 */
export function folderSuffix({ libSuffix }: RepairSettings, usual: string): string {
  if (libSuffix?.includes("/") !== true) return libSuffix ?? usual;
  throw new UsageError(
    `\`${printable(libSuffix)}\` can't be the end of a folder's name`,
    `\`--lib-sdir\` is a suffix such as \`${usual}\``,
  );
}

export const DEFAULT_REPAIR_SETTINGS: RepairSettings = {
  plat: "auto",
  onlyPlat: false,
  updateTags: true,
  libSuffix: undefined,
  exclude: [],
  include: [],
  bundle: [],
  keepsName: () => false,
  strip: false,
  clearExecstack: false,
  isaCheck: true,
  sbom: true,
  ifNeeded: false,
  pureIsFine: false,
  ldpaths: [],
  requireArchs: undefined,
  macosTarget: undefined,
  ignoresMissing: false,
  sanitizesRunPaths: true,
  executablePath: undefined,
  dyldPath: [],
  dyldFallbackPath: [],
  libraryPath: [],
  asked: [],
  windowsLayout: "init",
  namespaces: [],
  patch: "init",
  programs: false,
  companions: { symbols: false, imports: false },
};
