/** The examples of the library's documentation, as a user would run them. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel } from "../support/wheel-builder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEMO = "fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
const PURE = "demo-1.0-py3-none-any.whl";

/** What the examples find in their working directory. */
function workspace(): string {
  const folder = scratchFolder();
  for (const each of ["dist", "old", "new", "build/lib"]) {
    mkdirSync(join(folder, each), { recursive: true });
  }
  for (const tag of ["manylinux_2_17", "linux"]) {
    copyFileSync(join(ROOT, DEMO), join(folder, `dist/demo-1.0-cp312-cp312-${tag}_x86_64.whl`));
  }
  const library = join(ROOT, "fixtures/commands/libraries/libgreeting.so.1");
  copyFileSync(library, join(folder, "build/lib/libgreeting.so.1"));
  copyFileSync(library, join(folder, "build/libdemo.so"));
  const metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: numpy\n";
  const pure = (code: string): Uint8Array =>
    buildWheel({ tag: "py3-none-any", files: { "%/METADATA": metadata, "demo.py": code } });
  writeFileSync(join(folder, "dist", PURE), pure("1\n"));
  writeFileSync(join(folder, "old", PURE), pure("1\n"));
  writeFileSync(join(folder, "new", PURE), pure("2\n"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** The blocks of TypeScript in a text, comments' stars left out. */
function examplesOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), "utf8").replace(/^ \* ?/gm, "");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);
}

/** What an example in a comment takes for granted. */
function complete(code: string): string {
  if (code.includes("import ")) return code;
  const names = "auditWheel, createEngine, diffWheels, editWheel, repairWheel, showBinary";
  return `import { ${names} } from "wheelkit";\nconst engine = createEngine();\n${code}\nawait engine.close();\n`;
}

async function run(code: string, folder: string): Promise<string> {
  await build({
    stdin: { contents: complete(code), loader: "ts", resolveDir: ROOT },
    alias: { wheelkit: join(ROOT, "src/index.ts") },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    outfile: join(folder, "example.mjs"),
    logLevel: "silent",
  });
  return execFileSync(process.execPath, ["example.mjs"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** What each example prints, by the call that it shows. */
const PRINTS: readonly (readonly [call: string, printed: RegExp])[] = [
  ["auditWheel(", /^manylinux_2_17_x86_64|^linux_x86_64/],
  [
    "repairWheel(",
    /^wheelhouse\/demo-1\.0-cp312-cp312-manylinux[\s\S]*libgreeting-[0-9a-f]{8}\.so\.1/,
  ],
  ["editWheel(", /^demo-1\.0\.post1-py3-none-any\.whl[\s\S]*Requires-Dist[\s\S]*numpy<2\.3/],
  ["diffWheels(", /^false \[[\s\S]*'demo\.py'/],
  ["showBinary(", /^elf \[ 'x86_64' \]/],
];

const FILES = ["README.md", "docs/library.md", "src/index.ts", "src/node/library.ts"];
const examples = FILES.flatMap((file) => examplesOf(file).map((code) => [file, code] as const));

it.each(PRINTS)(
  "%s…) is shown, and does what it shows",
  { timeout: 60_000 },
  async (call, printed) => {
    const shown = examples.filter(([, code]) => code.includes(call));
    expect(shown.map(([file]) => file)).toContain("docs/library.md");
    for (const [, code] of shown) {
      const folder = workspace();
      expect(await run(code, folder)).toMatch(printed);
    }
  },
);

it("leaves no example untried", () => {
  const untried = examples.filter(([, code]) => !PRINTS.some(([call]) => code.includes(call)));
  expect(untried).toEqual([]);
});
