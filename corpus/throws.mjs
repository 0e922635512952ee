/**
 * `node corpus/throws.mjs [--only a,b]`: C++ exceptions pass through libraries of published wheels, before
 * and after `wheelkit shrink`.
 *
 * Python code makes a library throw, and says what arrived; a preloaded stand-in for `__cxa_throw` counts
 * what each library throws (`throws.c`). DLLs are called by a small program under wine (`throws-pe.c`),
 * which prints what their own handlers print. What is seen must be the same before and after. The results
 * are kept for `node corpus/shrink.mjs --write`; exits with 1 when anything differs.
 *
 * Needs gcc, x86_64-w64-mingw32-gcc and wine. Wheels are fetched into the cache; `npm run build` comes first.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "./cache.mjs";
import { fetchWheel } from "./fetch.mjs";
import { findPython } from "./python.mjs";
import { installNeeds, nativeFiles, runScript, unzip } from "./shrink-checks.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const CLI = process.env.WHEELKIT_CLI ?? here("../dist/src/cli.cjs");
const LONGEST = 180_000;
/** `fails(call)` prints what a call throws, and stops the script where it throws nothing. */
const FAILS = `
def fails(call):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, str(error).strip().splitlines()[0])
    else:
        raise SystemExit("nothing was thrown")

`;

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const python = findPython();
const store = join(cacheFolder(), "shrink-throws.json");
const { wheels } = JSON.parse(readFileSync(here("throws.json"), "utf8"));
const known = existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : {};
for (const wheel of wheels) {
  if (!values.only.split(",").some((name) => wheel.file.startsWith(name))) continue;
  known[wheel.file] = await throwBoth(await fetchWheel(python, wheel), wheel);
  writeFileSync(store, JSON.stringify(known, undefined, 1));
  const { seen, changed } = known[wheel.file];
  console.log(wheel.file, JSON.stringify(known[wheel.file]));
  if (seen[0] !== seen[1] || changed.length === 0) process.exitCode = 1;
}

async function throwBoth(path, { options, code, needs, calls }) {
  const folder = mkdtempSync(join(cacheFolder(), "throws-"));
  try {
    const out = join(folder, "out");
    const command = [CLI, "shrink", "--no-config", ...options, "-w", out, path];
    execFileSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
    const [before, after] = [join(folder, "before"), join(folder, "after")];
    unzip(path, before);
    unzip(join(out, readdirSync(out)[0]), after);
    const seen = [before, after].map((each) =>
      code === undefined ? called(each, calls, folder) : thrown(each, code, needs, folder),
    );
    const changed = nativeFiles(before).filter(
      (file) => !readFileSync(join(before, file)).equals(readFileSync(join(after, file))),
    );
    return { options, seen, changed: changed.map((file) => basename(file)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What Python saw, and which libraries threw how often. */
function thrown(wheel, code, needs, folder) {
  const [preload, script] = [join(folder, "throws.so"), join(folder, "throws.py")];
  const runtime = ["-Wl,--no-as-needed", "-lstdc++"];
  execFileSync("gcc", ["-shared", "-fPIC", "-O1", here("throws.c"), "-o", preload, ...runtime]);
  writeFileSync(script, FAILS + code.join("\n"));
  const text = runScript(python, wheel, script, installNeeds(python, needs), preload);
  const lines = text.split("\n").filter((line) => !line.startsWith("stand-ins:"));
  return lines
    .map((line) => line.replace(/\S*\/(?=\S+\.so)/, ""))
    .join("\n")
    .trim();
}

/** What the functions of a DLL return for a text, and what they print. */
function called(wheel, { library, functions, text }, folder) {
  const program = join(folder, "throws-pe.exe");
  execFileSync("x86_64-w64-mingw32-gcc", ["-O1", here("throws-pe.c"), "-o", program]);
  const path = `Z:${join(wheel, library).replaceAll("/", "\\")}`;
  const env = {
    ...process.env,
    WINEPREFIX: join(cacheFolder(), "wine", "prefix"),
    WINEDEBUG: "-all",
    WINEARCH: "win64",
    WINEDLLOVERRIDES: "winedbg.exe,mscoree,mshtml=",
  };
  const command = ["-c", '"$@" 2>&1', "sh", "wine", program, path, text, ...functions];
  return execFileSync("sh", command, { encoding: "utf8", env, timeout: LONGEST })
    .replaceAll("\r", "")
    .trim();
}
