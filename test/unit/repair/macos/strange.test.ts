/** Wheels and libraries that are seldom, but legal: what a repair makes of them. */
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../../support/commands.ts";
import { machoFixture } from "../../../support/macho-fixtures.ts";
import type { FileSketch } from "../../../support/macos-files.ts";
import {
  bytesOf,
  fatFile,
  linksOf,
  machoFile,
  wheelIn,
  writeMacosWheel,
  writeOutside,
} from "../../../support/macos-files.ts";
import { scratchFolder } from "../../../support/scratch.ts";

/** `null` leaves out what every wheel has otherwise. */
type Files = Readonly<Record<string, FileSketch | Uint8Array | string | null>>;

/** Repairs a wheel with files made for the folder `lib`, and the result again. */
async function repair(
  files: (lib: string) => Files,
  outside: Readonly<Record<string, FileSketch | Uint8Array>>,
  {
    links = {},
    platform = "macosx_11_0_arm64",
    options = [],
  }: {
    /** Links below `lib`, with what they lead to. */
    readonly links?: Readonly<Record<string, string>>;
    readonly platform?: string;
    readonly options?: readonly string[];
  } = {},
) {
  const folder = scratchFolder();
  const lib = join(folder, "lib");
  for (const [name, file] of Object.entries(outside)) {
    writeOutside(join(lib, name), file instanceof Uint8Array ? file : machoFile(file));
  }
  for (const [name, target] of Object.entries(links)) {
    mkdirSync(dirname(join(lib, name)), { recursive: true });
    symlinkSync(target, join(lib, name));
  }
  const members = Object.entries(files(lib)).map(([path, file]) => [
    path,
    typeof file === "string" || file === null || file instanceof Uint8Array
      ? file
      : machoFile(file),
  ]);
  const wheel = writeMacosWheel(join(folder, "in"), platform, Object.fromEntries(members));
  const out = join(folder, "out");
  const ran = await wheelkit("repair", "-w", out, ...options, wheel);
  if (ran.status === 0) {
    const again = join(folder, "again");
    const second = await wheelkit("repair", "-w", again, wheelIn(out).path);
    expect(second.err).not.toContain("error");
    expect(bytesOf(wheelIn(again).path)).toEqual(bytesOf(wheelIn(out).path));
  }
  return { ...ran, out, wheel };
}

function loadsOf(out: string, path: string, arch?: string): readonly string[] {
  return linksOf(wheelIn(out).members.get(path) ?? new Uint8Array(), arch).loads;
}

