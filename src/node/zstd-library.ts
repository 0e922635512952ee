/**
 * The compiled library inside the zstd package, which exports only functions that copy what they get
 * and give. In the bundles the package's file itself stands here: see `scripts/own-parts.mjs`.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ZstdLibrary } from "./zstd.ts";

const require = createRequire(import.meta.url);
const inside = join(dirname(require.resolve("@bokuweb/zstd-wasm")), "module.js");

const loaded: { readonly Module: ZstdLibrary } = require(inside);

export const Module: ZstdLibrary = loaded.Module;
