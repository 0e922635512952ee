/** Rules on linking. */
import { describe, expect, it } from "vitest";
import type { LoadSegment } from "../../../../src/formats.ts";
import type { ElfSketch, WheelSketch } from "../../../support/native.ts";
import { audit, codes, elf, elfFile, module, only } from "../../../support/native.ts";

const EXT = "demo/_x.cpython-312-x86_64-linux-gnu.so";

describe("LNK001 library outside", () => {
  const needs = (...names: readonly string[]) => module("_x", { needed: ["libc.so.6", ...names] });

  it("names what is missing, once for a file", () => {
    const problem = only(
      audit({ files: { [EXT]: needs("libfoo.so.1", "libbar.so.2") } }),
      "LNK001",
    );
    expect(problem.message).toBe(
      "needs `libbar.so.2`, `libfoo.so.1`, which are neither in the wheel nor allowed by any policy",
    );
    expect(problem.level).toBeUndefined();
  });

  it("counts a library that only policies newer than the tag allow", () => {
    const at = (tags: string) =>
      codes(audit({ tags, files: { [EXT]: needs("libexpat.so.1") } }), "LNK001");
    expect(at("cp312-cp312-manylinux1_x86_64")).toEqual([`LNK001 ${EXT}`]);
    expect(at("cp312-cp312-manylinux_2_17_x86_64")).toEqual([]);
    expect(at("cp312-cp312-linux_x86_64")).toEqual([]);
    const tags = "cp312-cp312-manylinux1_x86_64";
    expect(only(audit({ tags, files: { [EXT]: needs("libexpat.so.1") } }), "LNK001")).toMatchObject(
      {
        message:
          "needs `libexpat.so.1`, which is not in the wheel and which no policy before `manylinux_2_12` allows",
        hint: "tag it `manylinux_2_12_x86_64`, or run `wheelkit repair` to put the library into the wheel",
      },
    );
  });

  it("counts a library that Android has only since a newer API level", () => {
    const at = (api: number) =>
      audit({
        tags: `cp313-cp313-android_${api}_arm64_v8a`,
        files: {
          "demo/_x.cpython-313-aarch64-linux-android.so": module("_x", {
            arch: "aarch64",
            androidApi: 21,
            needed: ["libc.so", "libvulkan.so"],
          }),
        },
      });
    expect(codes(at(24), "LNK001")).toEqual([]);
    const problem = only(at(21), "LNK001");
    expect(problem.message).toBe(
      "needs `libvulkan.so`, which Android provides only since API level 24",
    );
    expect(problem.hint).toBe(
      "tag it `android_24_arm64_v8a`, or open the library only where it exists",
    );
    expect(problem.level).toBeUndefined();
  });

  it("is silent about libraries in the wheel, of the policy, excluded, and the loader", () => {
    const files = {
      [EXT]: {
        ...needs("libz.so.1", "ld-linux-x86-64.so.2", "libcuda.so.1", "libhere.so"),
        searchPaths: [{ kind: "runpath" as const, path: "$ORIGIN", at: { record: "Elf_Dyn" } }],
      },
      "demo/libhere.so": elf({ id: "libhere.so" }),
    };
    expect(codes(audit({ files, options: { exclude: ["libcuda*"] } }))).toEqual([]);
  });

  it("knows drivers and wheels that provide a library", () => {
    const level = (library: string, ...requires: readonly string[]) => {
      const { level: found, hint } = only(
        audit({ files: { [EXT]: needs(library) }, requires }),
        "LNK001",
      );
      return [found, hint];
    };
    expect(level("libcuda.so.1")).toEqual(["warning", expect.stringContaining("NVIDIA's driver")]);
    expect(level("libtorch_cpu.so")).toEqual([
      "warning",
      expect.stringContaining("does not require it"),
    ]);
    expect(level("libtorch_cpu.so", "Torch >=2")).toEqual([
      "info",
      expect.stringContaining("`torch`, which the wheel requires"),
    ]);
    expect(level("libcublas.so.12", "nvidia-cublas-cu12")[0]).toBe("info");
    expect(level("libfoo.so.1", "torch")[0]).toBeUndefined();
    // Through extras and bundles.
    expect(level("libcublas.so.13", "cuda-toolkit[cublas,cudart]==13.0")).toEqual([
      "info",
      expect.stringContaining("`cuda-toolkit[cublas,cudart]`, which the wheel requires"),
    ]);
    expect(level("libcudart.so.13", "cuda-toolkit[cublas,cudart]==13.0")[0]).toBe("info");
    expect(level("libnvrtc.so.13", "cuda-toolkit[all]")[0]).toBe("info");
    expect(level("libcufft.so.12", "cuda-toolkit[cublas]")[0]).toBe("warning");
    expect(level("libcudart.so.13", "tensorflow[and-cuda]")[0]).toBe("info");
    expect(level("libiomp5.so", "mkl")[0]).toBe("info");
    expect(level("libQt6Core.so.6", "PySide6-Addons")[0]).toBe("info");
    expect(level("libcudart.so.13", "numpy")[0]).toBe("warning");
    // What an unknown project's extra brings is anybody's guess.
    expect(level("libcudart.so.13", "acme[gpu]")).toEqual([
      "info",
      expect.stringContaining("`acme[gpu]`, which the wheel requires, brings it is not known"),
    ]);
  });

  it("sees by the search path that another wheel has it", () => {
    const at = (entry: string) =>
      only(
        audit({ files: { [EXT]: module("_x", { needed: ["libfoo.so.1"], rpath: [entry] }) } }),
        "LNK001",
      );
    expect(at("$ORIGIN/../foo/lib")).toMatchObject({
      level: "warning",
      hint: "the search path leads to `foo/lib` of another wheel; require that wheel, and say so with `--exclude`",
    });
    expect(at("$ORIGIN/lib").level).toBeUndefined();
  });

  it("takes libraries that libraries outside need", () => {
    const host = {
      resolve: (path: string) => (path === "/opt/libfoo.so.1" ? path : undefined),
      list: () => [],
      readText: () => undefined,
      readNative: () => elfFile(elf({ id: "libfoo.so.1", needed: ["libbar.so.2", "libc.so.6"] })),
    };
    const result = audit({
      files: { [EXT]: needs("libfoo.so.1") },
      options: { host, ldpaths: ["/opt"] },
    });
    expect(result.external).toEqual([
      { name: "libbar.so.2", neededBy: [EXT], found: null },
      { name: "libfoo.so.1", neededBy: [EXT], found: "opt/libfoo.so.1" },
    ]);
    expect(result.binaries[0]?.dependencies.map(({ name, in: place }) => [name, place])).toEqual([
      ["libc.so.6", "allowed"],
      ["libfoo.so.1", "external"],
    ]);
  });

  it("what a grafted library needs limits the reachable policy", () => {
    const host = {
      resolve: (path: string) => (path === "/opt/libfoo.so.1" ? path : undefined),
      list: () => [],
      readText: () => undefined,
      readNative: () =>
        elfFile(
          elf({
            id: "libfoo.so.1",
            needed: ["libc.so.6"],
            versions: { "libc.so.6": ["GLIBC_2.34"] },
          }),
        ),
    };
    const result = audit({
      files: { [EXT]: needs("libfoo.so.1") },
      options: { host, ldpaths: ["/opt"] },
    });
    expect(result.verdict.reachable).toBe("manylinux_2_34_x86_64");
    expect(result.verdict.reasons).toContainEqual({
      policy: "manylinux_2_31",
      rank: 20_031,
      path: "opt/libfoo.so.1",
      why: "symbol-version",
      library: "libc.so.6",
      version: "GLIBC_2.34",
      symbols: [],
    });
  });

  it("says `missing` only where it was looked for", () => {
    const host = {
      resolve: () => undefined,
      list: () => [],
      readText: () => undefined,
      readNative: () => undefined,
    };
    const place = (options: object) =>
      audit({ files: { [EXT]: needs("libfoo.so.1") }, options }).binaries[0]?.dependencies[1]?.in;
    expect(place({})).toBe("external");
    expect(place({ host, ldpaths: ["/opt"] })).toBe("missing");
  });
});

