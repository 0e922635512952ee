/** Every defect of delocate and its kin that a repair must not have, by the line of command. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FORMATS } from "../../../../src/formats.ts";
import { memorySource } from "../../../../src/source.ts";
import { readWheel, wheelkit, wheelkitWith } from "../../../support/commands.ts";
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
import { buildWheel } from "../../../support/wheel-builder.ts";

const ARM = "macosx_11_0_arm64";

interface Setting {
  readonly platform?: string;
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Repairs a wheel with these files: `lib` in a sketch's names stands for the folder outside. */
async function repair(
  files: (lib: string) => Readonly<Record<string, FileSketch | Uint8Array | string>>,
  outside: (lib: string) => Readonly<Record<string, FileSketch | Uint8Array>> = () => ({}),
  { platform = ARM, options = [], env = {} }: Setting = {},
) {
  const folder = scratchFolder();
  const lib = join(folder, "lib");
  mkdirSync(lib);
  for (const [name, file] of Object.entries(outside(lib))) {
    writeOutside(join(lib, name), toFile(file));
  }
  const members = Object.entries(files(lib)).map(([path, file]) => [
    path,
    typeof file === "string" ? file : toFile(file),
  ]);
  const wheel = writeMacosWheel(join(folder, "in"), platform, Object.fromEntries(members));
  const out = join(folder, "out");
  const ran = await wheelkitWith({ env }, "repair", "-w", out, ...options, wheel);
  return { ...ran, lib, out, wheel };
}

function toFile(file: FileSketch | Uint8Array): Uint8Array {
  return file instanceof Uint8Array ? file : machoFile(file);
}

function linked(out: string, path: string, arch?: string) {
  const bytes = wheelIn(out).members.get(path);
  if (bytes === undefined) throw new Error(`no ${path}`);
  return linksOf(bytes, arch);
}

