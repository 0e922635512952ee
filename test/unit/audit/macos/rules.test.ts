import { describe, expect, it } from "vitest";
import type { SliceSketch } from "../../../support/macos-slices.ts";
import { auditMacos, machoModule, machoSlice, problemsOf } from "../../../support/macos-slices.ts";

const EXT = "demo/x.cpython-312-darwin.so";

function problems(sketch: SliceSketch, ...codes: readonly string[]): readonly string[] {
  return problemsOf(auditMacos({ files: { [EXT]: machoModule("x", sketch) } }), ...codes);
}

describe("LNK001 libraries", () => {
  it("are found by run paths, by the file's own place, and in the system", () => {
    const audit = auditMacos({
      files: {
        [EXT]: machoModule("x", {
          loads: [
            "@rpath/liba.dylib",
            "@loader_path/lib/libb.dylib",
            "/System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate",
            "@rpath/libswiftCore.dylib",
          ],
          rpaths: ["/opt/lib", "@loader_path/lib", "/usr/lib/swift"],
        }),
        "demo/lib/liba.dylib": machoSlice({
          id: "@rpath/liba.dylib",
          loads: ["@rpath/libc.dylib"],
        }),
        "demo/lib/libb.dylib": machoSlice({ id: "libb.dylib" }),
        // Only whoever loads its user says where it is.
        "demo/lib/libc.dylib": machoSlice({ id: "libc.dylib" }),
      },
    });
    expect(problemsOf(audit, "LNK001")).toEqual([]);
    const [x] = audit.binaries.filter(({ path }) => path === EXT);
    expect(x?.dependencies.map((each) => `${each.in} ${each.path ?? ""}`.trim())).toEqual([
      "system",
      "wheel demo/lib/liba.dylib",
      "wheel demo/lib/libb.dylib",
      "system",
      "system",
    ]);
  });

  it("of the builder's machine, of no path and below `/System/Volumes/Data` are missing", () => {
    const loads = [
      "/opt/homebrew/lib/libx.dylib",
      "/usr/lib64/liby.dylib",
      "/System/Volumes/Data/opt/libz.dylib",
      "@rpath/libno.dylib",
      "@loader_path/gone.dylib?",
    ];
    expect(problems({ loads }, "LNK001")).toEqual([
      `LNK001 ${EXT}: needs \`/System/Volumes/Data/opt/libz.dylib\`, a path of the machine that built it`,
      `LNK001 ${EXT}: needs \`/opt/homebrew/lib/libx.dylib\`, a path of the machine that built it`,
      `LNK001 ${EXT}: needs \`/usr/lib64/liby.dylib\`, a path of the machine that built it`,
      `LNK001 ${EXT}: needs \`@rpath/libno.dylib\`, which no search path leads to`,
      `LNK001 warning ${EXT}: needs \`@loader_path/gone.dylib\`, which no search path leads to; it is weak, so the file loads without it`,
    ]);
  });

  it("that another wheel may bring, where a run path leads, are a warning", () => {
    const audit = auditMacos({
      files: {
        "Qt/x.cpython-312-darwin.so": machoModule("x", {
          loads: ["@rpath/Own.framework/Versions/A/Own"],
          rpaths: ["@loader_path/Qt6/lib"],
        }),
      },
    });
    expect(audit.problems.filter(({ code }) => code === "LNK001")).toEqual([
      expect.objectContaining({
        level: "warning",
        hint: expect.stringContaining("leads to `Qt/Qt6/lib`, which another wheel may fill"),
      }),
    ]);
  });

  it("for another processor do not count, and the slice that lacks one is named", () => {
    const audit = auditMacos({
      tags: "cp312-cp312-macosx_11_0_universal2",
      files: {
        [EXT]: [
          machoModule("x", { arch: "x86_64", loads: ["@loader_path/liba.dylib"] }),
          machoModule("x", { loads: ["@loader_path/liba.dylib"] }),
        ],
        "demo/liba.dylib": machoSlice({ id: "liba.dylib" }),
      },
    });
    expect(problemsOf(audit, "LNK001")).toEqual([
      `LNK001 ${EXT}: needs \`@loader_path/liba.dylib\`, which the wheel has, but not for this processor and system (x86_64)`,
    ]);
  });
});

describe("run paths and names", () => {
  it("of the builder and of the working directory are LNK006 and LNK008", () => {
    expect(
      problems(
        { rpaths: ["/opt/lib", "lib", "@loader_path", "/usr/lib/swift"], loads: ["libq.dylib"] },
        "LNK006",
        "LNK008",
      ),
    ).toEqual([
      `LNK006 ${EXT}: looks for libraries in \`/opt/lib\`, a folder of the machine that built it`,
      `LNK006 ${EXT}: looks for libraries in \`lib\`, below the working directory of the process`,
      `LNK008 ${EXT}: needs \`libq.dylib\`, which is looked for in the working directory of the process`,
    ]);
  });

  it("into other packages are LNK007 while something is looked for there", () => {
    const rpaths = ["@loader_path/../torch/lib", "@loader_path/../../../../opt"];
    expect(problems({ rpaths, loads: ["@rpath/libtorch.dylib"] }, "LNK007")).toEqual([
      `LNK007 ${EXT}: looks for libraries in \`@loader_path/../../../../opt\`, outside site-packages`,
      `LNK007 info ${EXT}: looks for libraries in \`@loader_path/../torch/lib\`, which belongs to another package`,
    ]);
  });

  it("that stand twice are LNK019, graver for newer SDKs", () => {
    const twice = {
      loads: ["@loader_path/a.dylib", "@loader_path/a.dylib"],
      rpaths: ["@loader_path", "@loader_path"],
    };
    const load = `${EXT}: loads \`@loader_path/a.dylib\` twice (arm64)`;
    const path = `${EXT}: has the run path \`@loader_path\` twice (arm64)`;
    expect(problems({ ...twice, builtWith: "15.4" }, "LNK019")).toEqual(
      [`LNK019 ${path}`, `LNK019 ${load}`].sort(),
    );
    expect(problems({ ...twice, builtWith: "15.2" }, "LNK019")).toEqual(
      [`LNK019 ${load}`, `LNK019 warning ${path}`].sort(),
    );
    expect(problems({ ...twice, builtWith: "14.0" }, "LNK019")).toEqual(
      [`LNK019 warning ${load}`, `LNK019 warning ${path}`].sort(),
    );
    // Another spelling is another name.
    expect(
      problems({ loads: ["@loader_path/a.dylib", "@loader_path/./a.dylib"] }, "LNK019"),
    ).toEqual([]);
  });
});

