import { describe, expect, it } from "vitest";
import type { WindowsSketch } from "../../support/pe-native.ts";
import { auditWindows } from "../../support/pe-native.ts";

const PYD = "demo/_x.cp312-win_amd64.pyd";

function found(sketch: WindowsSketch, code: string): readonly string[] {
  return auditWindows(sketch)
    .problems.filter((problem) => problem.code === code)
    .map(
      ({ path, message, level }) =>
        `${path ?? ""}${level === undefined ? "" : ` ${level}`}: ${message}`,
    );
}

/** Where each dependency of a file is, and how the search ended. */
function places(sketch: WindowsSketch, path = PYD): Record<string, string> {
  const binary = auditWindows(sketch).binaries.find((each) => each.path === path);
  return Object.fromEntries(
    (binary?.dependencies ?? []).map(({ name, in: place, path: at, trace }) => [
      name,
      [place, at, at === undefined ? undefined : trace?.at(-1)?.via].filter(Boolean).join(" "),
    ]),
  );
}

describe("where a DLL comes from", () => {
  it("is Windows, the interpreter, the wheel, or nowhere", () => {
    const needs = [
      ...["KERNEL32.dll", "api-ms-win-crt-heap-l1-1-0.dll", "ext-ms-win-x-l1-1-0", "gdiplus.dll"],
      ...["python312.dll", "VCRUNTIME140.dll", "vcruntime140_1.dll", "nvcuda.dll", "msvcp140.dll"],
      ...["B", "c.DLL", "lost.dll"],
    ];
    const files = { [PYD]: { needs }, "demo/b.dll": {}, "demo/bin/C.dll": {} };
    expect(places({ files })).toEqual({
      "KERNEL32.dll": "system",
      "api-ms-win-crt-heap-l1-1-0.dll": "system",
      "ext-ms-win-x-l1-1-0": "system",
      "gdiplus.dll": "system",
      "python312.dll": "allowed",
      "VCRUNTIME140.dll": "allowed",
      "vcruntime140_1.dll": "allowed",
      "nvcuda.dll": "system",
      "msvcp140.dll": "external",
      B: "wheel demo/b.dll folder",
      "c.DLL": "wheel demo/bin/C.dll added folder",
      "lost.dll": "external",
    });
  });

  it("is the module's folder for all that its DLLs need, too", () => {
    const files = {
      [PYD]: { needs: ["a.dll"] },
      "demo.libs/a.dll": { needs: ["b.dll"] },
      "demo/b.dll": {},
    };
    expect(places({ files }, "demo.libs/a.dll")).toEqual({ "b.dll": "wheel demo/b.dll folder" });
  });

  it("is a file of the wheel before Windows' own of that name, unless Windows never searches", () => {
    const files = {
      [PYD]: { needs: ["dbghelp.dll", "kernel32.dll"] },
      "demo/dbghelp.dll": {},
      "demo/kernel32.dll": {},
    };
    expect(places({ files })).toEqual({
      "dbghelp.dll": "wheel demo/dbghelp.dll folder",
      "kernel32.dll": "system",
    });
  });

  it("is never a file for another processor, and ARM64EC is one for x64", () => {
    for (const arch of ["x86", "arm64", "arm64ec"]) {
      const files = { [PYD]: { needs: ["b.dll"] }, "demo/b.dll": { arch } };
      expect(places({ files })["b.dll"]).toBe("external");
      expect(found({ files }, "LNK001")).toEqual([
        `${PYD}: needs \`b.dll\`; the one in \`demo\` is for another processor`,
      ]);
    }
  });

  it("is the wheel before the folders that are given, whatever their case", () => {
    const outside = { "/lib": { "B.DLL": {}, "D.dll": {} } };
    const files = { [PYD]: { needs: ["b.dll", "d.dll"] }, "other/b.dll": {} };
    const audit = auditWindows({ files, outside });
    expect(places({ files, outside })["b.dll"]).toBe("wheel other/b.dll added folder");
    expect(audit.external).toEqual([{ name: "d.dll", neededBy: [PYD], found: "lib/D.dll" }]);
  });

  it("is Windows for what lies in a folder of Windows, but for the C++ runtime", () => {
    const outside = { "/sys": { "ntdll.dll": {}, "odd.dll": {}, "msvcp140.dll": {} } };
    const files = { [PYD]: { needs: ["odd.dll", "msvcp140.dll"] } };
    expect(places({ files, outside })).toEqual({ "odd.dll": "system", "msvcp140.dll": "external" });
  });

  it("is Windows for what says that it is a part of it, wherever a copy lies", () => {
    const product = "Microsoft® Windows® Operating System";
    const lib = { "odd.dll": { product }, "icuuc.dll": { product }, "mine.dll": {} };
    const files = { [PYD]: { needs: ["odd.dll", "icuuc.dll", "mine.dll"] } };
    const outside = { "/lib": lib };
    expect(places({ files, outside })).toEqual({
      "odd.dll": "system",
      "icuuc.dll": "external",
      "mine.dll": "external",
    });
    expect(found({ files, outside }, "LNK015")).toEqual([
      `${PYD}: needs \`odd.dll\`, which is a part of Windows where it was found, and of no version that is known`,
    ]);
  });

  it("is not looked for where load flags say so", () => {
    const slice = { dependentLoadFlags: 0x800 };
    const files = { [PYD]: { needs: ["b.dll", "kernel32.dll"], slice }, "demo/b.dll": {} };
    expect(found({ files }, "LNK001")).toEqual([
      `${PYD}: needs \`b.dll\` of the wheel, and its DependentLoadFlags (0x800) keep Windows from looking there`,
    ]);
    const system = { [PYD]: { needs: ["kernel32.dll"], slice } };
    expect(found({ files: system }, "LNK001")).toEqual([]);
  });

  it("is a file that is given, for a name that Windows shares with others", () => {
    const files = { [PYD]: { needs: ["icuuc.dll"] } };
    expect(places({ files })).toEqual({ "icuuc.dll": "system" });
    const outside = { "/icu": { "icuuc.dll": {} } };
    expect(places({ files, outside })).toEqual({ "icuuc.dll": "external" });
  });

  it("does not count where it is left out, in any case", () => {
    const files = { [PYD]: { needs: ["CUDART64_12.dll"] } };
    const exclude = ["cudart64_*"];
    expect(places({ files, exclude })).toEqual({ "CUDART64_12.dll": "excluded" });
    expect(found({ files, exclude }, "LNK001")).toEqual([]);
  });
});