describe("LNK002 versions of bundled libraries", () => {
  const wheel = (defined: readonly string[], tags?: string) =>
    audit({
      ...(tags === undefined ? {} : { tags }),
      files: {
        [EXT]: module("_x", {
          needed: ["libssl-1a.so.3"],
          rpath: ["$ORIGIN/../demo.libs"],
          versions: { "libssl-1a.so.3": ["OPENSSL_3.0.0", "OPENSSL_3.2.0"] },
        }),
        "demo.libs/libssl-1a.so.3": elf({ id: "libssl-1a.so.3", versionDefinitions: defined }),
      },
    });

  it("a version that the library does not define", () => {
    expect(only(wheel(["OPENSSL_3.0.0"]), "LNK002")).toMatchObject({
      path: EXT,
      message:
        "needs `OPENSSL_3.2.0` of `libssl-1a.so.3`, but `demo.libs/libssl-1a.so.3` defines no such version",
    });
    expect(codes(wheel(["OPENSSL_3.0.0", "OPENSSL_3.2.0"]), "LNK002")).toEqual([]);
  });

  it("a library without versions only makes the loader complain", () => {
    expect(only(wheel([]), "LNK002")).toMatchObject({ level: "warning" });
  });
});

describe("LNK005 unused", () => {
  it("a grafted library without users", () => {
    const files = {
      [EXT]: module("_x", { needed: ["liba.so"], rpath: ["$ORIGIN/../demo.libs"] }),
      "demo.libs/liba.so": elf({ id: "liba.so" }),
      "demo.libs/libb.so": elf({ id: "libb.so" }),
      "demo/plugins/libc.so": elf({ id: "libc.so" }),
    };
    expect(codes(audit({ files }), "LNK005")).toEqual(["LNK005 demo.libs/libb.so"]);
  });
});

