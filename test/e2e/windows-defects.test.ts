/**
 * What goes wrong with delvewheel and others, one test for each: wheelkit does not do it. What only the
 * loader can judge is run under wine in `windows-repair.test.ts`; the order of the code in a module is
 * in `unit/repair/windows/init-patch.test.ts`, and run in `differential/init-patch.test.ts`.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parsePe } from "../../src/pe/read/image.ts";
import { memorySource } from "../../src/source.ts";
import { entriesOf, readWheel, readWheelBytes, wheelkit } from "../support/commands.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { requireTool } from "../support/tools.ts";
import { windowsBench } from "../support/windows-bench.ts";

const root = mkdtempSync(join(tmpdir(), "wheelkit-defects-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { folder, wheel, repair } = windowsBench(() => root);
const PYD = "demo/_x.cp312-win_amd64.pyd";
const LIBRARY = peFixture("library-x86_64");
const B = { "b.dll": LIBRARY };
type Files = Readonly<Record<string, Uint8Array>>;

const imageOf = (bytes: Uint8Array | undefined): ReturnType<typeof parsePe> =>
  parsePe(memorySource(bytes ?? new Uint8Array()));

/** The module of a repaired wheel. */
async function repaired(
  fixture: string | Uint8Array,
  outside: Files = B,
  ...args: readonly string[]
): Promise<{
  readonly module: Uint8Array;
  readonly names: readonly string[];
  readonly err: string;
}> {
  const bytes = typeof fixture === "string" ? peFixture(fixture) : fixture;
  const input = wheel({ files: { [PYD]: bytes } });
  const done = await repair(input, "--add-path", folder(outside), ...args);
  expect([done.status, done.err]).toEqual([0, expect.not.stringContaining("error")]);
  const members = readWheelBytes(done.wheel);
  return {
    module: members.get(PYD) ?? new Uint8Array(),
    names: [...members.keys()],
    err: done.err,
  };
}

const grafted = (names: readonly string[]): readonly string[] =>
  names
    .filter((name) => /\.dll$/i.test(name))
    .map((name) => name.replace(/^.*\/|-[0-9a-f]{32}(?=\.)/g, ""))
    .sort();

describe.skipIf(requireTool("unzip") === undefined)("analysis", () => {
  it("follows forwarders, and renames their targets", async () => {
    const { names } = await repaired("forwarder-user", { "fwd.dll": peFixture("forwarder"), ...B });
    expect(grafted(names)).toEqual(["b.dll", "fwd.dll"]);
  });

  it("names DLLs that need each other", async () => {
    const circle = { "c1.dll": peFixture("cycle-c1"), "c2.dll": peFixture("cycle-c2") };
    expect(grafted((await repaired("cycle-c1", circle)).names)).toEqual(["c1.dll", "c2.dll"]);
  });

  it("keeps the case of paths", async () => {
    const path = "Demo/_X.CP312-win_amd64.pyd";
    const input = wheel({ files: { [path]: peFixture("module-x86_64"), "Demo/__init__.py": "" } });
    const done = await repair(input, "--add-path", folder(B));
    expect([...readWheel(done.wheel).keys()]).toContain(path);
  });

  it.each([
    ["name-blank", "b with blanks.dll"],
    ["name-none", "b.dll"],
    ["name-capitals", "b_library.dll"],
  ])("takes the name of %s", async (fixture, dll) => {
    expect(grafted((await repaired(fixture, { [dll]: LIBRARY })).names)).toEqual([dll]);
  });

  it("searches for no API set, nor for what newer versions of Windows have", async () => {
    const { names } = await repaired("name-ext-ms", {});
    expect(grafted(names)).toEqual([]);
  });

  it("takes the processor of the files for a wheel whose tag names none", async () => {
    const files = { "demo/_x.pyd": peFixture("module-x86") };
    const input = wheel({ tag: "py3-none-any", files });
    const done = await repair(input, "--add-path", folder({ "b.dll": peFixture("library-x86") }));
    expect([done.status, done.wheel]).toEqual([0, expect.stringContaining("win32")]);
  });

  it("passes over DLLs for other processors, ARM64EC ones too, and files that are none", async () => {
    const paths = [
      folder({ "b.dll": peFixture("library-x86") }),
      folder({ "b.dll": peFixture("arm64ec") }),
      folder({ "b.dll": new TextEncoder().encode("text") }),
      folder(B),
    ];
    const input = wheel({ files: { [PYD]: peFixture("module-x86_64") } });
    const done = await repair(input, ...paths.flatMap((path) => ["--add-path", path]));
    expect([done.status, done.err]).toEqual([0, ""]);
  });

  it("passes over a search path that is a file or nothing", async () => {
    const file = join(folder({ file: LIBRARY }), "file");
    const { names } = await repaired("module-x86_64", B, "--add-path", `${file};/nowhere`);
    expect(grafted(names)).toEqual(["b.dll"]);
  });

  it("refuses a DLL that lacks what is imported of it", async () => {
    const input = wheel({ files: { [PYD]: peFixture("module-x86_64") } });
    const lib = folder({ "b.dll": peFixture("forwarder") });
    const done = await repair(input, "--add-path", lib);
    expect([done.status, done.err]).toEqual([3, expect.stringContaining("does not export")]);
  });

  it("chooses among names that differ in case, and says so", async () => {
    const { err } = await repaired("module-x86_64", { "B.dll": LIBRARY, "b.DLL": LIBRARY });
    expect(err).toContain("the same name to Windows");
  });

  it("finds DLLs that are in the wheel, wherever they are, before others", async () => {
    const other = Uint8Array.from(LIBRARY);
    const input = wheel({
      files: { [PYD]: peFixture("module-x86_64"), "demo/bin/b.dll": LIBRARY },
    });
    const done = await repair(input, "--add-path", folder({ "b.dll": other }));
    expect(grafted([...readWheel(done.wheel).keys()])).toEqual(["b.dll"]);
  });

  it("analyses and lists what it includes", async () => {
    const plugin = { "plugin.dll": peFixture("mingw-module"), ...B };
    const { names } = await repaired("module-x86_64", plugin, "--include", "plugin.dll");
    expect(grafted(names)).toEqual(["b.dll", "plugin.dll"]);
    expect(names).toContain("demo.libs/plugin.dll");
  });
});

