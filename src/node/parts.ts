/**
 * What the program needs besides its script: files beside it, or assets of the single executable.
 *
 * @see https://nodejs.org/docs/latest-v22.x/api/single-executable-applications.html
 */
import { readFileSync } from "node:fs";

export const WORKER = "worker.cjs";
export const ZSTD = "zstd.wasm";
export const LIBDEFLATE = "libdeflate.wasm";

/** Bytes of a part; those of an asset must not be written to. */
export function readPart(name: string): Uint8Array {
  const asset = executableAsset(name);
  return asset ?? readFileSync(partUrl(name));
}

/** Where a part lies; not in a single executable. */
export function partUrl(name: string): URL {
  return new URL(name, import.meta.url);
}

/** True in a single executable. */
export function isExecutable(): boolean {
  // Other runtimes know no `node:sea`.
  return process.getBuiltinModule?.("node:sea")?.isSea() === true;
}

/** An asset of the single executable; `undefined` where the program runs from files. */
export function executableAsset(name: string): Uint8Array | undefined {
  if (!isExecutable()) return undefined;
  const bytes = process.getBuiltinModule("node:sea").getRawAsset(name);
  return typeof bytes === "string" ? Buffer.from(bytes) : new Uint8Array(bytes);
}