describe("LNK006 and LNK007 search paths", () => {
  const paths = (path: string, ...runpath: readonly string[]) =>
    audit({ files: { [path]: module("_x", { runpath }) } })
      .problems.filter(({ code }) => code.startsWith("LNK"))
      .map(({ code, level }) => `${code} ${level ?? "default"}`);

  it.each([
    ["/opt/lib", ["LNK006 default"]],
    ["", ["LNK006 error"]],
    ["lib", ["LNK006 error"]],
    ["/tmp/build", ["LNK006 error"]],
    ["$ORIGIN", []],
    ["${ORIGIN}/../demo.libs", []],
    ["$ORIGIN/../../other.libs", ["LNK007 default"]],
    ["$ORIGIN/..", []],
    ["$ORIGIN/../../../../../../..", ["LNK007 default"]],
    ["$LIB/x", []],
  ])("%j", (entry, expected) => {
    expect(paths(EXT, entry)).toEqual(expected);
  });

  it("a script may look into its own installation", () => {
    expect(paths("demo-1.0.data/scripts/tool", "$ORIGIN/../lib/demo")).toEqual([]);
    expect(paths("demo-1.0.data/scripts/tool", "$ORIGIN/../../lib/demo")).toEqual([
      "LNK007 default",
    ]);
  });
});

describe("LNK008 dependency by path", () => {
  it("any slash", () => {
    const result = audit({ files: { [EXT]: module("_x", { needed: ["/build/libfoo.so"] }) } });
    expect(only(result, "LNK008").message).toBe("needs `/build/libfoo.so` by its path");
    expect(codes(audit({ files: { [EXT]: module("_x") } }), "LNK008")).toEqual([]);
  });
});

describe("LNK009 clashing names", () => {
  it("common names without a hash", () => {
    const files = { [EXT]: module("_x"), "demo.libs/libssl.so.3": elf({ id: "libssl.so.3" }) };
    expect(codes(audit({ files }), "LNK009")).toEqual(["LNK009 demo.libs/libssl.so.3"]);
    const mangled = {
      [EXT]: module("_x"),
      "demo.libs/libssl-1a2b.so.3": elf({ id: "libssl-1a2b.so.3" }),
    };
    expect(codes(audit({ files: mangled }), "LNK009")).toEqual([]);
  });
});

describe("LNK010 static TLS", () => {
  it("in libraries, milder in those that always have it", () => {
    const files = {
      "a.so": elf({ staticTls: true }),
      "libgomp-1a.so.1": elf({ staticTls: true }),
      tool: elf({ staticTls: true, kind: "executable" }),
    };
    expect(
      audit({ files })
        .problems.filter(({ code }) => code === "LNK010")
        .map(({ path, level }) => [path, level]),
    ).toEqual([
      ["a.so", undefined],
      ["libgomp-1a.so.1", "info"],
    ]);
  });
});

describe("LNK011 layout", () => {
  const segment = (changes: Partial<LoadSegment> = {}): LoadSegment => ({
    offset: 0x1000,
    fileSize: 0x100,
    address: 0x2000n,
    memorySize: 0x100n,
    align: 0x1000n,
    readable: true,
    writable: false,
    executable: false,
    at: { record: "Elf_Phdr", offset: 120 },
    ...changes,
  });
  const judge = (...loads: readonly LoadSegment[]) =>
    audit({ files: { "a.so": elf({ loads }) } }).problems.filter(({ code }) => code === "LNK011");

  it.each([
    ["p_align", segment({ align: 0x1800n })],
    ["p_vaddr", segment({ address: 0x2100n })],
    ["p_align", segment({ align: 16n })],
    ["p_filesz", segment({ fileSize: 100_000, memorySize: 100_000n })],
    ["p_memsz", segment({ memorySize: 0x80n })],
  ])("%s", (field, load) => {
    expect(judge(load)).toMatchObject([
      { path: "a.so", at: { record: "Elf_Phdr", offset: 120, field } },
    ]);
  });

  it("order and overlap", () => {
    expect(judge(segment(), segment({ address: 0x1000n, offset: 0x2000 }))).toHaveLength(1);
    expect(judge(segment({ memorySize: 0x2000n }), segment({ address: 0x3000n }))).toHaveLength(1);
    expect(judge(segment(), segment({ address: 0x3000n }))).toEqual([]);
  });

  it("an alignment of none is allowed", () => {
    expect(judge(segment({ align: 0n, address: 0x1234n }))).toEqual([]);
  });

  it("a segment without contents may lie after the end, as in files of debug information", () => {
    expect(judge(segment({ fileSize: 0, offset: 0x100000 }))).toEqual([]);
  });

  it("what the parser had to step over", () => {
    const problems = [
      { message: "the note is longer than its segment", at: { record: "Elf_Nhdr" } },
    ];
    expect(only(audit({ files: { "a.so": elf({ problems }) } }), "LNK011")).toMatchObject({
      message: "the note is longer than its segment",
      level: "warning",
    });
  });
});