function grafts(out: string): readonly string[] {
  return [...wheelIn(out).members.keys()].filter((path) => /\.dylibs\//.test(path)).sort();
}

describe("libraries outside a macOS wheel", () => {
  it("are grafted with all they need, found by each other, and called by an id of their own", async () => {
    const { out, err, status } = await repair(
      (lib) => ({ "demo/x.so": { loads: [`${lib}/libb.dylib`] } }),
      (lib) => ({
        "libb.dylib": { id: `${lib}/libb.dylib`, loads: [`${lib}/liba.dylib`] },
        "liba.dylib": { id: `${lib}/liba.dylib`, rpaths: ["/opt/lib"] },
      }),
    );
    expect([status, err]).toEqual([0, ""]);
    expect(grafts(out)).toEqual(["demo/.dylibs/liba.dylib", "demo/.dylibs/libb.dylib"]);
    expect(linked(out, "demo/x.so")).toMatchObject({
      loads: ["@loader_path/.dylibs/libb.dylib"],
      signature: "adhoc",
    });
    expect(linked(out, "demo/.dylibs/libb.dylib")).toMatchObject({
      id: "/DLC/demo/.dylibs/libb.dylib",
      loads: ["@loader_path/liba.dylib"],
    });
    // Also a library that needs nothing loses the builder's folders.
    expect(linked(out, "demo/.dylibs/liba.dylib").rpaths).toEqual([]);
  });

  it("are found by the run paths of whoever loads the library that needs them", async () => {
    const { out } = await repair(
      (lib) => ({ "demo/x.so": { loads: ["@rpath/libb.dylib"], rpaths: [lib, `${lib}/deep`] } }),
      () => ({
        "libb.dylib": { id: "@rpath/libb.dylib", loads: ["@rpath/liba.dylib"] },
        "deep/liba.dylib": { id: "@rpath/liba.dylib" },
      }),
    );
    expect(grafts(out)).toEqual(["demo/.dylibs/liba.dylib", "demo/.dylibs/libb.dylib"]);
    expect(linked(out, "demo/x.so").rpaths).toEqual([]);
  });

  it("are found in DYLD_LIBRARY_PATH, in its fallback, in `--lib-path`, and by `@executable_path`", async () => {
    const names = ["liba.dylib", "libb.dylib", "libc.dylib", "libd.dylib"] as const;
    const folder = scratchFolder();
    const [a, b, c, d] = names.map((name) => {
      const home = join(folder, name[3] ?? "");
      writeOutside(join(home, name), machoFile({ id: name }));
      return home;
    });
    const { out, err } = await repair(
      () => ({
        "demo/x.so": {
          loads: [
            "/gone/liba.dylib",
            "/gone/libb.dylib",
            "@rpath/libc.dylib",
            "@executable_path/libd.dylib",
          ],
        },
      }),
      () => ({}),
      {
        env: { DYLD_LIBRARY_PATH: a ?? "", DYLD_FALLBACK_LIBRARY_PATH: b ?? "" },
        options: ["--lib-path", c ?? "", "--executable-path", d ?? ""],
      },
    );
    expect(err).toBe("");
    expect(grafts(out)).toEqual(names.map((name) => `demo/.dylibs/${name}`));
  });

  it("are one library under all their install names, each with a spelling of its own", async () => {
    const folder = scratchFolder();
    const cellar = join(folder, "Cellar");
    writeOutside(join(cellar, "libz.1.2.dylib"), machoFile({ id: `${cellar}/libz.1.dylib` }));
    const opt = join(folder, "opt");
    mkdirSync(opt);
    symlinkSync(join(cellar, "libz.1.2.dylib"), join(opt, "libz.dylib"));
    symlinkSync("libz.1.2.dylib", join(cellar, "libz.1.dylib"));
    const { out } = await repair(() => ({
      "demo/x.so": {
        loads: [`${opt}/libz.dylib`, `${cellar}/libz.1.2.dylib`, "@rpath/libz.1.dylib"],
        rpaths: [cellar],
      },
    }));
    expect(grafts(out)).toEqual(["demo/.dylibs/libz.1.2.dylib"]);
    expect(linked(out, "demo/x.so").loads).toEqual([
      "@loader_path/.dylibs/libz.1.2.dylib",
      "@loader_path/./.dylibs/libz.1.2.dylib",
      "@loader_path/././.dylibs/libz.1.2.dylib",
    ]);
  });

  it("with one base name are one where they are equal, and get another name where they are not", async () => {
    const same = machoFile({ id: "liba.dylib" });
    const { out } = await repair(
      (lib) => ({
        "demo/x.so": {
          loads: [`${lib}/1/liba.dylib`, `${lib}/2/liba.dylib`, `${lib}/3/liba.dylib`],
        },
      }),
      () => ({
        "1/liba.dylib": same,
        "2/liba.dylib": same,
        "3/liba.dylib": { id: "liba.dylib", variant: 1 },
      }),
    );
    const paths = grafts(out);
    expect(paths).toHaveLength(2);
    expect(paths).toContain("demo/.dylibs/liba.dylib");
    expect(paths.find((path) => path !== "demo/.dylibs/liba.dylib")).toMatch(
      /^demo\/\.dylibs\/liba-[0-9a-f]{8}\.dylib$/,
    );
  });

  it("get another name where a Mac would take two for one", async () => {
    const { out } = await repair(
      (lib) => ({
        "demo/x.so": {
          loads: [
            `${lib}/libFoo.dylib`,
            `${lib}/libfoo.dylib`,
            `${lib}/lib\u00e9.dylib`,
            `${lib}/libe\u0301.dylib`,
          ],
        },
      }),
      () => ({
        "libFoo.dylib": { variant: 1 },
        "libfoo.dylib": { variant: 2 },
        "lib\u00e9.dylib": { variant: 3 },
        "libe\u0301.dylib": { variant: 4 },
      }),
    );
    const paths = grafts(out);
    const folded = new Set(paths.map((path) => path.normalize("NFC").toLowerCase()));
    expect([paths.length, folded.size]).toEqual([4, 4]);
    expect(new Set(linked(out, "demo/x.so").loads).size).toBe(4);
  });

  it("are the builder's below `/usr/lib64` too, and refused with the folders that were tried", async () => {
    const { status, err } = await repair(() => ({
      "demo/x.so": { loads: ["/usr/lib64/libno.dylib", "/usr/lib/libz.1.dylib"] },
    }));
    expect(status).toBe(3);
    expect(err).toContain(
      "`/usr/lib64/libno.dylib`, which `demo/x.so` needs, was not found (looked in `/usr/lib64`)",
    );
    expect(err).toContain("--exclude /usr/lib64/libno.dylib");
  });

  it("are left out by name or path before anybody looks for them", async () => {
    const { out, status } = await repair(
      (lib) => ({ "demo/wheel.so": { loads: ["@rpath/libtorch.dylib", `${lib}/liba.dylib`] } }),
      () => ({ "liba.dylib": {} }),
      { options: ["--exclude", "*/libtorch.dylib", "-e", "tmp"] },
    );
    expect(status).toBe(0);
    expect(linked(out, "demo/wheel.so").loads).toEqual([
      "@rpath/libtorch.dylib",
      "@loader_path/.dylibs/liba.dylib",
    ]);
  });

  it("may be missing where they are weak, or where the user says so: both are told", async () => {
    const weak = await repair(() => ({ "demo/x.so": { loads: ["/gone/libw.dylib?"] } }));
    expect(weak.status).toBe(0);
    expect(weak.err).toContain("`/gone/libw.dylib`, which was not found, and is loaded without it");
    const ignored = await repair(
      () => ({ "demo/x.so": { loads: ["/gone/liba.dylib"] } }),
      undefined,
      {
        options: ["--ignore-missing-dependencies"],
      },
    );
    expect(ignored.status).toBe(0);
    expect(linked(ignored.out, "demo/x.so").loads).toEqual(["/gone/liba.dylib"]);
  });

  it("are never Python's own", async () => {
    const python = "/Library/Frameworks/Python.framework/Versions/3.12/Python";
    const { out, err } = await repair(() => ({ "demo/x.so": { loads: [python] } }));
    expect(grafts(out)).toEqual([]);
    expect(linked(out, "demo/x.so").loads).toEqual([python]);
    expect(err).toContain("loads Python's own library, which no wheel may bring");
  });

  it("that the code opens by name are followed on every processor of the wheel", async () => {
    const folder = scratchFolder();
    const plugin = fatFile(
      { arch: "x86_64", loads: [`${folder}/libx86.dylib`] },
      { arch: "arm64", loads: [`${folder}/libarm.dylib`] },
    );
    writeOutside(join(folder, "libplugin.dylib"), plugin);
    writeOutside(join(folder, "libx86.dylib"), machoFile({ arch: "x86_64" }));
    writeOutside(join(folder, "libarm.dylib"), machoFile({}));
    const { out } = await repair(
      () => ({ "demo/x.so": fatFile({ arch: "x86_64" }, { arch: "arm64" }) }),
      undefined,
      {
        platform: "macosx_11_0_universal2",
        options: ["--include", "libplugin.dylib", "-l", folder],
      },
    );
    expect(grafts(out)).toEqual([
      "demo/.dylibs/libarm.dylib",
      "demo/.dylibs/libplugin.dylib",
      "demo/.dylibs/libx86.dylib",
    ]);
  });

  it("that the code opens by name keep it, and are refused where nobody has them", async () => {
    const folder = scratchFolder();
    writeOutside(join(folder, "libplugin.dylib"), machoFile({ id: "libplugin.dylib" }));
    const files = () => ({ "demo/x.so": {} });
    const options = ["--include", "libplugin.dylib"];
    const { out } = await repair(files, undefined, { options: [...options, "-l", folder] });
    expect(grafts(out)).toEqual(["demo/.dylibs/libplugin.dylib"]);
    const none = await repair(files, undefined, { options });
    expect(none.status).toBe(3);
    expect(none.err).toContain("asked for with `--include`, was not found");
  });

  it("go where delocate puts them, and where `-L` says", async () => {
    const outside = () => ({ "liba.dylib": {} });
    const top = await repair(
      (lib) => ({ "x.so": { loads: [`${lib}/liba.dylib`] }, "demo/__init__.py": "" }),
      outside,
    );
    expect(linked(top.out, "x.so").loads).toEqual(["@loader_path/demo/.dylibs/liba.dylib"]);
    const named = await repair(
      (lib) => ({ "demo/sub/x.so": { loads: [`${lib}/liba.dylib`] } }),
      outside,
      { options: ["-L", "libs/dylibs"] },
    );
    expect(linked(named.out, "demo/sub/x.so").loads).toEqual([
      "@loader_path/../libs/dylibs/liba.dylib",
    ]);
  });
});

describe("libraries that another wheel provides", () => {
  it("are left to it, and found by a run path that leads there", async () => {
    const folder = scratchFolder();
    const provider = join(folder, "torch-1.0-cp312-cp312-macosx_11_0_arm64.whl");
    const spec = {
      name: "torch",
      tag: "cp312-cp312-macosx_11_0_arm64",
      files: {
        "torch/lib/libtorch.dylib": machoFile({ id: "@rpath/libtorch.dylib" }),
        "torch/lib/Foo.framework/Versions/A/Foo": machoFile({
          id: "@rpath/Foo.framework/Versions/A/Foo",
        }),
      },
    };
    writeOutside(provider, buildWheel(spec));
    const metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: torch\n";
    const { out, status } = await repair(
      (lib) => ({
        "demo/x.so": {
          loads: [`${lib}/libtorch.dylib`, "@rpath/Foo.framework/Versions/A/Foo"],
          rpaths: [lib],
        },
        "%/METADATA": metadata,
      }),
      () => ({ "libtorch.dylib": {} }),
      { options: ["--provided-by", provider] },
    );
    expect(status).toBe(0);
    expect(grafts(out)).toEqual([]);
    expect(linked(out, "demo/x.so")).toMatchObject({
      loads: ["@rpath/libtorch.dylib", "@rpath/Foo.framework/Versions/A/Foo"],
      rpaths: ["@loader_path/../torch/lib"],
    });
  });
});

describe("frameworks", () => {
  const framework = "Foo.framework/Versions/A";

  it("come along as `Versions/A` alone, with their property list", async () => {
    const list = '<?xml version="1.0"?>\n<plist/>\n';
    const { out } = await repair(
      (lib) => ({ "demo/x.so": { loads: [`${lib}/${framework}/Foo`] } }),
      (lib) => ({
        [`${framework}/Foo`]: { id: `${lib}/${framework}/Foo` },
        [`${framework}/Resources/Info.plist`]: new TextEncoder().encode(list),
        [`${framework}/Headers/foo.h`]: new Uint8Array(1),
      }),
    );
    expect(grafts(out)).toEqual([
      `demo/.dylibs/${framework}/Foo`,
      `demo/.dylibs/${framework}/Resources/Info.plist`,
    ]);
    expect(linked(out, "demo/x.so").loads).toEqual([`@loader_path/.dylibs/${framework}/Foo`]);
  });

  it("are refused where more than code would be lost", async () => {
    const { status, err } = await repair(
      (lib) => ({ "demo/x.so": { loads: [`${lib}/${framework}/Foo`] } }),
      () => ({
        [`${framework}/Foo`]: {},
        [`${framework}/Resources/icons.dat`]: new Uint8Array(1),
      }),
    );
    expect(status).toBe(3);
    expect(err).toContain("has more than code (`Resources/icons.dat`), which would be lost");
  });
});

describe("files of the wheel", () => {
  it("find each other by relative names, and a wheel of which only that changes is written", async () => {
    const { out } = await repair(() => ({
      "demo/x.so": { loads: ["@rpath/liba.dylib"], rpaths: ["@loader_path/lib"] },
      "demo/lib/liba.dylib": { id: "/build/liba.dylib" },
    }));
    expect(linked(out, "demo/x.so")).toMatchObject({
      loads: ["@loader_path/lib/liba.dylib"],
      rpaths: ["@loader_path/lib"],
    });
    // Its id stays, as delocate leaves it.
    expect(linked(out, "demo/lib/liba.dylib").id).toBe("/build/liba.dylib");
  });

  it("lose run paths that stand twice, slice by slice, and keep a bare `@loader_path`", async () => {
    const { out } = await repair(
      () => ({
        "demo/x.dylib": fatFile(
          { arch: "x86_64", minos: "10.13", rpaths: ["/opt/x86", "@loader_path", "/opt/x86"] },
          { arch: "arm64", rpaths: ["@loader_path"] },
        ),
      }),
      undefined,
      { platform: "macosx_10_13_universal2" },
    );
    expect(linked(out, "demo/x.dylib", "x86_64").rpaths).toEqual(["@loader_path"]);
    expect(linked(out, "demo/x.dylib", "arm64").rpaths).toEqual(["@loader_path"]);
  });

  it("keep all run paths when told to", async () => {
    const files = () => ({ "demo/x.dylib": { rpaths: ["/opt/lib", "@loader_path/gone"] } });
    const { out } = await repair(files, undefined, { options: ["--no-sanitize-rpaths"] });
    expect(linked(out, "demo/x.dylib").rpaths).toEqual(["/opt/lib", "@loader_path/gone"]);
  });

  it("are resolved slice by slice", async () => {
    const { out } = await repair(
      (lib) => ({
        "demo/x.so": fatFile(
          {
            arch: "x86_64",
            minos: "10.13",
            loads: ["@rpath/liba.dylib"],
            rpaths: [`${lib}/intel`],
          },
          { arch: "arm64", loads: ["@rpath/liba.dylib"], rpaths: [`${lib}/apple`] },
        ),
      }),
      () => ({
        "intel/liba.dylib": { arch: "x86_64", minos: "10.13" },
        "apple/liba.dylib": { arch: "arm64" },
      }),
      { platform: "macosx_10_13_universal2" },
    );
    const [apple, intel] = ["arm64", "x86_64"].map(
      (arch) => linked(out, "demo/x.so", arch).loads[0],
    );
    expect(apple).not.toBe(intel);
    expect(grafts(out)).toHaveLength(2);
  });

  it("get an LC_UUID when they are changed without one, the same in every run", async () => {
    const files = (lib: string) => ({ "demo/x.so": { loads: [`${lib}/liba.dylib`], uuid: false } });
    const [one, two] = [
      await repair(files, () => ({ "liba.dylib": {} })),
      await repair(files, () => ({ "liba.dylib": {} })),
    ];
    const ran = await wheelkit("show", "-f", "json", wheelIn(one.out).path);
    const [binary] = JSON.parse(ran.out).wheels[0].binaries.filter(
      ({ path }: { path: string }) => path === "demo/x.so",
    );
    expect(binary.slices[0].uuid).toMatch(/^[0-9A-F-]{36}$/);
    expect(wheelIn(two.out).members.get("demo/.dylibs/liba.dylib")).toEqual(
      wheelIn(one.out).members.get("demo/.dylibs/liba.dylib"),
    );
  });

  it("that are programs in `scripts` move into the package, and a script takes their place", async () => {
    const { out } = await repair(
      (lib) => ({
        "demo-1.0.data/scripts/tool": { kind: "program", loads: [`${lib}/liba.dylib`] },
      }),
      () => ({ "liba.dylib": {} }),
    );
    const shim = readWheel(wheelIn(out).path).get("demo-1.0.data/scripts/tool");
    expect(shim).toMatch(/^#!python\n/);
    expect(linked(out, "demo.scripts/tool").loads).toEqual([
      "@loader_path/../demo/.dylibs/liba.dylib",
    ]);
  });
});

describe("what dyld refuses, in files that nothing else is to be done to", () => {
  it("is an Apple file without a signature: it gets one, and an Intel file needs none", async () => {
    const { out, err, status } = await repair(
      () => ({ "demo/x.so": fatFile({ arch: "x86_64" }, { arch: "arm64" }) }),
      undefined,
      { platform: "macosx_11_0_universal2" },
    );
    expect({ err, status }).toMatchObject({ status: 0 });
    expect(linked(out, "demo/x.so", "arm64").signature).toBe("adhoc");
    expect(linked(out, "demo/x.so", "x86_64").signature).toBe("none");
    expect((await wheelkit("audit", wheelIn(out).path, "--select", "LNK018")).out).not.toContain(
      "LNK018",
    );
  });

  it("is a signature that does not fit, on any processor", async () => {
    const { out } = await repair(() => ({ "demo/x.so": {} }));
    const signed = wheelIn(out).members.get("demo/x.so")?.slice() ?? new Uint8Array();
    // The last byte before the signature.
    const { slices } = FORMATS.macho.open(memorySource(signed)).facts(() => false);
    const end = slices[0].signature.at?.offset ?? 0;
    signed[end - 1] = (signed[end - 1] ?? 0) ^ 1;
    const again = await repair(() => ({ "demo/x.so": signed }));
    expect(again.err).not.toContain("error");
    const audited = await wheelkit("audit", wheelIn(again.out).path, "--select", "LNK018");
    expect(audited.status).toBe(0);
  });

  it("stays unsigned where nothing can be signed, and that is said", async () => {
    const file = machoFile({});
    const longer = new Uint8Array(file.length + 100);
    longer.set(file);
    longer.fill(7, file.length);
    const { status, err } = await repair(() => ({ "demo/x.so": longer }));
    expect(err).toContain("arm64 was not signed: data follows what the load commands describe");
    // The wheel is as good as it was.
    expect(status).toBe(0);
  });

  it("is a library that is loaded twice by one name: one load stays", async () => {
    const twice = { loads: ["/usr/lib/libz.1.dylib", "/usr/lib/libz.1.dylib"], sdk: "15.0" };
    const { out } = await repair(() => ({ "demo/x.so": twice }));
    expect(linked(out, "demo/x.so").loads).toEqual(["/usr/lib/libz.1.dylib"]);
    const kept = await repair(
      () => ({ "demo/x.so": { rpaths: ["@loader_path", "@loader_path"] } }),
      undefined,
      { options: ["--no-sanitize-rpaths"] },
    );
    expect(linked(kept.out, "demo/x.so").rpaths).toEqual(["@loader_path"]);
  });

  it("is mended once: a second repair changes nothing", async () => {
    const first = await repair(() => ({
      "demo/x.so": fatFile(
        { arch: "arm64", loads: ["/usr/lib/libz.1.dylib", "/usr/lib/libz.1.dylib"] },
        { arch: "arm64e" },
      ),
    }));
    const once = wheelIn(first.out);
    const again = join(scratchFolder(), "again");
    await wheelkit("repair", "-w", again, once.path);
    expect(bytesOf(wheelIn(again).path)).toEqual(bytesOf(once.path));
  });
});

describe("a header that is full", () => {
  const outside = () => ({ "liba.dylib": {} });

  it("takes longer names where run paths are removed in the same step", async () => {
    const { out, err } = await repair(
      (lib) => ({
        "demo/x.so": {
          loads: [`${lib}/liba.dylib`, "@rpath/liba.dylib"],
          rpaths: [lib, `/opt/${"long/".repeat(20)}`, "/usr/local/lib"],
          room: 0,
        },
      }),
      outside,
      { options: ["-L", "a/folder/that/is/deep"] },
    );
    expect(err).toBe("");
    expect(linked(out, "demo/x.so")).toMatchObject({
      loads: [
        "@loader_path/a/folder/that/is/deep/liba.dylib",
        "@loader_path/./a/folder/that/is/deep/liba.dylib",
      ],
      rpaths: [],
      signature: "adhoc",
    });
  });

  it("is made longer where nothing in it gives way", async () => {
    const folder = scratchFolder();
    // Shorter than what it becomes.
    const short = join("/tmp", folder.slice(-6));
    symlinkSync(folder, short);
    onTestFinished(() => rmSync(short));
    writeOutside(join(folder, "a"), machoFile({ id: "a" }));
    const { out, status, err } = await repair(
      () => ({ "demo/x.so": { loads: [`${short}/a`], room: 0 } }),
      undefined,
      { options: ["-L", "a/folder/that/is/very/very/deep"] },
    );
    expect([status, err]).toEqual([0, ""]);
    expect(linked(out, "demo/x.so").loads).toEqual([
      "@loader_path/a/folder/that/is/very/very/deep/a",
    ]);
  });
});

describe("a repaired wheel", () => {
  const files = (lib: string) => ({
    "demo/x.so": { loads: [`${lib}/libb.dylib`], rpaths: ["/opt/lib"] },
    "demo/y.so": { loads: ["@rpath/libown.dylib"], rpaths: ["@loader_path"] },
    "demo/libown.dylib": { id: "@rpath/libown.dylib", rpaths: ["/opt/lib"] },
  });
  const outside = (lib: string) => ({
    "libb.dylib": { loads: [`${lib}/liba.dylib`] },
    "liba.dylib": {},
  });

  it("is the same whatever the threads, and stays the same when it is repaired again", async () => {
    const { out, wheel } = await repair(files, outside);
    const first = wheelIn(out);
    for (const options of [
      ["-j", "1"],
      ["-j", "4"],
    ]) {
      const again = scratchFolder();
      await wheelkit("repair", "-w", again, ...options, wheel);
      expect(bytesOf(wheelIn(again).path)).toEqual(bytesOf(first.path));
    }
    const twice = scratchFolder();
    await wheelkit("repair", "-w", twice, first.path);
    expect(bytesOf(wheelIn(twice).path)).toEqual(bytesOf(first.path));
  });

  it("lists what was grafted, and is found right by an audit", async () => {
    const { out } = await repair(files, outside);
    const { path, members } = wheelIn(out);
    const bill = JSON.parse(
      new TextDecoder().decode(members.get("demo-1.0.dist-info/sboms/wheelkit.cdx.json")),
    );
    expect(bill.components).toHaveLength(2);
    const { status } = await wheelkit("audit", "--select", "TAG,LNK,REC", path);
    expect(status).toBe(0);
  });
});

describe("tags and demands", () => {
  it("follow the newest library, which lowers or raises the tag", async () => {
    const newer = await repair(
      (lib) => ({ "demo/x.so": { loads: [`${lib}/liba.dylib`] } }),
      () => ({ "liba.dylib": { minos: "13.2" } }),
    );
    expect(wheelIn(newer.out).name).toContain("-macosx_13_0_arm64.whl");
    expect(newer.err).toContain("needs macOS 13.2 (arm64, for `demo/.dylibs/liba.dylib`)");
    const lower = await repair(
      () => ({ "demo/x.so": { arch: "x86_64", minos: "10.9" } }),
      undefined,
      {
        platform: "macosx_11_0_x86_64",
      },
    );
    expect(wheelIn(lower.out).name).toContain("-macosx_10_9_x86_64.whl");
  });

  it("mend tags that no Mac looks for", async () => {
    for (const [platform, file, tag] of [
      ["macosx_14_5_arm64", { minos: "14.5" }, "macosx_14_0_arm64"],
      ["macosx_10_9_arm64", { minos: "10.9" }, "macosx_11_0_arm64"],
      ["macosx_16_0_arm64", { minos: "16.0" }, "macosx_26_0_arm64"],
    ] as const) {
      const { out } = await repair(() => ({ "demo/x.so": file }), undefined, { platform });
      expect(wheelIn(out).name, platform).toContain(`-${tag}.whl`);
    }
  });

  it("hold every library to the target, with the file that is in the way", async () => {
    const files = (lib: string) => ({ "demo/x.so": { loads: [`${lib}/liba.dylib`] } });
    const outside = () => ({ "liba.dylib": { minos: "14.0" } });
    const env = { MACOSX_DEPLOYMENT_TARGET: "12.0" };
    const { status, err } = await repair(files, outside, { env });
    expect(status).toBe(3);
    expect(err).toContain(
      "the target macOS 12.0 can't be reached: `demo/.dylibs/liba.dylib` needs 14.0 (arm64)",
    );
    expect(err).toContain("set MACOSX_DEPLOYMENT_TARGET=14.0");
    const options = ["--require-target-macos-version", "14"];
    const reached = await repair(files, outside, { env, options });
    expect(wheelIn(reached.out).name).toContain("-macosx_14_0_arm64.whl");
    // Apple's own processors begin with 11.
    const old = await repair(() => ({ "demo/x.so": {} }), undefined, {
      env: { MACOSX_DEPLOYMENT_TARGET: "10.9" },
    });
    expect(wheelIn(old.out).name).toContain("-macosx_11_0_arm64.whl");
  });

  it("do not hold slices to it that the tag does not claim", async () => {
    const file = fatFile({ arch: "x86_64", minos: "13.0" }, { arch: "arm64", minos: "11.0" });
    const { out } = await repair(() => ({ "demo/x.so": file }), undefined, {
      env: { MACOSX_DEPLOYMENT_TARGET: "11.0" },
    });
    expect(wheelIn(out).name).toContain("-macosx_11_0_arm64.whl");
  });

  it("demand every architecture of the tag, of `--require-archs`, and of each user", async () => {
    const lacking = await repair(() => ({ "demo/x.so": {} }), undefined, {
      platform: "macosx_11_0_universal2",
    });
    expect(lacking.err).toContain("but no file has code for x86_64");
    const required = await repair(() => ({ "demo/x.so": {} }), undefined, {
      options: ["--require-archs", "universal2"],
    });
    expect(required.err).toContain("required arch x86_64 missing from `demo/x.so`");
    const user = await repair(
      (lib) => ({
        "demo/x.so": fatFile(
          { arch: "x86_64", loads: [`${lib}/liba.dylib`] },
          { arch: "arm64", loads: [`${lib}/liba.dylib`] },
        ),
      }),
      () => ({ "liba.dylib": {} }),
      { platform: "macosx_11_0_universal2" },
    );
    expect(user.err).toContain("for x86_64, and the one in");
    for (const { status } of [lacking, required, user]) expect(status).toBe(3);
  });

  it("do not take arm64e for arm64", async () => {
    const { status, err } = await repair(() => ({ "demo/x.so": { arch: "arm64e" } }));
    expect(status).toBe(3);
    expect(err).toContain("no file has code for arm64");
    const beside = await repair(
      (lib) => ({
        "demo/x.so": fatFile(
          { arch: "arm64", loads: [`${lib}/liba.dylib`] },
          { arch: "arm64e", loads: [`${lib}/liba.dylib`] },
        ),
      }),
      () => ({ "liba.dylib": {} }),
    );
    for (const arch of ["arm64", "arm64e"]) {
      expect(linked(beside.out, "demo/x.so", arch)).toMatchObject({
        loads: ["@loader_path/.dylibs/liba.dylib"],
        signature: "adhoc",
      });
    }
  });

  it("are not raised by code for a simulator", async () => {
    const { out, err } = await repair(() => ({
      "demo/x.so": {},
      "demo/sim.dylib": { platform: 7, minos: "17.0" },
    }));
    expect(wheelIn(out).name).toContain("-macosx_11_0_arm64.whl");
    expect(err).toContain("for another of Apple's systems is left unchanged");
  });

  it("may be asked for, and are refused where they would not be true", async () => {
    const files = () => ({ "demo/x.so": { minos: "12.0" } });
    const asked = await repair(files, undefined, { options: ["--plat", "macosx_13_0_arm64"] });
    expect(wheelIn(asked.out).name).toContain("-macosx_13_0_arm64.whl");
    const refused = await repair(files, undefined, { options: ["--plat", "macosx_11_0_arm64"] });
    expect(refused.status).toBe(3);
  });
});

describe("wheels for iOS", () => {
  const platform = "ios_13_0_arm64_iphoneos";

  it("are copied where they are right, and never get a loose library", async () => {
    const file = { platform: 2, minos: "13.0", loads: ["@rpath/Python.framework/Python"] };
    const { out, wheel } = await repair(() => ({ "demo/x.so": file }), undefined, { platform });
    expect(wheelIn(out).members.get("demo/x.so")).toEqual(machoFile(file));
    expect(wheelIn(out).name).toBe(wheel.slice(wheel.lastIndexOf("/") + 1));
  });

  it("are refused with a library of the builder's machine, even where that exists", async () => {
    const { status, err } = await repair(
      (lib) => ({
        "demo/x.so": { platform: 2, minos: "13.0", loads: [`${lib}/libjpeg.62.dylib`] },
      }),
      () => ({ "libjpeg.62.dylib": { platform: 2, minos: "13.0" } }),
      { platform },
    );
    expect(status).toBe(3);
    expect(err).toMatch(/needs `.*libjpeg\.62\.dylib`, which no phone has/);
    expect(err).toContain("link it statically or ship a framework");
  });
});
