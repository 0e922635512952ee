/**
 * The WebAssembly of libdeflate, out of the package that holds it as text. In the bundles it is a file
 * beside the program: see `scripts/own-parts.mjs`.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export function readLibdeflate(): Uint8Array {
  const { resolve } = createRequire(import.meta.url);
  const script = join(dirname(resolve("libdeflate")), "dist", "libdeflate.wasm.mjs");
  const [, text] =
    /data:application\/octet-stream;base64,([\w+/=]+)/.exec(readFileSync(script, "utf8")) ?? [];
  if (text === undefined) throw new TypeError(`${script} holds no WebAssembly`);
  return Buffer.from(text, "base64");
}
