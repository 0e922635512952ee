/** Rules on Python's ABI. */
import { describe, expect, it } from "vitest";
import type { NativeAudit } from "../../../../src/audit/platform.ts";
import type { ElfSketch } from "../../../support/native.ts";
import { audit, codes, elf, module, only } from "../../../support/native.ts";

const PLATFORM = "manylinux_2_17_x86_64";
const EXT = "demo/_x.cpython-312-x86_64-linux-gnu.so";

function wheel(tags: string, path: string, sketch: ElfSketch = {}): NativeAudit {
  return audit({ tags: `${tags}-${PLATFORM}`, files: { [path]: module("_x", sketch) } });
}

describe("ABI001 outside the stable ABI", () => {
  const imports = (...names: readonly string[]) =>
    wheel("cp38-abi3", "_x.abi3.so", { imports: names });

  it("imports of other symbols", () => {
    expect(
      only(imports("PyObject_Call", "_PyBytes_Resize", "PyUnicode_New"), "ABI001").message,
    ).toBe("imports `_PyBytes_Resize`, `PyUnicode_New`, not in the stable ABI");
    expect(codes(imports("PyObject_Call", "PyModule_Create2"))).toEqual([]);
  });

  it("weak imports are milder", () => {
    expect(only(imports("PyUnicode_New?"), "ABI001").level).toBe("warning");
  });

  it("counts for a plain name in an abi3 wheel, not for a version's own file", () => {
    expect(codes(wheel("cp38-abi3", "_x.so", { imports: ["PyUnicode_New"] }), "ABI001")).toEqual([
      "ABI001 _x.so",
    ]);
    expect(codes(wheel("cp312-cp312", "_x.so", { imports: ["PyUnicode_New"] }), "ABI001")).toEqual(
      [],
    );
  });

  it("leaves names that a library beside it may define", () => {
    const files = {
      "_x.abi3.so": module("_x", {
        needed: ["libqt.so"],
        imports: ["PyQtThing"],
        rpath: ["$ORIGIN"],
      }),
      "libqt.so": elf({ id: "libqt.so" }),
    };
    expect(codes(audit({ tags: `cp38-abi3-${PLATFORM}`, files }), "ABI001")).toEqual([]);
    expect(codes(imports("PyQtThing"), "ABI001")).toEqual(["ABI001 _x.abi3.so"]);
  });
});

describe("ABI002 newer than the tag", () => {
  it("goes by the oldest tag", () => {
    const imports = ["PyUnicode_AsUTF8AndSize"];
    expect(only(wheel("cp36.cp311-abi3", "_x.abi3.so", { imports }), "ABI002").message).toBe(
      "imports `PyUnicode_AsUTF8AndSize`, in the stable ABI since 3.10, but tagged for 3.6",
    );
    expect(codes(wheel("cp310-abi3", "_x.abi3.so", { imports }))).toEqual([]);
  });
});

describe("ABI003 of another platform", () => {
  it("Windows and debug builds", () => {
    const at = (name: string) => codes(wheel("cp310-abi3", "_x.abi3.so", { imports: [name] }));
    expect(at("PyErr_SetFromWindowsErr")).toEqual(["ABI003 _x.abi3.so"]);
    expect(at("PyOS_AfterFork_Child")).toEqual([]);
  });
});

describe("ABI005 libpython", () => {
  it("on Linux, not on Android", () => {
    expect(
      only(wheel("cp312-cp312", EXT, { needed: ["libpython3.12.so.1.0"] }), "ABI005").message,
    ).toBe("is linked against `libpython3.12.so.1.0`");
    const android = audit({
      tags: "cp313-cp313-android_24_arm64_v8a",
      files: { "_x.so": elf({ arch: "aarch64", androidApi: 24, needed: ["libpython3.13.so"] }) },
    });
    expect(codes(android, "ABI005")).toEqual([]);
  });
});

describe("ABI006 not exported by the tagged Python", () => {
  it("a symbol of another version", () => {
    // Gone since 3.13.
    const imports = ["_PyUnicode_Ready"];
    const path = (minor: number) => `_x.cpython-3${minor}-x86_64-linux-gnu.so`;
    expect(only(wheel("cp313-cp313", path(13), { imports }), "ABI006").message).toBe(
      "imports `_PyUnicode_Ready`, which CPython 3.13 does not export",
    );
    expect(codes(wheel("cp311-cp311", path(11), { imports }))).toEqual([]);
    expect(codes(wheel("cp313-cp313", "_x.so", { imports }), "ABI006")).toEqual(["ABI006 _x.so"]);
  });

  it("leaves versions and builds whose exports are unknown", () => {
    const imports = ["_PyUnicode_Ready"];
    expect(codes(wheel("cp314-cp314", "_x.cpython-314-x86_64-linux-gnu.so", { imports }))).toEqual(
      [],
    );
    expect(
      codes(wheel("cp313-cp313t", "_x.cpython-313t-x86_64-linux-gnu.so", { imports })),
    ).toEqual([]);
  });
});

