/** Loads the program: one script, with what V8 compiled of it in earlier runs. */
import { isAscii } from "node:buffer";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { codeFolder, openCodeCache } from "./node/compiled-code.ts";
import type { run } from "./program.ts";

/** The program as `scripts/build.mjs` wraps it. */
type Program = (exports: object, require: NodeJS.Require, module: Module, url: string) => void;
interface Module {
  exports: { readonly run?: typeof run };
}

export interface ProgramFile {
  readonly bytes: Buffer;
  /** As stack traces name it. */
  readonly filename: string;
  /** For what it looks for beside itself. */
  readonly url: string;
  readonly require: NodeJS.Require;
  /** What this very V8 compiled of it when it was built; used where no run has kept more. */
  readonly compiled?: Buffer | undefined;
}

/** What went wrong needed little of the program: a misspelt command, a bug. */
const FAILED: readonly unknown[] = [2, 70];

/** @param first the command. */
export async function load(file: ProgramFile, first: string): Promise<void> {
  const { bytes, filename, url, require, compiled } = file;
  const command = /^[a-z]{1,16}$/.exec(first)?.[0];
  const cache = openCodeCache(bytes, command, codeFolder(process.env));
  const cachedData = cache.code ?? compiled;
  const script = new Script(bytes.toString(isAscii(bytes) ? "latin1" : "utf8"), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  // Until it is known that a wheel has no more members than any real one, garbage is looked for soon: V8
  // would let the heap grow fourfold before. V8 rejects code that was compiled with other flags, so this
  // comes after it.
  setFlagsFromString("--heap-growing-percent=20");

  const program: Program = script.runInThisContext();
  const loaded: Module = { exports: {} };
  program({}, require, loaded, url);
  await loaded.exports.run?.();

  if (FAILED.includes(process.exitCode)) return;
  // As V8 has it by default: the flags are kept with the code, and compared.
  setFlagsFromString("--heap-growing-percent=0");
  cache.keep(script);
}
