#!/usr/bin/env node
/** Loads the program, in one piece and with what V8 compiled of it in earlier runs. */
import { isAscii } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { codeFolder, openCodeCache } from "./node/compiled-code.ts";
import type { run } from "./program.ts";
import { VERSION } from "./version.ts";

/** The program as {@link ../scripts/build.mjs} wraps it. */
type Program = (exports: object, require: NodeJS.Require, module: Module, url: string) => void;
interface Module {
  exports: { readonly run?: typeof run };
}

/** What went wrong needed little of the program: a misspelt command, a bug. */
const FAILED: readonly unknown[] = [2, 70];

const [first = ""] = process.argv.slice(2);
// Scripts ask for it often, and it takes nothing of the program.
if (first === "--version") process.stdout.write(`wheelkit ${VERSION}\n`);
else await load();

async function load(): Promise<void> {
  const url = new URL("program.cjs", import.meta.url);
  const bytes = readFileSync(url);
  const command = /^[a-z]{1,16}$/.exec(first)?.[0];
  const cache = openCodeCache(bytes, command, codeFolder(process.env));
  const script = new Script(bytes.toString(isAscii(bytes) ? "latin1" : "utf8"), {
    filename: fileURLToPath(url),
    ...(cache.code === undefined ? {} : { cachedData: cache.code }),
  });
  // Until it is known that a wheel has no more members than any real one, garbage is looked for soon: V8
  // would let the heap grow fourfold before. V8 rejects code that was compiled with other flags, so this
  // comes after it.
  setFlagsFromString("--heap-growing-percent=20");

  const program: Program = script.runInThisContext();
  const loaded: Module = { exports: {} };
  program({}, createRequire(url), loaded, url.href);
  await loaded.exports.run?.();

  if (FAILED.includes(process.exitCode)) return;
  // As V8 has it by default: the flags are kept with the code, and compared.
  setFlagsFromString("--heap-growing-percent=0");
  cache.keep(script);
}