describe("LNK014 libraries that small systems lack", () => {
  it("GLib, which the policy allows", () => {
    const needed = ["libc.so.6", "libglib-2.0.so.0", "libgobject-2.0.so.0"];
    const result = audit({ files: { [EXT]: module("_x", { needed }) } });
    expect(only(result, "LNK014").message).toBe(
      "needs `libglib-2.0.so.0`, `libgobject-2.0.so.0`: importing it fails on systems without GLib",
    );
    expect(result.verdict.supported).toBe("manylinux_2_5_x86_64");
  });

  it("knows `libnsl.so.1` and `libatomic.so.1`, and needs of which nothing is used", () => {
    const at = (sketch: ElfSketch) =>
      only(audit({ files: { [EXT]: module("_x", sketch) } }), "LNK014");
    const needed = ["libc.so.6", "libnsl.so.1"];
    expect(at({ needed }).hint).toContain("nothing is imported from it");
    expect(at({ needed, unversioned: ["yp_match"] }).hint).toMatch(
      /^Fedora and RHEL have it in `libnsl`; /,
    );
    const versions = { "libnsl.so.1": ["GLIBC_2.2.5:yp_match"] };
    expect(at({ needed, versions }).hint).toContain("--bundle 'libnsl.so.1'");
    const expat = at({ needed: ["libexpat.so.1"], unversioned: ["XML_Parse"] }).hint;
    expect(expat).toMatch(/^Debian has it in `libexpat1`, Fedora and RHEL in `expat`; /);
    expect(at({ needed: ["libatomic.so.1"] }).message).toContain("GCC's atomic library");
  });
});

