/** How long the paths of modules and DLLs may be. */
import { isSitePath, sitePath } from "../../wheel/installed.ts";

/**
 * Characters below site-packages. LoadLibraryEx takes 259 in all, whatever the setting for long paths
 * says, and `C:\Users\NAME\AppData\Local\Programs\Python\Python312\Lib\site-packages\` has some 75.
 */
export const LONGEST_PATH = 160;

/** Characters of a member's path once it is installed, below site-packages where it lies there. */
export function pathLength(path: string): number {
  return (isSitePath(path) ? sitePath(path) : path).length;
}
