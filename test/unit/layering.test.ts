/** The direction of imports, and a core that needs no Node. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** From the bottom: a file imports from its own layer and from those above it in this list. */
const LAYERS: readonly (readonly string[])[] = [
  ["src/*.ts"],
  ["src/elf", "src/macho", "src/pe", "src/zip"],
  ["src/wheel"],
  ["src/policy"],
  ["src/audit"],
  ["src/edit", "src/repair", "src/shrink"],
  ["src/report"],
  ["src/node", "workers"],
  ["src/commands"],
  ["src/program.ts", "src/index.ts"],
  ["src/cli.ts"],
];
/** Neighbours in a layer stay apart, except these. */
const MAY_MEET = new Set([
  "src/node -> workers",
  "workers -> src/node",
  "src/repair -> src/edit",
  "src/shrink -> src/edit",
  "src/shrink -> src/repair",
]);
/** Plain JavaScript that runs anywhere, so the core may use it. */
const CORE_PACKAGES = new Set(["picomatch"]);
const CORE_TOP = LAYERS.findIndex((layer) => layer.includes("src/report"));

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = [...sources("src"), ...sources("workers")];
const imports = files.flatMap((file) => importsOf(file));

describe("imports", () => {
  it("are found at all", () => {
    expect(files).toContain("src/cli.ts");
    expect(imports).toContainEqual({ from: "src/program.ts", to: "src/commands/main.ts" });
  });

  it("run downwards only", () => {
    const upward = imports.filter(({ from, to }) => {
      if (!to.startsWith("src/") && !to.startsWith("workers/")) return false;
      const [above, below] = [partOf(from), partOf(to)];
      if (above === below) return false;
      if (rankOf(above) === rankOf(below)) return !MAY_MEET.has(`${above} -> ${below}`);
      return rankOf(above) < rankOf(below);
    });
    expect(upward).toEqual([]);
  });

  it("of the core reach neither Node nor packages that need it", () => {
    const foreign = imports.filter(
      ({ from, to }) => isCore(from) && !to.startsWith("src/") && !CORE_PACKAGES.has(to),
    );
    expect(foreign).toEqual([]);
  });

  it("spell out the file's extension", () => {
    const vague = imports.filter(({ to }) => to.startsWith("src/") && !/\.(ts|json)$/.test(to));
    expect(vague).toEqual([]);
  });
});

describe("the core", () => {
  it("names no global of Node", () => {
    const named = files.filter(isCore).flatMap((file) => {
      const code = withoutTexts(withoutComments(readFileSync(join(ROOT, file), "utf8")));
      const global =
        /\b(?:Buffer|process|__dirname|__filename|setImmediate|require)\b(?=[.(])/.exec(code);
      return global === null ? [] : [`${file}: ${global[0]}`];
    });
    expect(named).toEqual([]);
  });
});

function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort();
}

/** Static and dynamic imports and re-exports, types included: a type ties layers together too. */
function importsOf(file: string): readonly Import[] {
  const code = withoutComments(readFileSync(join(ROOT, file), "utf8"));
  const pattern =
    /^\s*(?:import|export)\s[^"'`;]*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  return [...code.matchAll(pattern)].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? "";
    const to = target.startsWith(".")
      ? relative(ROOT, resolve(ROOT, dirname(file), target)).replaceAll("\\", "/")
      : target;
    return { from: file, to };
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function withoutTexts(code: string): string {
  return code.replace(/"(?:[^"\\\n]|\\.)*"/g, '""').replace(/`[^`$]*`/g, "``");
}

/** The entry of {@link LAYERS} that a file belongs to. */
function partOf(file: string): string {
  const parts = LAYERS.flat();
  const exact = parts.find((part) => part === file || file.startsWith(`${part}/`));
  if (exact !== undefined) return exact;
  if (/^src\/[^/]+\.ts$/.test(file)) return "src/*.ts";
  throw new Error(`${file} is in no layer: add it to the table`);
}

function rankOf(part: string): number {
  return LAYERS.findIndex((layer) => layer.includes(part));
}

function isCore(file: string): boolean {
  return rankOf(partOf(file)) <= CORE_TOP;
}