describe("LNK021 library that no search path reaches", () => {
  const lib = elf({ id: "libin.so" });
  const at = (sketch: WheelSketch) => {
    const { verdict, problems } = audit(sketch);
    const found = problems.filter(({ code }) => code === "LNK021");
    return { supported: verdict.supported, found };
  };
  const levels = (sketch: WheelSketch): readonly string[] =>
    at(sketch).found.map(({ path, level }) => `${path} ${level ?? "error"}`);
  const ext = (sketch: ElfSketch = {}) =>
    module("_x", { needed: ["libc.so.6", "libin.so"], ...sketch });

  it.each([
    ["manylinux_2_17_x86_64", "x86_64", "libc.so.6"],
    ["manylinux_2_17_aarch64", "aarch64", "libc.so.6"],
    ["musllinux_1_2_x86_64", "x86_64", "libc.musl-x86_64.so.1"],
    ["android_24_arm64_v8a", "aarch64", "libc.so"],
  ])("costs a module every tag: %s", (tag, arch, libc) => {
    const files = {
      "demo/_x.so": elf({ arch, needed: [libc, "libin.so"], pythonInit: ["PyInit__x"] }),
      "lib/libin.so": elf({ arch, id: "libin.so", needed: [libc] }),
    };
    const { supported, found } = at({ tags: `cp312-cp312-${tag}`, files });
    expect(supported).toMatch(/^linux_/);
    expect(found).toMatchObject([
      {
        path: "demo/_x.so",
        message:
          "needs `libin.so`, which is in the wheel at `lib/libin.so`, but no search path of the file leads there",
        hint: "run `wheelkit repair`, or link with `-Wl,-rpath,$ORIGIN/../lib`",
      },
    ]);
    expect(found[0]?.level).toBeUndefined();
  });

  it("is the same with a path to a folder that is not there, and one library further", () => {
    expect(
      levels({ files: { [EXT]: ext({ runpath: ["$ORIGIN/lib"] }), "lib/libin.so": lib } }),
    ).toEqual([`${EXT} error`]);
    const mid = elf({ id: "libmid.so", needed: ["libin.so"] });
    const files = {
      [EXT]: module("_x", { needed: ["libmid.so"], runpath: ["$ORIGIN"] }),
      "demo/libmid.so": mid,
      "lib/libin.so": lib,
    };
    expect(levels({ files })).toEqual(["demo/libmid.so error"]);
  });

  it("is a warning where another file finds the library, or the package names it", () => {
    const other = "demo/_y.cpython-312-x86_64-linux-gnu.so";
    const files = { [EXT]: ext(), "lib/libin.so": lib };
    const second = module("_y", { needed: ["libin.so"], runpath: ["$ORIGIN/../lib"] });
    expect(levels({ files: { ...files, [other]: second } })).toEqual([`${EXT} warning`]);
    for (const text of [
      'ctypes.CDLL(os.path.join(here, "lib", "libin.so"))',
      'for path in glob.glob(here + "/*.so*"): ctypes.CDLL(path, ctypes.RTLD_GLOBAL)',
      'ctypes.cdll.LoadLibrary(f"lib{name}.so" if (name := "in") else "")',
    ]) {
      expect(levels({ files, texts: [text] })).toEqual([`${EXT} warning`]);
    }
    expect(levels({ files, texts: ["import ctypes\nfrom . import _x"] })).toEqual([`${EXT} error`]);
  });

  it("is a warning where the package puts the library's name together", () => {
    const library = elf({ id: "libmedia7.so" });
    const user = module("_x", { needed: ["libmedia7.so"] });
    const files = { [EXT]: user, "lib/libmedia7.so": library };
    for (const text of ['load(f"libmedia{version}")', 'load(here + "/libmedia%d.so" % version)']) {
      expect(levels({ files, texts: [text] })).toEqual([`${EXT} warning`]);
    }
    expect(levels({ files, texts: ['load(f"libmusic{version}")'] })).toEqual([`${EXT} error`]);
  });

  it("names the copy that a search path would lead to", () => {
    const files = {
      [EXT]: module("_x", { needed: ["libin.so.2"] }),
      "lib/libin.so": elf({ id: "libin.so.2" }),
      "lib/libin.so.2": elf({ id: "libin.so.2" }),
    };
    expect(at({ files }).found[0]?.message).toContain("at `lib/libin.so.2`");
  });

  it("is a warning for programs that a required project starts", () => {
    const program = elf({
      kind: "executable",
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      needed: ["libc.so.6", "libin.so"],
    });
    const files = { "prefix/bin/tool": program, "prefix/lib/libin.so": lib };
    const script = {
      path: "demo-1.0.data/scripts/tool",
      text: "#!python\nfrom runner.run import main\nmain()",
    };
    const entry = {
      path: "demo-1.0.dist-info/entry_points.txt",
      text: "[console_scripts]\ntool = runner.run:main\n",
    };
    const other = { ...entry, text: entry.text.replace("tool =", "other =") };
    for (const [text, requires, level] of [
      [script, ["runner"], "warning"],
      [entry, ["runner>=1"], "warning"],
      [script, [], "error"],
      [other, ["runner"], "error"],
      [{ ...script, path: "demo-1.0.data/scripts/other" }, ["runner"], "error"],
    ] as const) {
      expect(levels({ files, texts: [text], requires })).toEqual([`prefix/bin/tool ${level}`]);
    }
  });

  it("is an error for programs, before which nothing can load anything", () => {
    const program = elf({
      kind: "executable",
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      needed: ["libc.so.6", "libin.so"],
    });
    const second = module("_y", { needed: ["libin.so"], runpath: ["$ORIGIN"] });
    const files = { "demo/bin/tool": program, "demo/libin.so": lib, "demo/_y.so": second };
    expect(levels({ files, texts: ['CDLL("libin.so")'] })).toEqual(["demo/bin/tool error"]);
    expect(levels({ files, texts: ['env["LD_LIBRARY_PATH"] = lib'] })).toEqual([
      "demo/bin/tool warning",
    ]);
    const script = "demo-1.0.data/scripts/tool";
    const { found } = at({ files: { [script]: program, "demo/libin.so": lib } });
    expect(found).toMatchObject([
      { path: script, hint: expect.stringContaining("moves the program") },
    ]);
  });

  it("is a warning for a library that code opens at run time, and silent where it is found", () => {
    const plugin = elf({ id: "libplug.so", needed: ["libin.so"] });
    expect(levels({ files: { "demo/libplug.so": plugin, "lib/libin.so": lib } })).toEqual([
      "demo/libplug.so warning",
    ]);
    const first = ext({ rpath: ["$ORIGIN/../lib"] });
    expect(
      levels({ files: { [EXT]: first, "demo/libplug.so": plugin, "lib/libin.so": lib } }),
    ).toEqual(["demo/libplug.so info"]);
    expect(
      levels({ files: { [EXT]: ext({ rpath: ["$ORIGIN/../lib"] }), "lib/libin.so": lib } }),
    ).toEqual([]);
  });
});

