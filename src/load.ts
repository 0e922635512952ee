/** Loads the program: one script, with what V8 compiled of it in earlier runs. */
import { isAscii } from "node:buffer";
import { statSync } from "node:fs";
import { Script } from "node:vm";
import { codeFolder, openCodeCache } from "./node/compiled-code.ts";
import { needsLittle, setHeapGrowth } from "./node/heap-growth.ts";
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
export async function load(open: () => ProgramFile, first: string): Promise<void> {
  const begun =
    first === "audit"
      ? (await import("./node/early.ts")).beginEarly(process.argv.slice(3))
      : undefined;
  const { bytes, filename, url, require, compiled } = open();
  const command = /^[a-z]{1,16}$/.exec(first)?.[0];
  const cache = openCodeCache(bytes, command, codeFolder(process.env));
  const cachedData = cache.code ?? compiled;
  const script = new Script(bytes.toString(isAscii(bytes) ? "latin1" : "utf8"), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  // Until it is known that a wheel has no more members than any real one, garbage is looked for soon.
  // V8 rejects code that was compiled with other flags, so this comes after it.
  const large = process.argv.slice(3).some(mayBeLarge);
  if (large) setHeapGrowth(20);

  const program: Program = script.runInThisContext();
  const loaded: Module = { exports: {} };
  program({}, require, loaded, url);
  await loaded.exports.run?.(begun);

  if (FAILED.includes(process.exitCode)) return;
  // As V8 has it by default: the flags are kept with the code, and compared.
  if (large) setHeapGrowth(0);
  cache.keep(script);
}

/** Of an argument: a large file, or a folder or a list in which large files may be. */
function mayBeLarge(argument: string): boolean {
  if (argument === "-") return true;
  try {
    const stat = statSync(argument.replace(/^--[a-z-]+=/, ""), { throwIfNoEntry: false });
    return stat !== undefined && !(stat.isFile() && needsLittle(stat.size));
  } catch {
    return false;
  }
}
