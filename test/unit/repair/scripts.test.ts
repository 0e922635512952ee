import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { movedScript, parseScriptPath, scriptShim } from "../../../src/repair/scripts.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";

describe("parseScriptPath", () => {
  it.each([
    ["demo-1.0.data/scripts/tool", true],
    ["demo-1.0.data/scripts/sub/tool", false],
    ["demo-1.0.data/data/tool", false],
    ["x/demo-1.0.data/scripts/tool", false],
    ["demo-1.0.data/scripts/", false],
  ])("%s: %s", (path, is) => {
    expect(parseScriptPath(path) !== undefined).toBe(is);
  });
});

const python = requireTool("python3");

describe.skipIf(python === undefined)("scriptShim", () => {
  const run = (folders: readonly string[]): string => {
    const root = scratchFolder();
    const script = join(root, "bin/tool");
    mkdirSync(join(root, "bin"));
    const shim = new TextDecoder().decode(scriptShim("demo", "to'ol"));
    expect(shim.split("\n")[0]).toBe("#!python");
    expect(shim).not.toContain("\r");
    writeFileSync(script, shim);
    for (const folder of folders) {
      mkdirSync(join(root, folder, "demo.scripts"), { recursive: true });
      const program = `#!/bin/sh\nprintf '%s|' ${folder} "$@"\nexit 7\n`;
      writeFileSync(join(root, folder, movedScript("demo", "to'ol")), program, { mode: 0o755 });
    }
    const start = `import runpy, sys, sysconfig
sysconfig.get_path = lambda name: ${JSON.stringify(join(root, "platlib"))} if name == "platlib" else 1 / 0
sys.argv = [${JSON.stringify(script)}, "a b", "", "ü"]
runpy.run_path(${JSON.stringify(script)}, run_name="__main__")`;
    try {
      return execFileSync(python ?? "", ["-c", start], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        env: { PYTHONPATH: join(root, "user"), PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
      });
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return `${status} ${stdout}`;
    }
  };

  it("becomes the program below platlib, with its words and its status", () => {
    expect(run(["platlib", "user"])).toBe("7 platlib|a b||ü|");
  });

  it("finds the program of a user's installation", () => {
    expect(run(["user"])).toBe("7 user|a b||ü|");
  });

  it("fails when the program is gone", () => {
    expect(run([])).toMatch(/^1 /);
  });
});
