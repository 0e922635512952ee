import { describe, expect, it } from "vitest";
import {
  interpreterDlls,
  oldestMinor,
  pythonDll,
} from "../../../../src/policy/windows/interpreter.ts";
import {
  isDriverDll,
  isIdleDependency,
  microsoftRuntime,
} from "../../../../src/policy/windows/runtimes.ts";

describe("pythonDll", () => {
  it.each([
    ["python3.dll", { kind: "stable", freeThreaded: false, debug: false }],
    ["python3t.dll", { kind: "stable", freeThreaded: true, debug: false }],
    ["python3_d.dll", { kind: "stable", freeThreaded: false, debug: true }],
    ["python312.dll", { kind: "release", major: 3, minor: 12, freeThreaded: false, debug: false }],
    ["python313t_d.dll", { kind: "release", major: 3, minor: 13, freeThreaded: true, debug: true }],
    ["python27.dll", { kind: "release", major: 2, minor: 7, freeThreaded: false, debug: false }],
    ["libpypy3.10-c.dll", { kind: "pypy" }],
    ["python-native.dll", { kind: "graalpy" }],
    ["libpython3.12.dll", { kind: "mingw" }],
    ["pythoncom312.dll", undefined],
    ["mypython3.dll", undefined],
  ])("reads `%s`", (name, expected) => {
    expect(pythonDll(name)).toEqual(expected);
  });
});

describe("interpreterDlls", () => {
  it.each([
    ["cp312", "cp312", "x86_64", ["vcruntime140.dll", "vcruntime140_1.dll"]],
    ["cp313", "cp313t", "arm64", ["vcruntime140.dll", "vcruntime140_1.dll"]],
    ["cp312", "cp312", "x86", ["vcruntime140.dll"]],
    ["cp38", "cp38", "x86_64", ["vcruntime140.dll"]],
    ["cp37", "cp37m", "x86", ["vcruntime140.dll"]],
    ["cp34", "cp34m", "x86_64", ["msvcr100.dll"]],
    ["cp27", "cp27m", "x86", ["msvcr90.dll"]],
    ["cp312", "cp312d", "x86_64", ["ucrtbased.dll", "vcruntime140d.dll"]],
    ["pp310", "pypy310_pp73", "x86_64", ["vcruntime140.dll"]],
    ["graalpy311", "graalpy240_311_native", "x86_64", ["vcruntime140.dll", "vcruntime140_1.dll"]],
    ["cp39", "abi3", "x86_64", ["vcruntime140.dll", "vcruntime140_1.dll"]],
    ["cp38", "abi3", "x86_64", ["vcruntime140.dll"]],
    ["cp315", "abi3.abi3t", "x86_64", ["vcruntime140.dll", "vcruntime140_1.dll"]],
    ["cp38.cp312", "cp38.cp312", "x86_64", ["vcruntime140.dll"]],
    ["py3", "none", "x86_64", []],
    ["cp312", "cp312.none", "x86_64", []],
  ] as const)("for %s-%s on %s gives %j", (python, abi, arch, names) => {
    expect([...interpreterDlls(python.split("."), abi.split("."), arch)].sort()).toEqual(names);
  });

  it("takes the oldest Python of the tags, and none where one can't be read", () => {
    expect(oldestMinor(["cp312", "cp310"])).toBe(10);
    expect(oldestMinor(["py3"])).toBe(0);
    expect(oldestMinor(["py2", "py3"])).toBeUndefined();
    expect(oldestMinor(["cp312", "odd"])).toBeUndefined();
    expect(oldestMinor([])).toBeUndefined();
  });
});

describe("Microsoft's runtimes", () => {
  it.each([
    ["msvcp140.dll", "redistributable"],
    ["msvcp140_1.dll", "redistributable"],
    ["msvcp140_atomic_wait.dll", "redistributable"],
    ["vcruntime140_threads.dll", "redistributable"],
    ["concrt140.dll", "redistributable"],
    ["mfc140u.dll", "redistributable"],
    ["vcomp140.dll", "redistributable"],
    ["msvcp140d.dll", "debug"],
    ["msvcp140_1d.dll", "debug"],
    ["vcruntime140_1d.dll", "debug"],
    ["ucrtbased.dll", "debug"],
    ["mfc140ud.dll", "debug"],
    ["libomp140.x86_64.dll", "openmp-llvm"],
    ["libomp140d.x86_64.dll", "debug"],
    ["libomp.dll", undefined],
    ["msvcrt.dll", undefined],
    ["msvcp_win.dll", undefined],
    ["mfcx.dll", undefined],
  ])("of `%s` says %s", (name, expected) => {
    expect(microsoftRuntime(name)).toBe(expected);
  });

  it("knows the one dependency that no loader of today follows", () => {
    expect(isIdleDependency("msvcp140.dll", "concrt140.dll")).toBe(true);
    expect(isIdleDependency("a.dll", "concrt140.dll")).toBe(false);
  });

  it("tells the DLLs of drivers", () => {
    expect(isDriverDll("nvcuda.dll")).toBe(true);
    expect(isDriverDll("cudart64_12.dll")).toBe(false);
  });
});
