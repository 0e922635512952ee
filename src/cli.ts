#!/usr/bin/env node
/**
 * Loads the program, in one piece and with the code that V8 compiled when it was built: most of
 * the time of a small wheel is spent on loading and compiling.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/vm.html#scriptcreatecacheddata
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import type { run } from "./program.ts";

/** The program as {@link ../scripts/build.mjs} wraps it. */
type Program = (exports: object, require: NodeJS.Require, module: Module, url: string) => void;
interface Module {
  exports: { readonly run?: typeof run };
}

const url = new URL("program.cjs", import.meta.url);
const filename = fileURLToPath(url);
const cachedData = compiled();
const script = new Script(readFileSync(url, "utf8"), {
  filename,
  ...(cachedData === undefined ? {} : { cachedData }),
});
// Until it is known that a wheel has no more members than any real one, garbage is looked for soon: V8
// would let the heap grow fourfold before. V8 rejects code that was compiled with other flags, so this
// comes after it.
setFlagsFromString("--heap-growing-percent=20");

const program: Program = script.runInThisContext();
const loaded: Module = { exports: {} };
program({}, createRequire(url), loaded, url.href);
await loaded.exports.run?.();

/**
 * What this very build of V8 compiled; any other compiles anew. V8 itself would compare little more
 * than its version and flags, and run what a build for another processor has left.
 */
function compiled(): Buffer | undefined {
  const { platform, arch, versions } = process;
  try {
    return readFileSync(new URL(`program.${versions.v8}-${platform}-${arch}.v8`, import.meta.url));
  } catch {
    return undefined;
  }
}
