/** Symbolic links, which Windows writes in its own way and lets only some users make. */
import { readlinkSync, symlinkSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { corePath, isWindows } from "./host-path.ts";
import { codeOf } from "./replace-file.ts";

/** @throws UsageError where Windows wants more rights. */
export function makeLink(text: string, place: string): void {
  try {
    symlinkSync(text, place);
  } catch (error) {
    if (codeOf(error) !== "EPERM" || !isWindows()) throw error;
    throw new UsageError(
      `Windows does not let this user make the symbolic link \`${place}\``,
      "turn on its developer mode, or run as an administrator",
    );
  }
}

/** Where a link leads, with `/`. */
export function linkText(place: string): string {
  return corePath(readlinkSync(place));
}
