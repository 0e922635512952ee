/** Which file a path names, whatever the spelling: links, and letters of either case on some hosts. */
import { existsSync, realpathSync } from "node:fs";
import { pathKey } from "./host-path.ts";

/** The path of an existing file without links, with the names as its folders have them. */
export function truePath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // Drives that lie in memory do not tell Windows where they are.
    return realpathSync(path);
  }
}

/** Whether `b` exists and is `a`. Two hard links of one file are two files. */
export function isSameFile(a: string, b: string): boolean {
  return existsSync(b) && pathKey(truePath(a)) === pathKey(truePath(b));
}