describe.skipIf(requireTool("unzip") === undefined)("the changed file", () => {
  it("keeps the content of sections without a size in memory", async () => {
    const { module } = await repaired("virtual-size-0");
    const [before, after] = [imageOf(peFixture("virtual-size-0")), imageOf(module)];
    for (const [
      index,
      { PointerToRawData, SizeOfRawData, shortName },
    ] of before.sections.entries()) {
      const at = after.sections[index]?.PointerToRawData ?? 0;
      const [was, is] = [before.source.read(PointerToRawData, 16), after.source.read(at, 16)];
      if (shortName !== ".rdata" && SizeOfRawData > 0) expect([...is]).toEqual([...was]);
    }
  });

  it("has debug data where the debug directory says", async () => {
    const { module } = await repaired("debug-full");
    const image = imageOf(module);
    expect(image.debug().length).toBeGreaterThan(0);
    for (const { AddressOfRawData, PointerToRawData } of image.debug()) {
      if (AddressOfRawData === 0) continue;
      expect(image.memory.place(AddressOfRawData)?.offset).toBe(PointerToRawData);
    }
  });

  it.each(["bound", "bound-padding-used"])("has no bindings left: %s", async (fixture) => {
    expect(imageOf((await repaired(fixture)).module).boundImports()).toEqual([]);
  });

  it.each(["signed-overlay", "signed", "signed-odd"])(
    "has no part of a signature left: %s",
    async (fixture) => {
      const { module, err } = await repaired(fixture);
      expect(imageOf(module).certificates).toBeNull();
      expect(module.length).toBeLessThan(peFixture(fixture).length + 1024);
      expect(err).toContain("sign it again");
    },
  );

  it("may have few data directories", async () => {
    expect(imageOf((await repaired("few-directories")).module).header.directories.length).toBe(4);
  });

  it("keeps what lies in its padding", async () => {
    const { module } = await repaired("padding-used");
    const before = peFixture("padding-used");
    const image = imageOf(before);
    for (const { PointerToRawData, SizeOfRawData, VirtualSize } of image.sections) {
      const padding = before.subarray(
        PointerToRawData + VirtualSize,
        PointerToRawData + SizeOfRawData,
      );
      expect(Buffer.from(module).includes(Buffer.from(padding))).toBe(true);
    }
  });

  it("keeps delayed imports of the old form in it", async () => {
    const input = wheel({
      tag: "cp312-cp312-win32",
      files: { "demo/_x.pyd": peFixture("delay-absolute-x86") },
    });
    const lib = folder({ "b.dll": peFixture("library-x86") });
    for (const layout of ["init", "adjacent"]) {
      const done = await repair(input, "--add-path", lib, "--windows-layout", layout);
      const image = imageOf(readWheelBytes(done.wheel).get("demo/_x.pyd"));
      expect(image.delayImports()).toMatchObject([{ library: expect.stringMatching(/^b-/) }]);
      expect(image.delayImports()[0]?.base).toBeGreaterThan(0);
    }
  });

  it("keeps its time stamp and the place of its headers when it is stripped", async () => {
    const { module } = await repaired("mingw-unstripped", B, "--strip");
    const [before, after] = [imageOf(peFixture("mingw-unstripped")), imageOf(module)];
    expect(after.header.file.TimeDateStamp).toBe(before.header.file.TimeDateStamp);
    expect(after.header.lfanew).toBe(before.header.lfanew);
    expect(after.coff).toBeNull();
  });
});

