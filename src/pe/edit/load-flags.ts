/** DependentLoadFlags: where the loader looks for the DLLs of this file, fixed by the linker's `/DEPENDENTLOADFLAG`. */
import { hex } from "../../problems.ts";
import { PeLoadConfig } from "../layout.ts";
import type { Draft } from "./draft.ts";

/** LOAD_LIBRARY_SEARCH_*: the file's own folder, folders that were added, and both with System32. */
const DLL_LOAD_DIR = 0x100;
const USER_DIRS = 0x400;
const DEFAULT_DIRS = 0x1000;

/**
 * True for flags with which the loader looks neither beside the file nor in added folders, whoever
 * loads it.
 */
export function hidesDlls(flags: number): boolean {
  if (flags === 0) return false;
  return (flags & DLL_LOAD_DIR) === 0 || (flags & (USER_DIRS | DEFAULT_DIRS)) === 0;
}

/**
 * A DLL with a new name lies in the wheel: flags that keep the loader from looking there are cleared,
 * and it looks where whoever loads the file wants it to.
 */
export function clearLoadFlags({ image, writes, notes }: Draft): void {
  const config = image.loadConfig();
  const flags = config?.DependentLoadFlags ?? 0;
  if (config === null || !hidesDlls(flags)) return;
  const { variant } = image.header.context;
  const at = config.at + PeLoadConfig.offsetOf(variant, "DependentLoadFlags");
  writes.put(at, new Uint8Array(2), "load configuration");
  notes.push(`DependentLoadFlags ${hex(flags)} cleared: they would hide DLLs of the wheel`);
}
