/** The packed tarball: what is in it, that its types and exports are right, that it runs. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { VERSION } from "../../src/version.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WHEEL = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";

describe("the package", () => {
  let scratch = "";
  let tarball = "";
  let home = "";
  let files: readonly string[] = [];

  beforeAll(() => {
    if (!existsSync(join(ROOT, "dist/src/cli.cjs"))) throw new Error("run `npm run build` first");
    scratch = mkdtempSync(join(tmpdir(), "wheelkit-package-"));
    run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", scratch], ROOT);
    const [name] = readdirSync(scratch);
    tarball = join(scratch, name ?? "");
    files = run("tar", ["-tzf", tarball], ROOT).trim().split("\n").sort();
    home = join(scratch, "node_modules", "wheelkit");
    mkdirSync(home, { recursive: true });
    run("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"], ROOT);
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it("holds the code with all that it uses, its types and texts, and no test, fixture or source", () => {
    expect(packageJson).not.toHaveProperty("dependencies");
    expect(files).toContain("package/dist/src/cli.cjs");
    expect(files).toContain("package/dist/src/index.d.ts");
    const others = files.filter(
      (file) =>
        !/^package\/dist\/(?:src|workers)\/.*\.(?:c?js|d\.ts|json)$/.test(file) &&
        !/^package\/dist\/src\/(?:zstd\.wasm|libdeflate\.wasm|LICENSES\.txt)$/.test(file) &&
        !/^package\/(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|docs\/wheelkit\.1)$/.test(
          file,
        ),
    );
    expect(others).toEqual([]);
    expect(files.filter((file) => /\b(?:test|fixture|golden|corpus)/i.test(file))).toEqual([]);
  });

  it("passes publint without a remark", async () => {
    const { messages } = await publint({ pkgDir: home, strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  it("has types that resolve, as arethetypeswrong sees them", () => {
    const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const options = ["--no-definitely-typed", "--no-color", "--no-emoji", "--format", "ascii"];
    // Any problem is an exit status; .attw.json says that CommonJS gets at it by dynamic import.
    const report = run(process.execPath, [attw, tarball, ...options], ROOT);
    expect(report).toContain("node16 (from ESM): OK (ESM)");
    expect(report).toContain("bundler: OK");
  });

  it.each(["cli.cjs", "cli.js"])("runs as a command: %s", (name) => {
    const cli = join(home, "dist/src", name);
    expect(run(process.execPath, [cli, "--version"], scratch)).toMatch(
      new RegExp(`^wheelkit ${VERSION} \\(Node ${process.versions.node}, .*\\)\n$`),
    );
  });

  describe("the README's example", () => {
    it("runs and compiles", () => {
      const example = readmeBlock("ts");
      mkdirSync(join(scratch, "dist"), { recursive: true });
      copyFileSync(join(ROOT, "fixtures/wheels", WHEEL), join(scratch, "dist", WHEEL));
      writeFileSync(join(scratch, "example.mjs"), example);
      expect(run(process.execPath, ["example.mjs"], scratch)).toMatch(/^linux_x86_64 [0-9]+\n$/);
      writeFileSync(join(scratch, "example.mts"), example);
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023"];
      const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
      run(process.execPath, [tsc, ...options, ...types, "example.mts"], scratch);
    });
  });
});

/** The first code block of that language. */
function readmeBlock(language: string): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? "";
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
