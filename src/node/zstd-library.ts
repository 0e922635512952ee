/**
 * The compiled library inside the zstd package, which exports only functions that copy what they get
 * and give. In the bundles the package's file itself stands here: see `scripts/own-parts.mjs`.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What is used of the compiled library; sizes and addresses are bytes. */
export interface ZstdLibrary {
  /** All of its memory; another array when it grew. */
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (size: number) => number;
  readonly _free: (address: number) => void;
  readonly _ZSTD_compressBound: (size: number) => number;
  readonly _ZSTD_isError: (result: number) => number;
  readonly _ZSTD_compress: (
    to: number,
    room: number,
    from: number,
    size: number,
    level: number,
  ) => number;
  readonly _ZSTD_decompress: (to: number, room: number, from: number, size: number) => number;
}

const require = createRequire(import.meta.url);
const inside = join(dirname(require.resolve("@bokuweb/zstd-wasm")), "module.js");

const loaded: { readonly Module: ZstdLibrary } = require(inside);

export const Module: ZstdLibrary = loaded.Module;
