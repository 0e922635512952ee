/** What the commands that write wheels share: where results go, and what is said of the input. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import type { WheelSpec } from "../../support/wheel-builder.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const SPEC: WheelSpec = {
  files: {
    "demo/__init__.py": "def main(): pass\n",
    "demo/data.txt": "data ".repeat(200),
    "demo-1.0.data/scripts/tool": "#!python\n",
  },
};

function writeWheel(folder: string, spec: WheelSpec = SPEC): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  return path;
}

describe("edit --canonical", () => {
  it.each([["--post"], ["--local", "cu12"], ["--version", "2.0"], ["--add-requires", "numpy"]])(
    "goes with %s %s",
    async (...flags) => {
      const out = scratchFolder();
      const given = flags.filter((flag) => flag !== undefined);
      const path = writeWheel(scratchFolder());
      const run = await wheelkit("edit", ...given, "--canonical", "-w", out, path);
      expect([run.status, run.err]).toEqual([0, ""]);
      const audit = await wheelkit("audit", "--select", "ZIP,REC,NAM,DST", run.out.trim());
      expect([audit.status, audit.err]).toEqual([0, ""]);
    },
  );
});
