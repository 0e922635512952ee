import { describe, expect, it } from "vitest";
import { isFreeThreaded, parseAbiTag } from "../../../src/wheel/abi-tag.ts";
import { parsePlatformTag } from "../../../src/wheel/platform-tag.ts";
import { refusedByPypi } from "../../../src/wheel/pypi-tags.ts";
import { parsePythonTag } from "../../../src/wheel/python-tag.ts";
import { countTags, expandTags, MAX_TAGS, parseTag, printTag } from "../../../src/wheel/tag.ts";

describe("platform tags", () => {
  it.each([
    ["any", { kind: "any" }],
    ["manylinux_2_17_x86_64", { kind: "manylinux", major: 2, minor: 17, arch: "x86_64" }],
    [
      "manylinux1_i686",
      { kind: "manylinux", major: 2, minor: 5, arch: "i686", legacy: "manylinux1" },
    ],
    [
      "manylinux2010_x86_64",
      { kind: "manylinux", major: 2, minor: 12, arch: "x86_64", legacy: "manylinux2010" },
    ],
    [
      "manylinux2014_s390x",
      { kind: "manylinux", major: 2, minor: 17, arch: "s390x", legacy: "manylinux2014" },
    ],
    ["musllinux_1_2_aarch64", { kind: "musllinux", major: 1, minor: 2, arch: "aarch64" }],
    ["linux_x86_64", { kind: "linux", arch: "x86_64" }],
    ["macosx_10_9_universal2", { kind: "macosx", major: 10, minor: 9, arch: "universal2" }],
    ["win32", { kind: "win", arch: "x86" }],
    ["win_amd64", { kind: "win", arch: "amd64" }],
    ["android_24_arm64_v8a", { kind: "android", api: 24, abi: "arm64_v8a" }],
    [
      "ios_13_0_arm64_iphoneos",
      { kind: "ios", major: 13, minor: 0, arch: "arm64", sdk: "iphoneos" },
    ],
    ["pyemscripten_2026_0_wasm32", { kind: "pyemscripten", year: 2026, patch: 0, arch: "wasm32" }],
    ["pyodide_2024_0_wasm32", { kind: "pyodide", year: 2024, patch: 0, arch: "wasm32" }],
    [
      "emscripten_3_1_58_wasm32",
      { kind: "emscripten", major: 3, minor: 1, patch: 58, arch: "wasm32" },
    ],
    ["manylinux_02_17_x86_64", { kind: "other", text: "manylinux_02_17_x86_64" }],
    ["manylinux_2_17", { kind: "other", text: "manylinux_2_17" }],
    ["win_x86", { kind: "other", text: "win_x86" }],
    ["", { kind: "other", text: "" }],
  ])("%s", (text, tag) => {
    expect(parsePlatformTag(text)).toEqual(tag);
  });
});

describe("python and ABI tags", () => {
  it.each([
    ["py3", { kind: "interpreter", implementation: "py", major: 3 }],
    ["cp312", { kind: "interpreter", implementation: "cp", major: 3, minor: 12 }],
    ["pp310", { kind: "interpreter", implementation: "pp", major: 3, minor: 10 }],
    ["cp313t", { kind: "other", text: "cp313t" }],
    ["cp", { kind: "other", text: "cp" }],
    ["cp309", { kind: "other", text: "cp309" }],
  ])("%s", (text, tag) => {
    expect(parsePythonTag(text)).toEqual(tag);
  });

  it.each([
    ["none", { kind: "none" }],
    ["abi3", { kind: "abi3" }],
    ["abi3t", { kind: "abi3t" }],
    ["cp27mu", { kind: "cpython", major: 2, minor: 7, flags: "mu" }],
    ["cp313t", { kind: "cpython", major: 3, minor: 13, flags: "t" }],
    ["pypy310_pp73", { kind: "pypy", major: 3, minor: 10, abi: "pp73" }],
    ["graalpy240_311_native", { kind: "graalpy", release: 240, major: 3, minor: 11 }],
    ["abi4", { kind: "other", text: "abi4" }],
  ])("%s", (text, tag) => {
    expect(parseAbiTag(text)).toEqual(tag);
  });

  it("knows free-threaded ABIs", () => {
    const free = ["abi3", "abi3t", "cp313", "cp313t", "cp313td", "none"].filter((text) =>
      isFreeThreaded(parseAbiTag(text)),
    );
    expect(free).toEqual(["abi3t", "cp313t", "cp313td"]);
  });
});

describe("whole tags", () => {
  it("have three parts", () => {
    expect(parseTag("py3-none")).toBeUndefined();
    expect(parseTag("py3-none-any-x")).toBeUndefined();
    const tag = parseTag("cp312-abi3-win32");
    expect(tag && printTag(tag)).toBe("cp312-abi3-win32");
  });

  it("are counted before they are expanded", () => {
    const names = Array.from({ length: 30 }, (_, index) => `t${index}`);
    const sets = { pythonTags: names, abiTags: names, platformTags: names };
    expect(countTags(sets)).toBe(27_000);
    expect(expandTags(sets)).toHaveLength(MAX_TAGS);
  });
});

it("says why PyPI refuses a platform", () => {
  expect(refusedByPypi("macosx_12_3_arm64")).toBe(
    "from macOS 11 on the minor version must be 0: `macosx_12_0_arm64`",
  );
  expect(refusedByPypi("manylinux2010_aarch64")).toBe("`manylinux2010` has no `aarch64`");
  expect(refusedByPypi("manylinux2014_aarch64")).toBeUndefined();
});
