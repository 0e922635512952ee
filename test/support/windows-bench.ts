/** Wheels for Windows, repaired by the command and loaded under wine as Python loads them. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Ran } from "./commands.ts";
import { wheelkit } from "./commands.ts";
import { unpack } from "./repair-workshop.ts";
import { python } from "./tools.ts";
import type { WheelSpec } from "./wheel-builder.ts";
import { buildWheel, wheelFileName } from "./wheel-builder.ts";
import type { Loaded } from "./wine.ts";
import { loadUnderWine } from "./wine.ts";

const RUN_INITS = join(import.meta.dirname, "run-inits.py");

export interface Repaired extends Ran {
  /** Path of the result; empty without one. */
  readonly wheel: string;
  /** Where it is unpacked. */
  readonly site: string;
}

export interface WindowsBench {
  /** A folder with these files, outside of any wheel. */
  folder(files: Readonly<Record<string, Uint8Array>>): string;
  wheel(spec: WheelSpec): string;
  repair(wheel: string, ...args: readonly string[]): Promise<Repaired>;
}

export function windowsBench(root: () => string): WindowsBench {
  let runs = 0;
  const fresh = (name: string): string => join(root(), `${name}-${runs++}`);
  return {
    folder(files) {
      const folder = fresh("outside");
      mkdirSync(folder);
      for (const [name, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
      return folder;
    },
    wheel(spec) {
      const folder = fresh("in");
      mkdirSync(folder, { recursive: true });
      const whole = { tag: "cp312-cp312-win_amd64", ...spec };
      const path = join(folder, wheelFileName(whole));
      writeFileSync(path, buildWheel(whole));
      return path;
    },
    async repair(wheel, ...args) {
      const out = fresh("out");
      const rooted = args.includes("--sysroot");
      const ran = await wheelkit(
        "repair",
        "--no-config",
        ...(rooted ? [] : ["--no-sys-paths"]),
        "-w",
        out,
        ...args,
        wheel,
      );
      const [name] = existsSync(out) ? readdirSync(out) : [];
      const path = name === undefined ? "" : join(out, name);
      return { ...ran, wheel: path, site: path === "" ? "" : unpack(path, fresh("site")) };
    },
  };
}

/** Imports a module of an unpacked wheel: its packages' code first, and then the module itself. */
export function importUnderWine(site: string, module: string, ...calls: readonly string[]): Loaded {
  return importWith(64, site, module, calls);
}

/** The same of a 32-bit module. */
export function importUnderWine32(
  site: string,
  module: string,
  ...calls: readonly string[]
): Loaded {
  return importWith(32, site, module, calls);
}

function importWith(bits: 32 | 64, site: string, module: string, calls: readonly string[]): Loaded {
  const parts = dirname(module).split("/");
  const packages = parts[0] === "." ? [] : parts.map((_, at) => parts.slice(0, at + 1).join("/"));
  const output = execFileSync(python(), [RUN_INITS, site, ...packages], { encoding: "utf8" });
  const told: { folders: string[]; preload: string[] } = JSON.parse(output);
  return loadUnderWine({ file: join(site, module), calls, bits, ...told });
}
