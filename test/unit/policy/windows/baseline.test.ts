import { describe, expect, it } from "vitest";
import {
  isAmbiguousSystemName,
  isApiSet,
  isCovered,
  oldestWindows,
  systemSince,
} from "../../../../src/policy/windows/baseline.ts";

describe("systemSince", () => {
  it.each([
    ["kernel32.dll", "x86_64", "7"],
    ["kernel32.dll", "x86", "7"],
    ["kernel32.dll", "arm64", "10"],
    ["winspool.drv", "x86_64", "7"],
    ["gdiplus.dll", "x86_64", "7"],
    ["ucrtbase.dll", "x86", "7"],
    ["combase.dll", "x86_64", "8"],
    ["shcore.dll", "x86_64", "8.1"],
    ["d3d12.dll", "x86_64", "10"],
    ["icuuc.dll", "x86_64", "10"],
    ["dxcore.dll", "arm64", "10"],
    ["api-ms-win-crt-runtime-l1-1-0.dll", "arm64", "7"],
    ["ext-ms-win-ntuser-window-l1-1-0.dll", "x86", "7"],
  ] as const)("says that `%s` on %s is there since Windows %s", (name, arch, since) => {
    expect(systemSince(name, arch)).toBe(since);
  });

  it.each([
    ["opengl32.dll", "x86_64", "7"],
    ["opengl32.dll", "arm64", undefined],
    ["msvcp140.dll", "x86_64", undefined],
    ["vcruntime140.dll", "x86", undefined],
    ["vulkan-1.dll", "x86_64", undefined],
    ["zlib1.dll", "arm64", undefined],
  ] as const)("tells that `%s` on %s is %s", (name, arch, since) => {
    expect(systemSince(name, arch)).toBe(since);
  });

  it("lets no Windows have the names of the prototype", () => {
    for (const name of ["constructor", "__proto__", "tostring"]) {
      expect(systemSince(name, "x86_64")).toBeUndefined();
    }
  });
});

describe("the floor of a Python", () => {
  it.each([
    [undefined, "x86_64", "7"],
    [8, "x86_64", "7"],
    [9, "x86_64", "8.1"],
    [12, "x86", "8.1"],
    [13, "x86_64", "10"],
    [9, "arm64", "10"],
  ] as const)("of 3.%s on %s is Windows %s", (minor, arch, floor) => {
    expect(oldestWindows(minor, arch)).toBe(floor);
  });

  it("covers what came before it and with it", () => {
    expect(isCovered("7", "8.1")).toBe(true);
    expect(isCovered("8.1", "8.1")).toBe(true);
    expect(isCovered("10", "8.1")).toBe(false);
    expect(isCovered("8", "7")).toBe(false);
  });
});

describe("names", () => {
  it("tells API sets from DLLs", () => {
    expect(isApiSet("api-ms-win-core-file-l1-1-0.dll")).toBe(true);
    expect(isApiSet("ext-ms-onecore-appmodel-l1-1-0.dll")).toBe(true);
    expect(isApiSet("apisetschema.dll")).toBe(false);
    expect(isApiSet("extra.dll")).toBe(false);
  });

  it("knows which names of Windows others use as well", () => {
    expect(isAmbiguousSystemName("icuuc.dll")).toBe(true);
    expect(isAmbiguousSystemName("kernel32.dll")).toBe(false);
  });
});