describe("LNK022 C library in the wheel", () => {
  const libc = elf({
    id: "libc-1a2b3c4d.so.6",
    needed: ["ld-linux-x86-64.so.2"],
    versionDefinitions: ["GLIBC_2.2.5", "GLIBC_PRIVATE"],
  });
  const levels = (sketch: WheelSketch): readonly string[] =>
    audit(sketch)
      .problems.filter(({ code }) => code === "LNK022")
      .map(({ path, level }) => `${path} ${level ?? "error"}`);

  it("is an error where a module would load it, under whatever name", () => {
    const path = "demo.libs/libc-1a2b3c4d.so.6";
    const user = module("_x", { needed: ["libc-1a2b3c4d.so.6"], rpath: ["$ORIGIN/../demo.libs"] });
    expect(levels({ files: { [EXT]: user, [path]: libc } })).toEqual([`${path} error`]);
    expect(levels({ files: { [EXT]: module("_x"), [path]: libc } })).toEqual([`${path} error`]);
    const tool = elf({
      kind: "executable",
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      needed: ["libc-1a2b3c4d.so.6"],
      rpath: ["$ORIGIN/../demo.libs"],
    });
    expect(levels({ files: { "demo/tool": tool, [path]: libc } })).toEqual([`${path} warning`]);
    expect(
      levels({ files: { [EXT]: user, [path]: { ...libc, versionDefinitions: ["FOO_1"] } } }),
    ).toEqual([]);
  });

  it.each([
    ["libc.musl-x86_64.so.1", "error"],
    ["ld-musl-x86_64.so.1", undefined],
    ["libc-1a2b3c4d.musl-x86_64.so.1", "error"],
    ["libcmusl.so.1", undefined],
  ])("knows musl's by its names: %s", (name, level) => {
    const tags = "cp312-cp312-musllinux_1_2_x86_64";
    const user = elf({ needed: [name], pythonInit: ["PyInit__x"], rpath: ["$ORIGIN"] });
    const files = { "demo/_x.so": user, [`demo/${name}`]: elf({ id: name }) };
    const found = levels({ tags, files });
    // The loader itself is never taken from the wheel.
    const wanted = level ?? (name.startsWith("ld-") ? "error" : undefined);
    expect(found).toEqual(wanted === undefined ? [] : [`demo/${name} ${wanted}`]);
  });
});

describe("LNK023 program without an execute bit", () => {
  const program = elf({ kind: "executable", interpreter: "/lib64/ld-linux-x86-64.so.2" });
  const found = (path: string, slice = program, idle = [path]) =>
    codes(
      audit({ tags: "py3-none-manylinux_2_17_x86_64", files: { [path]: slice }, idle }),
      "LNK023",
    );

  it("is told of programs, wherever installers do not set it", () => {
    expect(found("demo/bin/tool")).toEqual(["LNK023 demo/bin/tool"]);
    expect(found("demo-1.0.data/data/bin/tool")).toHaveLength(1);
    expect(found("demo-1.0.data/scripts/tool")).toEqual([]);
    expect(found("demo/bin/tool", program, [])).toEqual([]);
    const fixed = elf({ kind: "executable", dynamic: false });
    expect(found("demo/bin/static", fixed)).toHaveLength(1);
    expect(found("go/src/debug/elf/testdata/exec")).toEqual([]);
  });

  it("is not asked of libraries, also those that print their version when they are run", () => {
    const qt = elf({ id: "libQt6Core.so.6", interpreter: "/lib64/ld-linux-x86-64.so.2" });
    expect(found("demo/libQt6Core.so.6", qt)).toEqual([]);
  });
});

