/**
 * The direction of imports, and a core that needs no Node.
 *
 * Besides the layers, five laws: a format is reached through its index, and only by `formats.ts`; the
 * platforms don't know each other; a room reaches its platforms through one table; no circles; what
 * verifies a change knows nothing of how it was made.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/formats.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** From the bottom: a file imports from its own layer and from those above it in this list. */
const LAYERS: readonly (readonly string[])[] = [
  ["src/*.ts"],
  [...Object.keys(FORMATS).map((name) => `src/${name}`), "src/zip", "src/device-code"],
  ["src/formats.ts"],
  ["src/wheel"],
  ["src/policy"],
  ["src/audit"],
  ["src/edit", "src/repair", "src/shrink"],
  ["src/report"],
  ["src/node", "workers"],
  ["src/commands"],
  ["src/program.ts", "src/index.ts"],
  ["src/load.ts"],
  ["src/start.ts"],
  ["src/cli.ts", "src/executable.ts"],
];
/** Neighbours in a layer stay apart, except these. */
const MAY_MEET = new Set([
  "src/node -> workers",
  "workers -> src/node",
  "src/repair -> src/edit",
  "src/shrink -> src/edit",
  "src/shrink -> src/repair",
]);
/** Plain JavaScript that runs anywhere, so the core may use it; `sarif` is types only. */
const CORE_PACKAGES = new Set([
  "sarif",
  "d3-hierarchy",
  "picomatch",
  "spdx-license-ids/deprecated.json",
  "spdx-license-ids/index.json",
]);
const CORE_TOP = LAYERS.findIndex((layer) => layer.includes("src/report"));

const FORMAT_FOLDER = new RegExp(`^src/(${Object.keys(FORMATS).join("|")})/`);
const PLATFORM_FOLDER = /^src\/(?:.+\/)?(linux|macos|windows)\//;
const FUSE_FOLDER = /^src\/repair\/fuse\//;
/** Files that name all platforms of their room: its table, and the model that holds the facts of each. */
const PLATFORM_TABLE = /^src\/(?:[^/]+\/)+(?:index|platforms|interest|model)\.ts$/;

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

  it("reach a format through its index, and only from `formats.ts`", () => {
    const inside = imports.filter(({ from, to }) => {
      const format = FORMAT_FOLDER.exec(to)?.[1];
      if (format === undefined || FORMAT_FOLDER.exec(from)?.[1] === format) return false;
      return from !== "src/formats.ts" || to !== `src/${format}/index.ts`;
    });
    expect(inside).toEqual([]);
  });

  it("never lead from one platform to another", () => {
    const crossing = imports.filter(({ from, to }) => {
      const [here, there] = [platformOf(from), platformOf(to)];
      return here !== undefined && there !== undefined && here !== there;
    });
    expect(crossing).toEqual([]);
  });

  it("lead into a platform's folder only from the table of a room, or from the platform itself", () => {
    const around = imports.filter(
      ({ from, to }) =>
        platformOf(to) !== undefined &&
        // What fuses wheels is a room of its own, which commands enter.
        !FUSE_FOLDER.test(to) &&
        platformOf(from) === undefined &&
        !PLATFORM_TABLE.test(from),
    );
    expect(around).toEqual([]);
  });

  it("form no circle", () => {
    expect(circles()).toEqual([]);
  });

  it("of what verifies a change leave out what makes it", () => {
    const told = imports.filter(
      ({ from, to }) => /\/verify\//.test(from) && /\/(edit|strip)\//.test(to),
    );
    expect(told).toEqual([]);
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

describe("what only one format or platform knows", () => {
  const inside = (allowed: RegExp, pattern: RegExp): readonly string[] =>
    files.filter(
      (file) => !allowed.test(file) && pattern.test(readFileSync(join(ROOT, file), "utf8")),
    );
  const everywhere = "formats\\.ts|audit/model\\.ts|policy/";

  it.each([
    ["elf", "linux", /\b(?:ElfSlice|LinuxFacts|LinuxFamily|PolicyTable)\b/],
    ["macho", "macos", /\b(?:MachoSlice|MacosFacts)\b/],
    ["pe", "windows", /\b(?:PeSlice|WindowsFacts)\b/],
  ])("stays in src/%s and the rooms called %s", (format, platform, pattern) => {
    const rooms = `${format}/|(?:.+/)?${platform}/`;
    const shared = platform === "macos" ? "|repair/fuse/" : "";
    expect(inside(new RegExp(`^src/(?:${rooms}|${everywhere}${shared})`), pattern)).toEqual([]);
  });

  it("is not read out of a tag's text", () => {
    const pattern = /(?:startsWith|slice)\("(?:linux|android|macosx|win)_/;
    expect(inside(/^src\/wheel\/platform-tag\.ts$/, pattern)).toEqual([]);
  });

  it("leaves Node's folder nothing to decide about repairs but where libraries are looked for", () => {
    expect(files.filter((file) => /^src\/node\/.*repair/.test(file))).toEqual([
      "src/node/repair-roots.ts",
    ]);
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

function platformOf(file: string): string | undefined {
  // Only macOS has files for several processors.
  if (FUSE_FOLDER.test(file)) return "macos";
  return PLATFORM_FOLDER.exec(file)?.[1];
}

/** Files that import each other, however long the way round (Tarjan's strongly connected components). */
function circles(): readonly (readonly string[])[] {
  const targets = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { from, to } of imports) if (targets.has(to)) targets.get(from)?.push(to);
  const order = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const found: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    let lowest = index;
    stack.push(file);
    open.add(file);
    for (const to of targets.get(file) ?? []) {
      if (!order.has(to)) lowest = Math.min(lowest, visit(to));
      else if (open.has(to)) lowest = Math.min(lowest, order.get(to) ?? 0);
    }
    if (lowest === index) {
      const members = stack.splice(stack.indexOf(file));
      for (const member of members) open.delete(member);
      if (members.length > 1) found.push(members.sort());
    }
    return lowest;
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found.sort();
}

function rankOf(part: string): number {
  return LAYERS.findIndex((layer) => layer.includes(part));
}

function isCore(file: string): boolean {
  return rankOf(partOf(file)) <= CORE_TOP;
}