describe("the verdict", () => {
  it.each([
    ["cp312-cp312-win_amd64", "x86_64", "win_amd64", true],
    ["cp312-cp312-win32", "x86", "win32", true],
    ["cp312-cp312-win_arm64", "arm64", "win_arm64", true],
    ["py3-none-any", "x86_64", "win_amd64", false],
    ["cp312-cp312-win_amd64", "x86", null, false],
  ])("on %s with files for %s", (tags, arch, supported, truthful) => {
    const { verdict } = auditWindows({ tags, files: { "demo/_x.pyd": { arch } } });
    expect([verdict.family, verdict.supported, verdict.truthful]).toEqual([
      "windows",
      supported,
      truthful,
    ]);
  });

  it("finds files for other processors, gravely when Python would load them", () => {
    const files = {
      [PYD]: {},
      "demo/_y.pyd": { arch: "x86" },
      "demo/t32.exe": { arch: "x86", kind: "executable" },
      "demo/_z.pyd": { arch: "arm64ec" },
    } as const;
    const messages = found({ files }, "TAG002");
    expect(messages[0]).toMatch(/^demo\/_y\.pyd: the file is for `x86` \(`win32`\)/);
    expect(messages[1]).toMatch(/^demo\/t32\.exe info/);
    expect(messages[2]).toMatch(/^demo\/_z\.pyd: the file is for ARM64EC/);
  });

  it("takes launchers in a wheel for any system for the data that they are", () => {
    const files = {
      "demo/t64.exe": { kind: "executable" },
      "demo/t32.exe": { kind: "executable", arch: "x86" },
    } as const;
    const { verdict } = auditWindows({ tags: "py3-none-any", files });
    expect([verdict.supported, verdict.truthful]).toEqual(["any", true]);
  });

  it("leaves .NET assemblies out", () => {
    const files = { [PYD]: {}, "demo/x.dll": { arch: "x86", slice: { managed: true } } };
    expect(found({ files }, "TAG002")).toEqual([]);
  });

  it("takes several Windows tags for what no file can be", () => {
    const files = { [PYD]: {} };
    expect(found({ tags: "cp312-cp312-win32.win_amd64", files }, "TAG002")[0]).toContain(
      "no file runs on more than one",
    );
  });
});

