/** Repaired Windows wheels, loaded under wine with the flags of CPython's import. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readWheel, wheelkit } from "../support/commands.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { requireTool } from "../support/tools.ts";
import { importUnderWine, importUnderWine32, windowsBench } from "../support/windows-bench.ts";
import { structureCheck } from "../support/windows-structure.ts";
import { loadUnderWine, WINE, WINE32 } from "../support/wine.ts";

const root = mkdtempSync(join(tmpdir(), "wheelkit-windows-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { folder, wheel, repair } = windowsBench(() => root);
const hasTools = WINE !== undefined && requireTool("unzip") !== undefined;

const hasReaders =
  hasTools && ["llvm-readobj", "osslsigncode"].every((tool) => requireTool(tool) !== undefined);

const LIBRARY = peFixture("library-x86_64");
const PYD = "demo/_x.cp312-win_amd64.pyd";

interface Case {
  readonly name: string;
  /** PE members by path, fixtures by name; the module is called. */
  readonly members: Readonly<Record<string, string>>;
  /** Outside, by file name. */
  readonly outside?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly module?: string;
  /** Function, and what it gives. */
  readonly call?: readonly [name: string, value: number];
  /** Loads before the repair too: everything is there, or wine does not need it. */
  readonly loadsBefore?: true;
}

const B = { "b.dll": "library-x86_64" };

function simple(fixture: string): Case {
  return { name: fixture, members: { [PYD]: fixture }, outside: B };
}

const CASES: readonly Case[] = [
  ...[
    "module-x86_64",
    "mingw-module",
    "mingw-unstripped",
    "mingw-crt",
    "signed",
    "signed-overlay",
    "signed-sha1",
    "bound",
    "bound-padding-used",
    "virtual-size-0",
    "full-table",
    "full-table-no-stub",
    "full-page",
    "odd-length",
    "overlay",
    "padding-used",
    "ordinal",
    "tls",
    "load-flags",
    "checksum",
    "debug",
    "few-directories",
    "flat",
    "delay-x86_64",
  ].map(simple),
  {
    name: "a name with blanks",
    members: { [PYD]: "name-blank" },
    outside: { "B With Blanks.dll": "library-x86_64" },
  },
  {
    name: "a name that is not ASCII",
    members: { [PYD]: "name-blank:b größen bl.dll" },
    outside: { "b größen bl.dll": "library-x86_64" },
  },
  {
    name: "what two packages delay, one of them without code that runs first",
    members: { [PYD]: "delay-x86_64", "space/_y.pyd": "delay-x86_64" },
    outside: B,
  },
  {
    name: "a name in other case",
    members: { [PYD]: "name-capitals" },
    outside: { "b_library.dll": "library-x86_64" },
  },
  { name: "a name without extension", members: { [PYD]: "name-none" }, outside: B },
  {
    name: "a forwarder's target",
    members: { [PYD]: "forwarder-user" },
    outside: { "fwd.dll": "forwarder", ...B },
    call: ["afunc", 44],
  },
  {
    name: "a library that imports from its forwarder's target",
    members: { [PYD]: "forwarder-importer" },
    outside: B,
  },
  {
    name: "a circle",
    members: { [PYD]: "cycle-c1" },
    outside: { "c2.dll": "cycle-c2", "c1.dll": "cycle-c1" },
    call: ["c1:4", 4],
  },
  {
    name: "a DLL of the wheel in another folder",
    members: { [PYD]: "module-x86_64", "demo/bin/b.dll": "library-x86_64" },
  },
  {
    name: "a DLL of the wheel in another package",
    members: { [PYD]: "module-x86_64", "other/b.dll": "library-x86_64" },
  },
  {
    name: "a DLL of the wheel that is there already",
    members: { [PYD]: "module-x86_64", "demo/b.dll": "library-x86_64" },
    loadsBefore: true,
  },
  {
    name: "a DLL of the wheel that needs one from outside",
    members: { [PYD]: "forwarder-user", "demo/fwd.dll": "forwarder" },
    outside: B,
    call: ["afunc", 44],
  },
  {
    name: "a module at the top",
    members: { "_x.pyd": "module-x86_64" },
    outside: B,
    module: "_x.pyd",
  },
  {
    name: "a namespace package",
    members: { "space/sub/_x.pyd": "module-x86_64" },
    outside: B,
    module: "space/sub/_x.pyd",
  },
  {
    name: "a regular package in a namespace package",
    members: { "space/sub/_x.pyd": "module-x86_64" },
    texts: { "space/sub/__init__.py": "" },
    outside: B,
    module: "space/sub/_x.pyd",
  },
  {
    name: "an awkward `__init__.py`",
    members: { [PYD]: "module-x86_64" },
    outside: B,
    texts: {
      "demo/__init__.py":
        '\ufeff# it\'s\r\n("""doc""")  # noqa\r\nfrom __future__ import annotations; x = 1\r\n',
    },
  },
];

function bytesOf(files: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([path, name]) => [path, bytesFor(name)]));
}

/** A fixture; after `:`, another name in the place of `b with blanks.dll`. */
function bytesFor(text: string): Uint8Array {
  const [fixture = "", name] = text.split(":");
  const bytes = Buffer.from(peFixture(fixture));
  if (name !== undefined) bytes.write(name, bytes.indexOf("b with blanks.dll"), 17, "utf8");
  return new Uint8Array(bytes);
}

const structure = structureCheck(() => root);