function grafts(out: string): readonly string[] {
  return [...wheelIn(out).members.keys()].filter((path) => /\.?dylibs\//.test(path)).sort();
}

describe("libraries outside", () => {
  it("behind chains of links are called by the name of the file itself", async () => {
    const { out, err } = await repair(
      (lib) => ({
        "demo/x.so": { loads: [`${lib}/liba.dylib`] },
        "demo/y.so": { loads: [`${lib}/opt/lib/liba.1.dylib`] },
      }),
      { "Cellar/a/1.2/lib/liba.1.2.dylib": {} },
      {
        links: {
          "liba.dylib": "liba.1.dylib",
          "liba.1.dylib": "Cellar/a/1.2/lib/liba.1.2.dylib",
          opt: "Cellar/a/1.2",
          "Cellar/a/1.2/lib/liba.1.dylib": "liba.1.2.dylib",
        },
      },
    );
    expect(err).toBe("");
    expect(grafts(out)).toEqual(["demo/.dylibs/liba.1.2.dylib"]);
    for (const path of ["demo/x.so", "demo/y.so"]) {
      expect(loadsOf(out, path)).toEqual(["@loader_path/.dylibs/liba.1.2.dylib"]);
    }
  });

  it("of every kind of load come along, and each load keeps its kind", async () => {
    const { out, err } = await repair(
      (lib) => ({
        "demo/x.so": {
          loads: [
            `${lib}/liba.dylib?`,
            `${lib}/libb.dylib^`,
            `${lib}/libc.dylib!`,
            `${lib}/libd.dylib~`,
          ],
        },
      }),
      Object.fromEntries(["a", "b", "c", "d"].map((name) => [`lib${name}.dylib`, {}])),
    );
    expect(err).toBe("");
    expect(grafts(out)).toEqual(
      ["a", "b", "c", "d"].map((name) => `demo/.dylibs/lib${name}.dylib`),
    );
    const shown = await wheelkit("show", "-f", "json", wheelIn(out).path);
    const binaries: readonly {
      path: string;
      slices: { dependencies: { name: string; how: string }[] }[];
    }[] = JSON.parse(shown.out).wheels[0].binaries;
    const [slice] = binaries.find(({ path }) => path === "demo/x.so")?.slices ?? [];
    expect(slice?.dependencies.slice(1).map(({ name, how }) => [name, how])).toEqual([
      ["@loader_path/.dylibs/liba.dylib", "weak"],
      ["@loader_path/.dylibs/libb.dylib", "reexport"],
      ["@loader_path/.dylibs/libc.dylib", "upward"],
      ["@loader_path/.dylibs/libd.dylib", "lazy"],
    ]);
  });

  it("of files in `.data/platlib` are found from where the file is installed", async () => {
    const { out, status, err } = await repair(
      (lib) => ({
        "demo/__init__.py": null,
        "demo-1.0.data/platlib/demo/__init__.py": "",
        "demo-1.0.data/platlib/demo/x.so": { loads: [`${lib}/liba.dylib`] },
      }),
      { "liba.dylib": {} },
    );
    expect([status, err]).toEqual([0, ""]);
    const [graft = ""] = grafts(out);
    const audit = await wheelkit("audit", "--select", "LNK,TAG", wheelIn(out).path);
    expect([graft.endsWith("/liba.dylib"), audit.out, audit.status]).toEqual([
      true,
      expect.not.stringContaining("error"),
      0,
    ]);
  });

  it("whose names differ in the form of a letter alone get different names", async () => {
    const { out } = await repair(
      (lib) => ({
        "demo/x.so": { loads: [`${lib}/1/lib\u00e9.dylib`, `${lib}/2/libe\u0301.dylib`] },
      }),
      { "1/lib\u00e9.dylib": {}, "2/libe\u0301.dylib": { variant: 1 } },
    );
    const names = grafts(out).map((path) => path.normalize("NFC").toLowerCase());
    expect([names.length, new Set(names).size]).toEqual([2, 2]);
    expect(new Set(loadsOf(out, "demo/x.so")).size).toBe(2);
  });

  it("that need one another in a circle come along once each", async () => {
    const { out } = await repair((lib) => ({ "demo/x.so": { loads: [`${lib}/liba.dylib`] } }), {
      "liba.dylib": { loads: ["@loader_path/libb.dylib"] },
      "libb.dylib": { loads: ["@loader_path/liba.dylib"] },
    });
    expect(grafts(out)).toEqual(["demo/.dylibs/liba.dylib", "demo/.dylibs/libb.dylib"]);
    expect(loadsOf(out, "demo/.dylibs/libb.dylib")).toEqual(["@loader_path/liba.dylib"]);
  });

  it("that are missing for one processor are named with it", async () => {
    const { status, err } = await repair(
      (lib) => ({
        "demo/x.so": fatFile(
          { arch: "x86_64", loads: [`${lib}/liba.dylib`] },
          { arch: "arm64", loads: [`${lib}/liba.dylib`] },
        ),
      }),
      { "liba.dylib": { arch: "arm64" } },
      { platform: "macosx_11_0_universal2" },
    );
    expect(status).toBe(3);
    expect(err).toContain("for x86_64");
  });

  it("join those that an earlier repair put there", async () => {
    const { out } = await repair(
      (lib) => ({
        "demo/x.so": { loads: ["@loader_path/.dylibs/liba.dylib", `${lib}/libb.dylib`] },
        "demo/.dylibs/liba.dylib": { id: "/DLC/demo/.dylibs/liba.dylib" },
      }),
      { "libb.dylib": {}, "liba.dylib": { variant: 2 } },
    );
    expect(grafts(out)).toEqual(["demo/.dylibs/liba.dylib", "demo/.dylibs/libb.dylib"]);
  });

  it("are put beside the modules of namespace packages", async () => {
    const { out } = await repair(
      (lib) => ({ "demo/__init__.py": null, "space/part/x.so": { loads: [`${lib}/liba.dylib`] } }),
      { "liba.dylib": {} },
    );
    expect(grafts(out)).toEqual(["demo.dylibs/liba.dylib"]);
    expect(loadsOf(out, "space/part/x.so")).toEqual(["@loader_path/../../demo.dylibs/liba.dylib"]);
  });

  it("that are frameworks are found by the run path and by their short name alike", async () => {
    const { out, err } = await repair(
      (lib) => ({
        "demo/__init__.py": "",
        "demo/x.so": { loads: ["@rpath/Foo.framework/Versions/A/Foo"], rpaths: [lib] },
        "demo/y.so": { loads: [`${lib}/Foo.framework/Foo`] },
      }),
      { "Foo.framework/Versions/A/Foo": { id: "@rpath/Foo.framework/Versions/A/Foo" } },
      {
        links: {
          "Foo.framework/Versions/Current": "A",
          "Foo.framework/Foo": "Versions/Current/Foo",
        },
      },
    );
    expect(err).toBe("");
    const home = "@loader_path/.dylibs/Foo.framework/Versions/A/Foo";
    expect(loadsOf(out, "demo/x.so")).toEqual([home]);
    expect(loadsOf(out, "demo/y.so")).toEqual([home]);
    expect(grafts(out)).toEqual(["demo/.dylibs/Foo.framework/Versions/A/Foo"]);
  });
});

describe("members that are no code to load", () => {
  it("stay as they are: Java classes, static libraries, object files, a Mach-O header alone", async () => {
    const java = new Uint8Array([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 0, 1, 2, 3]);
    const data = {
      "demo/A.class": java,
      "demo/libs.a": machoFixture("archive-fat"),
      "demo/part.o": machoFixture("object-fat"),
    };
    const { out } = await repair(
      (lib) => ({ "demo/x.so": { loads: [`${lib}/liba.dylib`] }, ...data }),
      { "liba.dylib": {} },
    );
    const { members } = wheelIn(out);
    for (const [path, bytes] of Object.entries(data)) expect(members.get(path)).toEqual(bytes);
  });

  it("are refused by name where they are cut off", async () => {
    const { status, err } = await repair(
      () => ({ "demo/x.so": machoFile({}).subarray(0, 200) }),
      {},
    );
    expect(status).toBe(3);
    expect(err).toContain("no file has code for arm64, and `demo/x.so` could not be read");
    expect(err).not.toContain("    at ");
  });
});

describe("a wheel that says it runs anywhere", () => {
  it("but has code for macOS is an error, and gets the tag that is true", async () => {
    const { out, wheel } = await repair(
      (lib) => ({
        "demo/x.cpython-312-darwin.so": { kind: "bundle", loads: [`${lib}/liba.dylib`] },
      }),
      { "liba.dylib": {} },
      { platform: "any" },
    );
    const audit = await wheelkit("audit", wheel);
    expect(audit.status).toBe(1);
    expect(wheelIn(out).name).toBe("demo-1.0-cp312-cp312-macosx_11_0_arm64.whl");
    const repaired = await wheelkit("audit", "--select", "TAG,LNK", wheelIn(out).path);
    expect(repaired.status).toBe(0);
  });
});

describe("listing", () => {
  it("names what is missing like everything else", async () => {
    const wheel = writeMacosWheel(scratchFolder(), "macosx_11_0_arm64", {
      "demo/x.so": machoFile({ loads: ["/opt/none/liba.dylib"] }),
    });
    const shown = await wheelkit("show", "-f", "json", wheel);
    const [{ binaries }] = JSON.parse(shown.out).wheels;
    expect(binaries[0].dependencies).toContainEqual(
      expect.objectContaining({ name: "/opt/none/liba.dylib", in: "external" }),
    );
    expect((await wheelkit("audit", wheel)).status).toBe(1);
  });
});