describe("LNK024 program whose loader only its builder has", () => {
  const found = (interpreter: string, more: object = {}) =>
    codes(
      audit({
        tags: "py3-none-manylinux_2_17_x86_64",
        files: { "demo/bin/tool": elf({ kind: "executable", interpreter, ...more }) },
      }),
      "LNK024",
    );

  it.each([
    "/nix/store/abc-glibc-2.38/lib/ld-linux-x86-64.so.2",
    "/gnu/store/abc-glibc-2.35/lib/ld-linux-x86-64.so.2",
    "/home/linuxbrew/.linuxbrew/lib/ld.so",
    "/opt/_internal/lib64/ld-linux-x86-64.so.2",
    "lib64/ld-linux-x86-64.so.2",
  ])("%s is an error", (interpreter) => {
    expect(found(interpreter)).toEqual(["LNK024 demo/bin/tool"]);
  });

  it.each([
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "/usr/lib64/ld-linux-x86-64.so.2",
    "/libx32/ld-linux-x32.so.2",
    "/system/bin/linker64",
  ])("%s is one that systems have", (interpreter) => {
    expect(found(interpreter)).toEqual([]);
  });

  it("is not asked of files for another processor", () => {
    const interpreter = "/libexec/ld-elf.so.1";
    const files = {
      "demo/_x.so": module("_x"),
      "demo/testdata/exec": elf({ kind: "executable", interpreter, arch: "i686" }),
    };
    const { problems } = audit({ tags: "py3-none-manylinux_2_17_x86_64", files });
    expect(problems.filter(({ code }) => code === "LNK024")).toEqual([]);
  });

  it("is no matter for libraries", () => {
    expect(found("/nix/store/abc/lib/ld.so", { kind: "shared", id: "libx.so.1" })).toEqual([]);
  });
});

describe("LNK025 relocations that the tag's loaders do not read", () => {
  const found = (tag: string, sketch: ElfSketch = {}) =>
    audit({
      tags: `py3-none-${tag}`,
      files: { "demo/lib.so": elf({ relr: "standard", ...sketch }) },
    })
      .problems.filter(({ code }) => code === "LNK025")
      .map(({ level }) => level ?? "error");

  it("is an error with glibc, unless older ones refuse the file", () => {
    expect(found("manylinux_2_17_x86_64")).toEqual(["error"]);
    expect(found("linux_x86_64")).toEqual(["error"]);
    const guarded = { versions: { "libc.so.6": ["GLIBC_2.2.5", "GLIBC_ABI_DT_RELR"] } };
    expect(found("manylinux_2_36_x86_64", guarded)).toEqual([]);
    expect(found("manylinux_2_36_x86_64")).toEqual([]);
    expect(found("manylinux_2_17_x86_64", { relr: null })).toEqual([]);
    expect(found("manylinux_2_17_x86_64", { kind: "executable", interpreter: null })).toEqual([]);
  });

  it("is a warning with musl, whose tags promise less than 1.2.4", () => {
    expect(found("musllinux_1_2_x86_64", { needed: ["libc.so"] })).toEqual(["warning"]);
  });

  it("depends on the API level on Android", () => {
    const android = { arch: "aarch64", needed: ["libc.so", "liblog.so"] } as const;
    expect(found("android_24_arm64_v8a", android)).toEqual(["error"]);
    expect(found("android_28_arm64_v8a", { ...android, relr: "android" })).toEqual([]);
    expect(found("android_28_arm64_v8a", android)).toEqual(["error"]);
    expect(found("android_30_arm64_v8a", android)).toEqual([]);
  });
});

describe("LNK010 on loaders without a reserve", () => {
  const tls = (own: boolean, ...names: readonly string[]) => ({
    staticTls: true,
    staticTlsUse: { own, names },
  });
  const found = (files: WheelSketch["files"], tag = "musllinux_1_2_x86_64") =>
    audit({ tags: `cp312-cp312-${tag}`, files })
      .problems.filter(({ code }) => code === "LNK010")
      .map(({ path, level }) => `${path} ${level ?? "warning"}`);
  const ext = (sketch: ElfSketch) =>
    elf({ needed: ["libc.so"], pythonInit: ["PyInit__x"], rpath: ["$ORIGIN"], ...sketch });

  it("is an error for variables of the wheel's own files", () => {
    expect(found({ "demo/_x.so": ext(tls(true)) })).toEqual(["demo/_x.so error"]);
    expect(found({ "demo/_x.so": ext(tls(false, "errno_of_libc")) })).toEqual([]);
    const user = ext({ ...tls(false, "counter"), needed: ["libt.so"] });
    const owner = elf({ id: "libt.so", exports: ["counter"] });
    expect(found({ "demo/_x.so": user, "demo/libt.so": owner })).toEqual(["demo/_x.so error"]);
    expect(found({ "demo/_x.so": ext({ staticTls: true }) })).toEqual([]);
  });

  it("is the same on Android, and a warning with glibc, whatever the relocations", () => {
    const android = elf({
      arch: "aarch64",
      needed: ["libc.so", "liblog.so"],
      pythonInit: ["PyInit__x"],
      ...tls(true),
    });
    expect(found({ "demo/_x.so": android }, "android_24_arm64_v8a")).toEqual(["demo/_x.so error"]);
    const glibc = module("_x", { staticTls: true });
    expect(found({ "demo/_x.so": glibc }, "manylinux_2_17_x86_64")).toEqual(["demo/_x.so warning"]);
  });

  it("is not told of programs, nor of what only they load", () => {
    const program = elf({
      kind: "executable",
      interpreter: "/lib/ld-musl-x86_64.so.1",
      needed: ["libt.so"],
      rpath: ["$ORIGIN"],
      ...tls(true),
    });
    const owner = elf({ id: "libt.so", ...tls(true) });
    expect(found({ "demo/tool": program, "demo/libt.so": owner })).toEqual([]);
    const files = { "demo/tool": program, "demo/libt.so": owner };
    expect(found({ ...files, "demo/_x.so": ext({ needed: ["libt.so"] }) })).toEqual([
      "demo/libt.so error",
    ]);
  });
});