describe("rules", () => {
  it("LNK003: symbols that the DLL does not export, by name and by number", () => {
    const files = {
      [PYD]: { needs: ["b.dll"], imports: { "B.dll": ["there", "gone", "#1", "#9"] } },
      "demo/b.dll": { exports: ["there"] },
    };
    expect(found({ files }, "LNK003")).toEqual([
      `${PYD}: imports \`gone\`, \`#9\` from \`B.dll\`, but \`demo/b.dll\` does not export them`,
    ]);
  });

  it("LNK009: two DLLs of one name, and names that others use", () => {
    const files = {
      "demo/a/_x.pyd": { needs: ["b.dll"] },
      "demo/c/_y.pyd": { needs: ["b.dll", "libcrypto-3-x64.dll"] },
      "demo/a/b.dll": {},
      "demo/c/b.dll": { size: 2000 },
      "demo/c/libcrypto-3-x64.dll": {},
    };
    expect(found({ files }, "LNK009")).toEqual([
      "demo/c/b.dll: has the name of `demo/a/b.dll`, but is another file",
      "demo/c/libcrypto-3-x64.dll: is bundled as `libcrypto-3-x64.dll`, a name that other wheels and programs use too",
    ]);
  });

  it("LNK012: the C++ runtime, debug runtimes, and OpenMP of LLVM", () => {
    const needs = ["msvcp140.dll", "ucrtbased.dll", "libomp140.x86_64.dll"];
    const messages = found({ files: { [PYD]: { needs } } }, "LNK012");
    expect(messages).toEqual([
      `${PYD} error: needs the debug runtime \`ucrtbased.dll\`, which may not be shipped`,
      `${PYD}: needs \`libomp140.x86_64.dll\`, which Visual Studio's redistributable package lacks`,
      `${PYD}: needs \`msvcp140.dll\` of the Visual C++ runtime, which is not in the wheel`,
    ]);
    expect(
      found({ files: { [PYD]: { needs: ["msvcp140.dll"] }, "demo/msvcp140.dll": {} } }, "LNK012"),
    ).toEqual([]);
  });

  it("LNK013: what only code leads to, and modules as dependencies", () => {
    const files = {
      [PYD]: { needs: ["b.dll", "_core.pyd"] },
      "demo/bin/b.dll": {},
      "other/_core.pyd": {},
    };
    expect(found({ files }, "LNK013")).toEqual([
      `${PYD} error: needs \`b.dll\`, which the wheel has in \`demo/bin\`: no search leads there, and no Python file adds the folder`,
      `${PYD}: finds \`_core.pyd\` only when that module was imported before`,
    ]);
  });

  it.each([
    ["adds the folder", 'os.add_dll_directory(os.path.join(here, "bin"))'],
    ["loads the DLL", 'ctypes.WinDLL(os.path.join(here, "bin", "b.dll"))'],
    ["changes PATH", 'os.environ["PATH"] = here + os.environ["PATH"]'],
  ])("LNK013 is silent where Python code %s", (_, text) => {
    const files = { [PYD]: { needs: ["b.dll"] }, "demo/bin/b.dll": {} };
    expect(found({ files, texts: ["import os", text] }, "LNK013")).toEqual([]);
    expect(found({ files, texts: ["import os"] }, "LNK013")).toHaveLength(1);
  });

  it("LNK013 is a note where a neighbour of the DLL may have loaded it, but not for a program", () => {
    const files = {
      [PYD]: { needs: ["b.dll"] },
      "demo/bin/_y.pyd": { needs: ["b.dll"] },
      "demo/bin/b.dll": {},
      "demo-1.data/scripts/x.exe": { needs: ["b.dll"], kind: "executable" as const },
    };
    expect(found({ files, texts: ["os.add_dll_directory(x)"] }, "LNK013")).toEqual([
      "demo-1.data/scripts/x.exe error: needs `b.dll`, which the wheel has in `demo/bin`: no search leads there, and no Python file adds the folder",
    ]);
    expect(found({ files }, "LNK013")).toContain(
      `${PYD}: finds \`b.dll\` only when a file in \`demo/bin\` was loaded before`,
    );
  });

  it("LNK015: what a Windows of the tags lacks", () => {
    const files = { [PYD]: { needs: ["d3d12.dll", "shcore.dll", "kernel32.dll"] } };
    expect(found({ files }, "LNK015")).toHaveLength(1);
    expect(found({ tags: "cp313-cp313-win_amd64", files }, "LNK015")).toEqual([]);
    expect(found({ tags: "cp38-cp38-win_amd64", files }, "LNK015")).toHaveLength(2);
  });

  it("LNK016: paths that Windows may not load", () => {
    const long = `${"folder/".repeat(23)}_x.pyd`;
    expect(found({ files: { [long]: {} } }, "LNK016")).toEqual([
      `${long}: a path of 167 characters`,
    ]);
  });

  it.each([
    ["cp312-cp312-win_amd64", "python312.dll", undefined],
    ["cp312-cp312-win_amd64", "python3.dll", undefined],
    ["cp312-cp312-win_amd64", "python311.dll", "of Python 3.11"],
    ["cp313-cp313t-win_amd64", "python313.dll", "of Python 3.13"],
    ["cp313-cp313t-win_amd64", "python313t.dll", undefined],
    ["cp313-cp313t-win_amd64", "python3.dll", "not free-threaded"],
    ["cp312-cp312-win_amd64", "python312_d.dll", "debug builds"],
    ["cp39-abi3-win_amd64", "python3.dll", undefined],
    ["cp39-abi3-win_amd64", "python312.dll", "of one version, 3.12, only"],
    ["cp315-abi3.abi3t-win_amd64", "python3t.dll", undefined],
    ["cp315-abi3.abi3t-win_amd64", "python315t.dll", "of one version"],
    ["cp312-cp312-win_amd64", "libpython3.12.dll", "MSYS2"],
    ["pp310-pypy310_pp73-win_amd64", "libpypy3.10-c.dll", undefined],
  ])("ABI004: %s and %s", (tags, dll, against) => {
    const messages = found({ tags, files: { "demo/_x.pyd": { needs: [dll] } } }, "ABI004");
    if (against === undefined) expect(messages).toEqual([]);
    else expect(messages[0]).toContain(against);
  });

  it("HRD003, HRD007, HRD009, SIG004: hardening, checksums and signatures", () => {
    const hardening = {
      ...{ aslr: false, highEntropyVa: false, nxCompat: false, controlFlowGuard: false },
      ...{ cetCompat: false, forceIntegrity: false, appContainer: false, writableCode: [".x"] },
    };
    const files = {
      [PYD]: {
        slice: { hardening, checksum: { stored: 1, state: "wrong" }, signature: "stale" },
      },
    } as const;
    expect(found({ files }, "HRD003")).toEqual([
      `${PYD} warning: \`.x\` is both writable and executable`,
    ]);
    expect(found({ files }, "HRD007")).toEqual([`${PYD}: built without ASLR and DEP`]);
    expect(found({ files }, "HRD009")).toHaveLength(1);
    expect(found({ files }, "SIG004")).toEqual([`${PYD} warning: was changed after it was signed`]);
  });

  it("ABI001 and ABI006 look only at what Python itself is asked for", () => {
    const imports = {
      "pywintypes312.dll": ["PyWinObject_AsHANDLE"],
      "python3.dll": ["PyErr_SetFromWindowsErr", "PyLong_FromLong"],
    };
    const files = { "demo/_x.pyd": { imports } };
    const { problems } = auditWindows({ tags: "cp39-abi3-win_amd64", files });
    expect(problems.filter(({ code }) => code.startsWith("ABI"))).toEqual([]);
    expect(found({ tags: "cp312-cp312-win_amd64", files }, "ABI006")).toEqual([]);
  });

  it("ABI007: suffixes that the tagged Python does not import", () => {
    const files = { "demo/_x.cp311-win_amd64.pyd": {}, "demo/_y.pyd": {} };
    expect(found({ files }, "ABI007")[0]).toContain("`.cp311-win_amd64.pyd`");
    expect(found({ files }, "ABI007")).toHaveLength(1);
  });
});
