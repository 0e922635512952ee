/**
 * Loading DLLs as Windows does, by wine: with the flags of CPython's import, and only the folders that
 * a test names. `fixtures/pe/src/load.c` is what runs there.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { peFixturePath } from "./pe-fixtures.ts";
import { cacheFolder, requireTool } from "./tools.ts";

/** `undefined`: skip the test. */
export const WINE: string | undefined = requireTool("wine");

/**
 * Folder of wine's own DLLs for 32-bit programs, which Debian's wine64 lacks; with them its WoW64 mode
 * runs such programs. `node scripts/setup-wine32.mjs` makes it; `undefined`: skip the test.
 */
export const WINE32: string | undefined =
  WINE !== undefined && existsSync(join(cacheFolder(), "wine32", "i386-windows", "ntdll.dll"))
    ? join(cacheFolder(), "wine32")
    : undefined;

/** A start of wine takes about a second; a first one ten. */
const TIMEOUT = 60_000;

export interface Load {
  /** The module, as a path of this system. */
  readonly file: string;
  /** Exported functions to call, with an argument as `name:4`. */
  readonly calls?: readonly string[];
  /** Folders that are added as `os.add_dll_directory` adds them. */
  readonly folders?: readonly string[];
  /** DLLs that are loaded by their path before. */
  readonly preload?: readonly string[];
  /** Loads it as Python before 3.8 does: with LOAD_WITH_ALTERED_SEARCH_PATH. */
  readonly old?: boolean;
  /** Of the module; 32 needs {@link WINE32}. */
  readonly bits?: 32 | 64;
}

/** `values` of the calls, or the loader's error number: 126 a DLL is not found, 127 a symbol is not, 193 no image. */
export interface Loaded {
  readonly error: number | null;
  readonly values: Readonly<Record<string, number>>;
  /** What the program printed, when it did not end by itself: a call without a target crashes. */
  readonly crash: string | null;
}

export function loadUnderWine(load: Load): Loaded {
  const { file, calls = [], folders = [], preload = [], old = false, bits = 64 } = load;
  const args = [
    ...folders.flatMap((folder) => ["-d", windowsPath(folder)]),
    ...preload.flatMap((path) => ["-p", windowsPath(path)]),
    ...(old ? ["-o"] : []),
    ...[windowsPath(file), ...calls],
  ];
  const { status, stdout } = runHarness(args, bits);
  const values: Record<string, number> = {};
  let error: number | null = null;
  for (const line of stdout.split(/\r?\n/)) {
    const value = /^(\w+) = (-?\d+)$/.exec(line);
    if (value !== null) values[value[1] ?? ""] = Number(value[2]);
    const failure = /^error (\d+)$/.exec(line);
    if (failure !== null) error = Number(failure[1]);
  }
  const ended = status === 0 || (status === 1 && error !== null);
  return { error, values, crash: ended ? null : stdout };
}

/** Those of the files that can be loaded at all, in one process. */
export function loadableUnderWine(files: readonly string[]): ReadonlySet<string> {
  // A final dot says that there is no extension: otherwise `.dll` is appended.
  const paths = files.map(
    (file) => `${windowsPath(file)}${basename(file).includes(".") ? "" : "."}`,
  );
  const { stdout } = runHarness(["-l", ...paths]);
  const numbers = stdout.split(/\r?\n/).filter((line) => /^\d+$/.test(line));
  return new Set(numbers.map((line) => files[Number(line)] ?? ""));
}

function windowsPath(path: string): string {
  return path.startsWith("/") ? `Z:${path.replaceAll("/", "\\")}` : path;
}

function runHarness(
  args: readonly string[],
  bits: 32 | 64 = 64,
): { status: number | null; stdout: string } {
  const { env, harness } = bits === 32 ? prepare32() : prepare();
  const { status, stdout } = spawnSync(WINE ?? "wine", [harness, ...args], {
    env,
    encoding: "utf8",
    timeout: TIMEOUT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { status, stdout };
}

let prepared: { readonly env: NodeJS.ProcessEnv; readonly harness: string } | undefined;

/** A prefix of our own, made once and kept; the harness in a folder of its own, which is searched too. */
function prepare(): NonNullable<typeof prepared> {
  if (prepared !== undefined) return prepared;
  const folder = join(cacheFolder(), "wine");
  const prefix = join(folder, "prefix");
  const env = {
    ...process.env,
    WINEPREFIX: prefix,
    WINEDEBUG: "-all",
    WINEARCH: "win64",
    // No window for crashes, no offer to install .NET or a browser.
    WINEDLLOVERRIDES: "winedbg.exe,mscoree,mshtml=",
  };
  mkdirSync(join(folder, "harness"), { recursive: true });
  const harness = join(folder, "harness", "load.exe");
  copyFileSync(peFixturePath("load"), harness);
  onceFor(join(folder, "lock"), join(folder, "ready"), () => {
    execFileSync(WINE ?? "wine", ["wineboot", "-i"], { env, stdio: "ignore", timeout: 180_000 });
  });
  prepared = { env, harness };
  return prepared;
}

let prepared32: typeof prepared;

/** Of each of wine's own DLLs the prefix needs a copy as well. */
function prepare32(): NonNullable<typeof prepared> {
  if (prepared32 !== undefined) return prepared32;
  if (WINE32 === undefined) throw new Error("no DLLs for 32-bit programs");
  const { env, harness } = prepare();
  const from = join(WINE32, "i386-windows");
  const to = join(env.WINEPREFIX ?? "", "drive_c", "windows", "syswow64");
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (!existsSync(join(to, name))) copyFileSync(join(from, name), join(to, name));
  }
  const program = join(dirname(harness), "load-x86.exe");
  copyFileSync(peFixturePath("load-x86"), program);
  prepared32 = { env: { ...env, WINEDLLPATH: WINE32 }, harness: program };
  return prepared32;
}

/** Runs `make` in one process of all that need it; the others wait for its mark. */
function onceFor(lock: string, ready: string, make: () => void): void {
  const begun = Date.now();
  while (!existsSync(ready)) {
    try {
      mkdirSync(lock);
    } catch {
      const left = Date.now() - begun > 240_000 || isStale(lock);
      if (left) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      continue;
    }
    try {
      make();
      writeFileSync(ready, "");
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

/** Whoever made it was killed. */
function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > 300_000;
  } catch {
    return false;
  }
}