describe("LNK003 imported symbol that nothing defines", () => {
  const about = (sketch: WheelSketch) => {
    const { problems, unverified } = audit(sketch);
    return [
      problems
        .filter(({ code }) => code === "LNK003")
        .map(({ path, level }) => `${path} ${level ?? "error"}`),
      unverified.filter(({ code }) => code === "LNK003").map(({ path }) => path),
    ];
  };
  const wants = (unversioned: readonly string[], sketch: ElfSketch = {}) =>
    module("_x", { unversioned, rpath: ["$ORIGIN"], ...sketch });

  it("is an error where everything that is loaded is known", () => {
    const files = { [EXT]: wants(["no_such_function", "printf", "PyLong_FromLong"]) };
    expect(about({ files })).toEqual([[`${EXT} error`], []]);
    expect(only(audit({ files }), "LNK003").message).toBe(
      "imports `no_such_function`, which no member, no Python and no library that the host provides defines",
    );
    expect(about({ files: { [EXT]: wants(["printf", "pow", "_PyObject_New"]) } })).toEqual([
      [],
      [],
    ]);
  });

  it.each([
    ["musllinux_1_2_x86_64", "libc.musl-x86_64.so.1", "__cxa_thread_atexit_impl", true],
    ["musllinux_1_2_x86_64", "libc.musl-x86_64.so.1", "strlcpy", false],
    ["musllinux_1_1_x86_64", "libc.so", "fopen64", false],
    ["manylinux_2_17_x86_64", "libc.so.6", "__cxa_thread_atexit_impl", false],
  ])("knows the C library: %s, %s, %s", (tag, needed, name, missing) => {
    const files = {
      "demo/_x.so": elf({ needed: [needed], unversioned: [name], pythonInit: ["PyInit__x"] }),
    };
    expect(about({ tags: `cp312-cp312-${tag}`, files })).toEqual([
      missing ? ["demo/_x.so error"] : [],
      [],
    ]);
  });

  it("takes any member's symbols, and those of libraries that were found outside", () => {
    const files = { [EXT]: wants(["mine"]), "demo/libother.so": elf({ exports: ["mine"] }) };
    expect(about({ files })).toEqual([[], []]);
    const host = {
      resolve: (path: string) => (path === "/opt/libfoo.so.1" ? path : undefined),
      list: () => [],
      readText: () => undefined,
      readNative: () => elfFile(elf({ id: "libfoo.so.1", exports: ["foo"] })),
    };
    const outside = { [EXT]: wants(["foo", "bar"], { needed: ["libfoo.so.1"] }) };
    const [errors] = about({ files: outside, options: { host, ldpaths: ["/opt"] } });
    expect(errors).toEqual([`${EXT} error`]);
  });

  it("is unverified where a library may define it of which nothing is known", () => {
    const needed = ["libc.so.6", "libtorch_cpu.so"];
    expect(about({ files: { [EXT]: wants(["at_empty"], { needed }) } })).toEqual([[], [EXT]]);
    const exclude = ["libtorch*"];
    expect(
      about({ files: { [EXT]: wants(["at_empty"], { needed }) }, options: { exclude } }),
    ).toEqual([[], [EXT]]);
    const desktop = wants(["glBegin", "XOpenDisplay"], { needed: ["libGL.so.1", "libX11.so.6"] });
    expect(about({ files: { [EXT]: desktop } })).toEqual([[], []]);
  });

  it("is a warning for what no Python code opens", () => {
    const files = {
      "demo/libplug.so": elf({ needed: ["libc.so.6"], unversioned: ["of_the_host"] }),
    };
    expect(about({ files })).toEqual([["demo/libplug.so warning"], []]);
    expect(about({ files, texts: ['ctypes.CDLL("libplug.so")'] })).toEqual([
      ["demo/libplug.so error"],
      [],
    ]);
  });
});