describe("ABI007 and ABI009 suffixes", () => {
  const found = (tags: string, ...paths: readonly string[]) => {
    const files = Object.fromEntries(paths.map((path) => [path, module("_x")]));
    return codes(audit({ tags: `${tags}-${PLATFORM}`, files }), "ABI00");
  };

  it.each([
    ["cp312-cp312", "_x.cpython-312-x86_64-linux-gnu.so", undefined],
    ["cp312-cp312", "_x.so", undefined],
    ["cp312-cp312", "_x.abi3.so", undefined],
    ["cp312-cp312", "_x.cpython-311-x86_64-linux-gnu.so", "ABI007"],
    ["cp38-abi3", "_x.abi3.so", undefined],
    ["cp38-abi3", "_x.cpython-311-x86_64-linux-gnu.so", "ABI007"],
    ["cp313-cp313t", "_x.cpython-313t-x86_64-linux-gnu.so", undefined],
    ["cp313-cp313t", "_x.cpython-313-x86_64-linux-gnu.so", "ABI009"],
    ["cp313-cp313", "_x.cpython-313t-x86_64-linux-gnu.so", "ABI009"],
    ["cp313-cp313t", "_x.abi3.so", "ABI009"],
    ["cp37-cp37m", "_x.cpython-37m-x86_64-linux-gnu.so", undefined],
    ["cp312-none", "_x.cpython-311-x86_64-linux-gnu.so", undefined],
    ["py3-none", "_x.cpython-311-x86_64-linux-gnu.so", undefined],
    ["cp315-abi3.abi3t", "_x.abi3.so", undefined],
  ])("%s with %s", (tags, path, code) => {
    expect(found(tags, path)).toEqual(code === undefined ? [] : [`${code} ${path}`]);
  });

  it.each([
    [
      "cp312-cp312",
      "cpython-311-x86_64-linux-gnu",
      "cpython-312-x86_64-linux-gnu",
      "ABI007 warning",
    ],
    [
      "cp312-cp312",
      "cpython-313t-x86_64-linux-gnu",
      "cpython-312-x86_64-linux-gnu",
      "ABI007 warning",
    ],
    [
      "cp312-cp312",
      "pypy310-pp73-x86_64-linux-gnu",
      "cpython-312-x86_64-linux-gnu",
      "ABI007 warning",
    ],
    [
      "cp313-cp313t",
      "cpython-313-x86_64-linux-gnu",
      "cpython-313t-x86_64-linux-gnu",
      "ABI009 warning",
    ],
    ["cp313-cp313t", "abi3", "cpython-313t-x86_64-linux-gnu", "ABI009 warning"],
    ["cp39-abi3", "cpython-38-x86_64-linux-gnu", "abi3", "ABI007 warning"],
    ["cp39-abi3", "cpython-313t-x86_64-linux-gnu", "abi3", "ABI007 warning"],
    ["cp39-abi3", "cpython-311-x86_64-linux-gnu", "abi3", "ABI007 info"],
    [
      "cp311.cp312-cp312",
      "cpython-311-x86_64-linux-gnu",
      "cpython-312-x86_64-linux-gnu",
      "ABI007 info",
    ],
    [
      "cp38.cp39-cp38.cp39",
      "cpython-38-x86_64-linux-gnu",
      "cpython-39-x86_64-linux-gnu",
      undefined,
    ],
    ["cp312-none", "cpython-311-x86_64-linux-gnu", "cpython-312-x86_64-linux-gnu", undefined],
    ["py3-none", "cpython-311-x86_64-linux-gnu", "cpython-312-x86_64-linux-gnu", undefined],
  ])("a %s wheel with %s beside %s", (tags, other, right, expected) => {
    const files = { [`_x.${other}.so`]: module("_x"), [`_x.${right}.so`]: module("_x") };
    const { problems } = audit({ tags: `${tags}-${PLATFORM}`, files });
    const about = problems.filter(({ code }) => code === "ABI007" || code === "ABI009");
    expect(about.map(({ code, level, path }) => `${code} ${level} ${path}`)).toEqual(
      expected === undefined ? [] : [`${expected} _x.${other}.so`],
    );
  });
});

