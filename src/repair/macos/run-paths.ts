/** Which LC_RPATHs a file of a repaired wheel keeps. */
import { parseInstallName } from "../../policy/macos/install-name.ts";
import { isSystemLibrary } from "../../policy/macos/system.ts";
import { installedPath, normalizePath, parentFolder } from "../../wheel/installed.ts";

export interface RunPathInput {
  /** In load command order. */
  readonly paths: readonly string[];
  /** Member path of the file. */
  readonly member: string;
  /** True when install names with `@rpath` remain, which something outside the wheel must satisfy. */
  readonly needed: boolean;
  /** A program finds `@executable_path` where it lies itself. */
  readonly isProgram: boolean;
  /** True for a folder in which the wheel has files, by its path in the virtual installation. */
  readonly isOwnFolder: (folder: string) => boolean;
}

/**
 * References within a repaired wheel are relative, so run paths matter only to what stays outside
 * and to `dlopen`. The builder's absolute folders are removed, and so are relative ones, which
 * depend on the working directory of the process. Paths into other packages come last: they must
 * not decide which copy of a library of this wheel is loaded.
 *
 * @returns without repetitions, which newer systems refuse.
 */
export function keptRunPaths(input: RunPathInput): readonly string[] {
  const { paths, member, needed, isProgram, isOwnFolder } = input;
  const origin = parentFolder(installedPath(member));
  const own: string[] = [];
  const foreign: string[] = [];
  for (const path of paths) {
    const parsed = parseInstallName(path);
    switch (parsed.kind) {
      case "loader": {
        const folder = normalizePath(`${origin}/${parsed.rest}`);
        if (folder === undefined) break;
        if (isOwnFolder(folder)) own.push(path);
        else if (needed) foreign.push(path);
        break;
      }
      case "executable":
        if (isProgram || needed) foreign.push(path);
        break;
      case "absolute":
        // `/usr/lib/swift`: the system's own, on every Mac.
        if (needed && isSystemLibrary(`${parsed.path}/`)) foreign.push(path);
        break;
      case "rpath":
      case "relative":
        break;
    }
  }
  return [...new Set([...own, ...foreign])];
}
