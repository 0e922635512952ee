/** The small part of the corpus: real wheels, judged by wheelkit, auditwheel and readelf. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { python, requireTool } from "../support/tools.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = `${ROOT}dist/src/cli.cjs`;
/** `corpus/run.mjs` could not fetch a wheel: no network. */
const NOT_FETCHED = 3;

function ready(): boolean {
  const tools = ["readelf", "unzip", "auditwheel"].map(requireTool);
  if (process.env.CI && !existsSync(CLI)) throw new Error(`no ${CLI}: npm run build`);
  return existsSync(CLI) && !tools.includes(undefined);
}

describe("corpus", () => {
  it.skipIf(!ready())("agrees with auditwheel and readelf on a few real wheels", (context) => {
    const run = spawnSync(process.execPath, ["corpus/run.mjs", "--small"], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, WHEELKIT_PYTHON: python() },
    });
    if (run.status === NOT_FETCHED && !process.env.CI) context.skip("a wheel could not be fetched");
    expect(run.stderr).toBe("");
    expect(run.stdout).toContain("0 unexplained");
    expect(run.status).toBe(0);
  });
});