describe.skipIf(requireTool("unzip") === undefined)("the wheel", () => {
  it("may have a dist-info folder in other case", async () => {
    const files = { [PYD]: peFixture("module-x86_64"), "demo/__init__.py": "" };
    const made = wheel({ name: "Demo", files });
    const input = made.replace(/Demo(?=-1\.0)/, "demo");
    renameSync(made, input);
    const done = await repair(input, "--add-path", folder(B));
    expect([done.status, grafted([...readWheel(done.wheel).keys()])]).toEqual([0, ["b.dll"]]);
  });

  it("comes out of a repair that finds nothing to do, and of one that was done before", async () => {
    const input = wheel({ files: { [PYD]: LIBRARY } });
    const first = await repair(input);
    expect([first.status, first.wheel === ""]).toEqual([0, false]);
    const second = await repair(first.wheel);
    expect(readFileSync(second.wheel).equals(readFileSync(first.wheel))).toBe(true);
  });

  it("that lacks a DLL fails its audit", async () => {
    const input = wheel({ files: { [PYD]: peFixture("module-x86_64") } });
    expect((await wheelkit("audit", "--no-config", input)).status).toBe(1);
  });

  it("has the same bytes whenever and wherever it is repaired, load orders included", async () => {
    const files = { [PYD]: peFixture("forwarder-user") };
    const input = wheel({ tag: "cp37-cp37m-win_amd64", files });
    const lib = folder({ "fwd.dll": peFixture("forwarder"), ...B });
    const runs = [await repair(input, "--add-path", lib), await repair(input, "--add-path", lib)];
    const [one, two] = runs.map((run) => readFileSync(run.wheel));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    const list = readWheel(runs[0]?.wheel ?? "").get("demo.libs/.load-order-demo-1.0") ?? "";
    expect(list.split("\n")).toEqual(
      list.split("\n").toSorted((a, b) => Number(a === "") - Number(b === "") || (a < b ? -1 : 1)),
    );
  });

  it("keeps the modes and times of members", async () => {
    const files = { [PYD]: peFixture("module-x86_64"), "demo/run.sh": "#!/bin/sh\n" };
    const input = wheel({ files, members: { "demo/run.sh": { mode: 0o100755 } } });
    const done = await repair(input, "--add-path", folder(B));
    const of = (path: string) => entriesOf(path).find(({ name }) => name === "demo/run.sh");
    const facts = (path: string) => [
      of(path)?.externalAttributes,
      of(path)?.dosDate,
      of(path)?.dosTime,
    ];
    expect(facts(done.wheel)).toEqual(facts(input));
  });

  it("gets no code in packages without modules, and no package where there was none", async () => {
    const texts = { "docs/readme.txt": "x", "other/__init__.py": "x = 1\n" };
    const input = wheel({ files: { [PYD]: peFixture("module-x86_64"), ...texts } });
    const done = await repair(input, "--add-path", folder(B));
    const members = readWheel(done.wheel);
    expect(members.get("other/__init__.py")).toBe("x = 1\n");
    expect([...members.keys()].filter((name) => name.startsWith("docs/"))).toEqual([
      "docs/readme.txt",
    ]);
  });

  it("whose DLLs get a path beyond what Windows loads says so, and which signatures are gone", async () => {
    const long = `demo/${"folder/".repeat(20)}_x.pyd`;
    const files = { [PYD]: peFixture("signed"), [long]: peFixture("module-x86_64") };
    const done = await repair(wheel({ files }), "--add-path", folder(B), "--no-patch-init");
    expect([done.status, done.err]).toEqual([
      0,
      expect.stringContaining("characters, which Windows may not load"),
    ]);
    expect(done.err).toMatch(/_x\.cp312-win_amd64\.pyd.*signature/);
  });

  it("is never unpacked over what is there", async () => {
    mkdirSync(join(root, "kept"));
    writeFileSync(join(root, "kept", "mine.txt"), "mine");
    const input = wheel({ files: { [PYD]: peFixture("module-x86_64") } });
    const done = await wheelkit("repair", "--extract-dir", join(root, "kept"), input);
    expect(done.status).toBe(2);
    expect(readFileSync(join(root, "kept", "mine.txt"), "utf8")).toBe("mine");
  });
});

describe.skipIf(requireTool("unzip") === undefined)("modules that delvewheel can't patch", () => {
  it.each([
    ["a comment after the docstring", '"""doc"""  # noqa\n'],
    ["two strings", '"""doc""" "more"\n'],
    ["brackets", '("""doc""")\n'],
    ["a statement after the docstring", '"""doc"""; x = 1\n'],
    ["quotes in comments", '# it\'s a comment\n\n# another "quoted" comment\n"""doc"""\n'],
    ["future imports over lines", "from __future__ import (\n division,\n)\n"],
    ["a future import and more", "from __future__ import annotations; import os\n"],
    ["a byte order mark and code", "\ufeffx = 1\n"],
    ["newer syntax", 'x = t"{1}"\n'],
  ])("get the code: %s", async (_, source) => {
    const files = { [PYD]: peFixture("module-x86_64"), "demo/__init__.py": source };
    const done = await repair(wheel({ files }), "--add-path", folder(B));
    expect([done.status, done.err]).toEqual([0, ""]);
    expect(readWheel(done.wheel).get("demo/__init__.py")).toContain("# start delvewheel patch");
  });
});