describe.skipIf(!hasTools).each(["init", "adjacent"])("the %s layout", (layout) => {
  it.each(CASES)("$name", { timeout: 120_000 }, async (each) => {
    const { members, outside = {}, texts = {}, module = PYD, loadsBefore } = each;
    const [call, value] = each.call ?? ["afunc", 43];
    const input = wheel({ files: { ...texts, ...bytesOf(members) } });
    const lib = folder(bytesOf(outside));
    const args = ["--windows-layout", layout, "--add-path", lib];
    const done = await repair(input, ...args);
    expect([done.status, done.err]).toEqual([0, expect.not.stringContaining("error")]);
    structure.add(`${layout}: ${each.name}`, done.site, bytesOf({ ...members, ...outside }));
    const name = call.replace(/:.*/, "");
    expect(importUnderWine(done.site, module, call)).toEqual({
      error: null,
      values: { [name]: value },
      crash: null,
    });
    if (layout === "adjacent") {
      for (const [path, text] of readWheel(input)) {
        if (path.endsWith(".py")) expect(readWheel(done.wheel).get(path)).toBe(text);
      }
    }
    // The same again changes nothing, wherever libraries would be looked for.
    const again = await repair(done.wheel, ...args);
    expect([again.status, again.err]).toEqual([0, ""]);
    expect(readFileSync(again.wheel).equals(readFileSync(done.wheel))).toBe(true);
    if (loadsBefore) return;
    // Without what the repair brought, the loader does not find it.
    const bare = await repair(done.wheel, "--dry-run");
    expect(bare.status).toBe(0);
    removeLibraries(done.site, module);
    const { error, crash } = loadUnderWine({ file: join(done.site, module), calls: [call] });
    expect(error === 126 || crash !== null).toBe(true);
  });
});

/** Other machines; those for 32 bits run where wine's DLLs for them are there. */
describe.skipIf(!hasTools).each(["init", "adjacent"])(
  "other machines in the %s layout",
  (layout) => {
    const cases: readonly (readonly [string, string, string, string])[] = [
      ["win32", "module-x86", "library-x86", "b.dll"],
      ["win32", "delay-x86", "library-x86", "b.dll"],
      ["win32", "delay-absolute-x86", "library-x86", "b.dll"],
      ["win_arm64", "module-arm64", "library-arm64", "b.dll"],
      ["win_arm64", "arm64x", "library-arm64", "b.dll"],
    ];
    it.each(cases)("%s: %s with %s", { timeout: 60_000 }, async (tag, module, library, name) => {
      const files = { [`demo/_x.cp312-${tag}.pyd`]: peFixture(module) };
      const outside = { [name]: peFixture(library) };
      const input = wheel({ tag: `cp312-cp312-${tag}`, files });
      const args = ["--windows-layout", layout, "--add-path", folder(outside)];
      const done = await repair(input, ...args);
      expect([done.status, done.err]).toEqual([0, ""]);
      structure.add(`${layout}: ${module} with ${library}`, done.site, { ...files, ...outside });
      const audit = await wheelkit("audit", "--no-config", done.wheel);
      // Fixtures are no Python modules.
      // The helper of the delayed fixtures asks for decorated names, which no kernel32 has.
      const runs = layout === "adjacent" || module === "module-x86";
      if (tag === "win32" && WINE32 !== undefined && runs) {
        const path = `demo/_x.cp312-${tag}.pyd`;
        const loaded = importUnderWine32(done.site, path, "afunc");
        expect(loaded).toEqual({ error: null, values: { afunc: 43 }, crash: null });
        removeLibraries(done.site, path);
        const alone = loadUnderWine({ file: join(done.site, path), calls: ["afunc"], bits: 32 });
        expect(alone.error === 126 || alone.crash !== null).toBe(true);
      }
      expect(audit.out.match(/error\[\w+\]/g)).toEqual(["error[ABI008]"]);
    });
  },
);

describe.skipIf(!hasReaders)("every file of these repairs", () => {
  it("has the structure that pefile, LIEF, llvm-readobj and osslsigncode expect", {
    timeout: 120_000,
  }, () => {
    const { files, changed, problems } = structure.ask();
    expect(problems).toEqual([]);
    expect(files).toBeGreaterThan(150);
    expect(changed).toBeGreaterThan(60);
  });
});

/** All DLLs, as if the folders of the repair were not there. */
function removeLibraries(site: string, module: string): void {
  for (const path of readdirSync(site, { recursive: true, encoding: "utf8" })) {
    if (/\.dll$/i.test(path) && path !== module) rmSync(join(site, path));
  }
}

describe.skipIf(!hasTools)("two DLLs of one name", () => {
  it("each module gets its own, in one process", { timeout: 120_000 }, async () => {
    const other = Uint8Array.from(LIBRARY);
    // `mov eax, 42` of the library's function.
    const at = other.findIndex((byte, index) => byte === 0xb8 && other[index + 1] === 42);
    other[at + 1] = 50;
    const input = wheel({
      files: {
        "demo/a/_x.pyd": peFixture("module-x86_64"),
        "demo/a/b.dll": LIBRARY,
        "demo/c/_y.pyd": peFixture("module-x86_64"),
        "demo/c/b.dll": other,
      },
    });
    const done = await repair(input);
    expect(done.status).toBe(0);
    expect(done.err).toContain("code that opens it by name has to know");
    const first = join(done.site, "demo/a/_x.pyd");
    const loaded = loadUnderWine({
      file: join(done.site, "demo/c/_y.pyd"),
      calls: ["afunc"],
      preload: [first],
    });
    expect(loaded.values).toEqual({ afunc: 51 });
  });
});