describe("ABI008 initialiser", () => {
  it("missing from a file that is named like a module", () => {
    const files = { [EXT]: elf({ pythonInit: [] }), "demo/libplain.so": elf() };
    expect(only(audit({ files }), "ABI008")).toMatchObject({
      path: EXT,
      message: "does not export `PyInit__x`",
    });
    expect(codes(audit({ files: { [EXT]: elf({ pythonInit: ["PyModExport__x"] }) } }))).toEqual([]);
  });

  it("is not asked of a library that only looks like a module, when members link to it", () => {
    const library = "demo/libcore.cpython-312-x86_64-linux-gnu.so";
    const id = "libcore.cpython-312-x86_64-linux-gnu.so";
    const user = module("_x", { needed: [id], rpath: ["$ORIGIN"] });
    const files = { [library]: elf({ id, pythonInit: [] }) };
    expect(only(audit({ files }), "ABI008").path).toBe(library);
    expect(codes(audit({ files: { ...files, [EXT]: user } })).join()).not.toContain("ABI008");
    const renamed = { [library]: elf({ id, pythonInit: ["PyInit_other"] }), [EXT]: user };
    expect(only(audit({ files: renamed }), "ABI008").path).toBe(library);
  });

  it("is only noted of a plain library that has a module's suffix", () => {
    const level = (name: string, sketch: ElfSketch = {}, texts: readonly string[] = []) => {
      const path = `${name}.cpython-312-x86_64-linux-gnu.so`;
      const files = { [path]: elf({ pythonInit: [], ...sketch }) };
      return only(audit({ files, texts }), "ABI008").level;
    };
    expect(level("libdemo")).toBe("info");
    expect(level("libdemo", { pythonInit: ["initialise"] })).toBe("info");
    expect(level("_demo")).toBeUndefined();
    expect(level("_demo", {}, ['CDLL(find("_demo"))'])).toBe("info");
    expect(
      level("_demo", { imports: ["PyLong_FromLong"] }, ['CDLL(find("_demo"))']),
    ).toBeUndefined();
    expect(level("_demo", {}, ['find("_demo")'])).toBeUndefined();
    expect(level("pkg/_demo", {}, ["ffi.dlopen(find('pkg._demo'))"])).toBe("info");
    expect(level("pkg/_demo", {}, ["ffi.dlopen(find('_demo'))"])).toBeUndefined();
    expect(level("libdemo", { imports: ["PyLong_FromLong"] })).toBeUndefined();
    expect(level("libdemo", { pythonInit: ["PyInit_demo"] })).toBeUndefined();
  });

  it("is called after the package when the file is the package's `__init__`", () => {
    const path = "demo/deep/__init__.cpython-312-x86_64-linux-gnu.so";
    expect(codes(audit({ files: { [path]: elf({ pythonInit: ["PyInit_deep"] }) } }))).toEqual([]);
    expect(only(audit({ files: { [path]: elf({ pythonInit: [] }) } }), "ABI008").message).toBe(
      "does not export `PyInit_deep`",
    );
  });
});

describe("ABI010 abi3t", () => {
  it("needs 3.15 and PyModExport", () => {
    const good = wheel("cp315-abi3.abi3t", "_x.abi3t.so", { pythonInit: ["PyModExport__x"] });
    expect(codes(good)).toEqual([]);
    expect(only(wheel("cp315-abi3.abi3t", "_x.abi3t.so"), "ABI010").level).toBe("warning");
    expect(
      only(wheel("cp315-abi3.abi3t", "_x.abi3t.so", { pythonInit: [] }), "ABI010").level,
    ).toBeUndefined();
    const early = wheel("cp314-abi3.abi3t", "_x.abi3t.so", { pythonInit: ["PyModExport__x"] });
    expect(only(early, "ABI010").message).toContain("begins with 3.15");
    const bare = wheel("cp315-abi3t", "_x.abi3t.so", { pythonInit: ["PyModExport__x"] });
    expect(only(bare, "ABI010").message).toContain("`abi3.abi3t` is also found");
  });
});

describe("ABI014 PyPy", () => {
  it("in a wheel for CPython only", () => {
    const imports = ["PyPyArg_ParseTuple"];
    expect(codes(wheel("cp310-cp310", "_x.so", { imports }))).toEqual(["ABI014 _x.so"]);
    expect(
      codes(wheel("pp310-pypy310_pp73", "_x.pypy310-pp73-x86_64-linux-gnu.so", { imports })),
    ).toEqual([]);
  });
});

describe("ABI015 relics of Python 2", () => {
  it("PyFPE", () => {
    expect(
      only(wheel("cp27-cp27mu", "_x.so", { imports: ["PyFPE_jbuf", "PyFPE_counter"] }), "ABI015")
        .message,
    ).toBe("imports `PyFPE_counter`, `PyFPE_jbuf`, which only Pythons built with fpectl have");
  });

  it("the width of unicode against the ABI tag", () => {
    const at = (tags: string, name: string) =>
      codes(wheel(tags, "_x.so", { imports: [name], pythonInit: ["init_x"] }), "ABI015");
    expect(at("cp27-cp27mu", "PyUnicodeUCS2_Decode")).toEqual(["ABI015 _x.so"]);
    expect(at("cp27-cp27m", "PyUnicodeUCS2_Decode")).toEqual([]);
    expect(at("cp27-cp27m", "PyUnicodeUCS4_Decode")).toEqual(["ABI015 _x.so"]);
    expect(at("cp27-cp27mu", "PyUnicodeUCS4_Decode")).toEqual([]);
  });
});