describe("images", () => {
  it("without LC_UUID, or with two, are LNK020", () => {
    expect(problems({ uuidCount: 0, uuid: null, builtWith: "12.0" }, "LNK020")).toEqual([
      `LNK020 ${EXT}: has no LC_UUID (arm64)`,
    ]);
    expect(problems({ uuidCount: 0, uuid: null, builtWith: "11.0" }, "LNK020")).toEqual([
      `LNK020 warning ${EXT}: has no LC_UUID (arm64)`,
    ]);
    expect(problems({ uuidCount: 2 }, "LNK020")).toEqual([
      `LNK020 ${EXT}: has more than one LC_UUID (arm64)`,
    ]);
  });

  it("with an id where none may be, or without one, are LNK020", () => {
    expect(problems({ id: "x" }, "LNK020")).toEqual([
      `LNK020 ${EXT}: has LC_ID_DYLIB, but is not a dynamic library (arm64)`,
    ]);
    const audit = auditMacos({ files: { "demo/a.dylib": machoSlice({ id: null }) } });
    expect(problemsOf(audit, "LNK020")).toEqual([
      "LNK020 demo/a.dylib: is a dynamic library without LC_ID_DYLIB (arm64)",
    ]);
  });

  it("are signed for Apple's processors, and as they are", () => {
    const { signature } = machoSlice();
    const none = { ...signature, kind: "none" as const, valid: null };
    const stale = { ...signature, valid: false, faults: ["the hash of page 3 is wrong"] };
    expect(problems({ signature: none }, "LNK018")).toEqual([
      `LNK018 ${EXT}: is not signed (arm64)`,
    ]);
    expect(problems({ signature: none, arch: "x86_64" }, "LNK018")).toEqual([]);
    expect(problems({ signature: stale }, "LNK018")).toEqual([
      `LNK018 ${EXT}: has a signature that does not fit (arm64): the hash of page 3 is wrong`,
    ]);
    expect(problems({ signature: { ...signature, valid: null } }, "LNK018")).toEqual([]);
  });
});

describe("LNK004 symbols of no library", () => {
  it("are told, and are an error where one slice alone has them", () => {
    expect(problems({ flatImports: ["SDL_Init", "PyObject_New"] }, "LNK004")).toEqual([
      `LNK004 ${EXT}: imports \`SDL_Init\` of no library: looked up in whatever is loaded`,
    ]);
    const audit = auditMacos({
      tags: "cp312-cp312-macosx_11_0_universal2",
      files: {
        [EXT]: [machoModule("x", { arch: "x86_64", flatImports: ["SDL_Init"] }), machoModule("x")],
      },
    });
    expect(problemsOf(audit, "LNK004")).toEqual([
      `LNK004 error ${EXT}: imports \`SDL_Init\` of no library: looked up in whatever is loaded, and only for x86_64`,
    ]);
    expect(
      problems({ flatImports: ["PyList_New", "_Py_NoneStruct", "PyPyList_New"] }, "LNK004"),
    ).toEqual([]);
  });

  it("are found in libSystem, and in other files of the wheel for the same processor", () => {
    expect(problems({ flatImports: ["malloc", "clock_gettime"] }, "LNK004")).toEqual([]);
    const withLibrary = (arch: string) =>
      auditMacos({
        tags: "cp312-cp312-macosx_11_0_universal2",
        files: {
          [EXT]: [
            machoModule("x", { arch: "x86_64", flatImports: ["shared_state"] }),
            machoModule("x", { flatImports: ["shared_state"] }),
          ],
          "demo/libshared.dylib": machoSlice({ arch, exports: ["shared_state"] }),
        },
      });
    expect(problemsOf(withLibrary("x86_64"), "LNK004")).toEqual([
      `LNK004 error ${EXT}: imports \`shared_state\` of no library: looked up in whatever is loaded, and only for arm64`,
    ]);
  });
});

describe("ABI005 Python's own library", () => {
  it("is an error of what loads it, under whatever name", () => {
    for (const name of [
      "/Library/Frameworks/Python.framework/Versions/3.12/Python",
      "@rpath/libpython3.12.dylib",
      "/opt/homebrew/opt/python@3.13/Frameworks/Python.framework/Versions/3.13/Python",
    ]) {
      expect(problems({ loads: [name] }, "ABI005", "LNK001"), name).toEqual([
        `ABI005 ${EXT}: loads \`${name}\`, which other installations of Python have elsewhere or not at all`,
      ]);
    }
  });
});
