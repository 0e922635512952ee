/** The label of a variant wheel and its `variant.json` outlive every command. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { variant } from "../../hostile/wheel/cases.ts";
import { readWheel, wheelkit } from "../../support/commands.ts";
import { fatFile, machoFile, wheelIn, writeOutside } from "../../support/macos-files.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { ARCH, SUFFIX, workshop } from "../../support/repair-workshop.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";
import { buildWheel, type WheelSpec } from "../../support/wheel-builder.ts";

const LABEL = "x86_64_v3";

function write(build: string | undefined): string {
  const { files } = variant(LABEL, { x86_64: { level: ["v3"] } });
  const middle = build === undefined ? "" : `-${build}`;
  const path = join(scratchFolder(), `demo-1.0${middle}-py3-none-any-${LABEL}.whl`);
  const spec = build === undefined ? {} : { build };
  writeFileSync(path, buildWheel({ ...spec, files: files ?? {} }));
  return path;
}

describe.each([
  ["six parts", undefined, "demo-1.0-py3-none-any-x86_64_v3.whl"],
  ["seven parts", "2", "demo-1.0-2-py3-none-any-x86_64_v3.whl"],
])("a name of %s", (_, build, same) => {
  it.each<readonly [string, string]>([
    ["edit --set Keywords=x", same],
    ["edit --version 2.0", same.replace("1.0", "2.0")],
    ["edit --local cu12", same.replace("1.0", "1.0+cu12")],
    ["edit --canonical", same],
    ["tags --python-tag py2.py3", same.replace("py3", "py2.py3")],
    ["tags --build 7", `demo-1.0-7-py3-none-any-${LABEL}.whl`],
    ["links add LINK", same],
    ["repair", same],
  ])("keeps its label after wheelkit %s", async (line, name) => {
    const path = write(build);
    const words = line.replace(" LINK", "").split(" ");
    const pair = line.endsWith("LINK") ? ["demo/b.txt=demo/__init__.py"] : [];
    const { status, out, err } = await wheelkit(...words, "-w", scratchFolder(), path, ...pair);
    expect(status, err).toBe(0);
    expect(basename(out.trim())).toBe(name);
    const texts = (wheel: string): readonly string[] =>
      [...readWheel(wheel)]
        .filter(([each]) => each.endsWith("/variant.json"))
        .map(([, text]) => text);
    expect(texts(out.trim())).toEqual(texts(path));
    expect(texts(path).length).toBe(1);
  });
});

/** Writes a native wheel with the label into a folder of its own. */
function native(folder: string, tag: string, files: WheelSpec["files"] = {}): string {
  const { files: own } = variant(LABEL, { x86_64: { level: ["v3"] } });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `demo-1.0-${tag}-${LABEL}.whl`);
  writeFileSync(path, buildWheel({ tag, files: { ...files, ...own } }));
  return path;
}

async function keeps(path: string, ...words: readonly string[]): Promise<string> {
  const folder = join(scratchFolder(), "out");
  const { status, err } = await wheelkit(...words, "-w", folder, path);
  expect(status, err).toBe(0);
  const result = wheelIn(folder).path;
  const text = (wheel: string): string | undefined =>
    readWheel(wheel).get("demo-1.0.dist-info/variant.json");
  expect(text(result)).toBe(text(path));
  expect(text(path)).toBeDefined();
  return basename(result).replace("demo-1.0-", "");
}

describe("the label of a native wheel", () => {
  it.skipIf(requireTool("gcc") === undefined)(
    "outlives a repair for Linux, and shrinking",
    async () => {
      const folder = scratchFolder();
      const shop = workshop(folder);
      const lib = shop.library("ext/libfoo.so.1", "int foo(void) { return 1; }", {
        soname: "libfoo.so.1",
      });
      const code = shop.module("_x", "foo()", { needs: [lib], flags: ["-g"] });
      const path = native(folder, `cp311-cp311-linux_${ARCH}`, { [`demo/_x.${SUFFIX}`]: code });
      const repaired = await keeps(path, "repair", "--ldpaths", join(folder, "ext"));
      expect(repaired).toMatch(/^cp311-cp311-manylinux[0-9_a-z.]+-x86_64_v3\.whl$/);
      expect(await keeps(path, "shrink", "--strip")).toBe(`cp311-cp311-linux_${ARCH}-${LABEL}.whl`);
    },
  );

  it("outlives a repair for macOS", async () => {
    const folder = scratchFolder();
    writeOutside(join(folder, "lib/libfoo.dylib"), machoFile({ id: "/opt/lib/libfoo.dylib" }));
    const files = { "demo/_x.so": machoFile({ kind: "bundle", loads: ["/opt/lib/libfoo.dylib"] }) };
    const path = native(folder, "cp312-cp312-macosx_10_9_arm64", files);
    expect(await keeps(path, "repair", "--lib-path", join(folder, "lib"))).toBe(
      `cp312-cp312-macosx_11_0_arm64-${LABEL}.whl`,
    );
  });

  it("outlives a repair for Windows", async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "lib/b.dll"), peFixture("library-x86_64"));
    const files = { "demo/_x.cp312-win_amd64.pyd": peFixture("module-x86_64") };
    const path = native(folder, "cp312-cp312-win_amd64", files);
    const words = ["repair", "--no-sys-paths", "--add-path", join(folder, "lib")];
    expect(await keeps(path, ...words)).toBe(`cp312-cp312-win_amd64-${LABEL}.whl`);
  });

  it("outlives fusing and thinning", async () => {
    const folder = scratchFolder();
    const file = (arch: "arm64" | "x86_64") => ({
      "demo/liba.dylib": machoFile({ arch, id: "@rpath/liba.dylib" }),
    });
    const intel = native(join(folder, "a"), "cp312-cp312-macosx_11_0_x86_64", file("x86_64"));
    const apple = native(join(folder, "b"), "cp312-cp312-macosx_11_0_arm64", file("arm64"));
    expect(await keeps(apple, "fuse", intel)).toBe(
      `cp312-cp312-macosx_11_0_universal2-${LABEL}.whl`,
    );
    const other = join(folder, "d", basename(intel).replace(LABEL, "x86_64_v2"));
    mkdirSync(join(folder, "d"));
    const { files } = variant("x86_64_v2", { x86_64: { level: ["v2"] } });
    const tag = "cp312-cp312-macosx_11_0_x86_64";
    writeFileSync(other, buildWheel({ tag, files: { ...file("x86_64"), ...files } }));
    const refused = await wheelkit("fuse", "--take", "first", "-w", scratchFolder(), apple, other);
    expect(refused.status).toBe(3);
    expect(refused.err).toContain("variant labels");
    const both = native(join(folder, "c"), "cp312-cp312-macosx_11_0_universal2", {
      "demo/liba.dylib": fatFile({ arch: "x86_64" }, { arch: "arm64" }),
    });
    expect(await keeps(both, "shrink", "--thin", "arm64")).toMatch(/arm64-x86_64_v3\.whl$/);
  });
});
