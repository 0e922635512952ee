/**
 * A few real wheels, built from their sdists against this machine's libraries and repaired: the
 * small part of `corpus/repair.mjs`, whose whole run is in `docs/repair.md`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const CLI = process.env.WHEELKIT_CLI ?? `${ROOT}dist/src/cli.cjs`;
const TOOLS = ["gcc", "g++", "strip", "readelf", "eu-elflint", "unzip", "unshare", "auditwheel"];
/** No mounts here, or a wheel could not be built. */
const NOT_READY = 3;

function ready(): boolean {
  const missing = TOOLS.map(requireTool).includes(undefined);
  if (process.env.CI && !existsSync(CLI)) throw new Error(`no ${CLI}: npm run build`);
  return existsSync(CLI) && !missing;
}

interface Row {
  readonly name: string;
  readonly wheelkit: {
    readonly failed: Readonly<Record<string, readonly string[]>>;
    readonly libraries: readonly object[];
    readonly numbers: { readonly loaded: number; readonly grown: number; readonly loads: number };
  };
}

describe("repaired wheels", () => {
  it.skipIf(!ready())(
    "work where their libraries are not, and pass every other check",
    (context) => {
      const json = join(scratchFolder(), "rows.json");
      const run = spawnSync(process.execPath, ["corpus/repair.mjs", "--small", "--json", json], {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, WHEELKIT_PYTHON: python(), WHEELKIT_CLI: CLI },
      });
      if (run.status === NOT_READY && !process.env.CI) context.skip(run.stdout + run.stderr);
      expect(run.status, run.stdout + run.stderr).toBe(0);
      const rows = JSON.parse(readFileSync(json, "utf8")) as readonly Row[];
      expect(rows).toHaveLength(4);
      for (const { name, wheelkit } of rows) {
        expect(wheelkit.failed, name).toEqual({});
        expect(wheelkit.libraries.length, name).toBeGreaterThan(0);
        expect(wheelkit.numbers.loaded, name).toBeGreaterThan(0);
      }
    },
    600_000,
  );
});
