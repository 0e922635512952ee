/** The list of DLLs beside them, for Pythons that can't add a folder to the search. */
import { compareText, encodeUtf8 } from "../../bytes.ts";

/** The file's name, as delvewheel's: freezers collect it. */
export function loadOrderName(distribution: string, version: string): string {
  return `.load-order-${distribution}-${version}`;
}

/**
 * True when a Python may come that needs the list: before 3.8 there is no `add_dll_directory`, and
 * conda's 3.8 and 3.9 had one without effect.
 *
 * @param minor oldest of Python 3 that the tags admit.
 */
export function needsLoadOrder(minor: number | undefined): boolean {
  return minor === undefined || minor < 10;
}

/** Sorted: each DLL is loaded so that its needs are looked for beside it, so the order means nothing. */
export function formatLoadOrder(names: Iterable<string>): Uint8Array {
  const lines = [...new Set(names)].sort(compareText);
  return encodeUtf8(lines.map((name) => `${name}\n`).join(""));
}
