/** A library that is left to a driver or to another wheel: one mechanism for three systems. */
import { describe, expect, it } from "vitest";
import type { NativeAudit } from "../../../../src/audit/platform.ts";
import { auditMacos, machoModule } from "../../../support/macos-slices.ts";
import { audit, module } from "../../../support/native.ts";
import { auditWindows } from "../../../support/pe-native.ts";

const linux = (library: string, requires: readonly string[]): NativeAudit =>
  audit({ files: { "demo/_x.so": module("_x", { needed: [library] }) }, requires });
const macos = (library: string, requires: readonly string[]): NativeAudit =>
  auditMacos({
    files: { "demo/x.so": machoModule("x", { loads: [library] }) },
    requires,
  });
const windows = (library: string, requires: readonly string[]): NativeAudit =>
  auditWindows({ files: { "demo/x.pyd": { needs: [library] } }, requires });

const SURE = "which the wheel requires, provides";
const UNSURE = "brings it is not known";
const NOT = "but the wheel does not require it";

describe("a library of another wheel", () => {
  it.each([
    ["required by name", linux, "libtorch.so", ["torch"], "info", SURE],
    ["required by name", macos, "@rpath/libtorch.dylib", ["torch>=2"], "info", SURE],
    ["required by name", windows, "torch_cpu.dll", ["torch"], "info", SURE],
    ["in another build", linux, "libcublas.so.12", ["nvidia-cublas-cu12"], "info", SURE],
    [
      "in another build",
      macos,
      "@rpath/libtensorflow_framework.2.dylib",
      ["tensorflow-macos"],
      "info",
      SURE,
    ],
    ["in another build", windows, "cublas64_12.dll", ["nvidia-cublas-cu12==12.1"], "info", SURE],
    ["of a bundle", linux, "libcudart.so.13", ["torch"], "info", SURE],
    ["of a bundle", macos, "@rpath/QtCore.framework/Versions/A/QtCore", ["PySide6"], "info", SURE],
    ["of a bundle", windows, "Qt6Core.dll", ["PySide6-Addons"], "info", SURE],
    [
      "by an extra that is known",
      windows,
      "cudart64_13.dll",
      ["cuda-toolkit[cudart]==13.0"],
      "info",
      SURE,
    ],
    ["by an extra that is known", windows, "cublas64_13.dll", ["cuda-toolkit[all]"], "info", SURE],
    [
      "by no extra that is asked for",
      windows,
      "cublas64_13.dll",
      ["cuda-toolkit[cudart]"],
      "warning",
      NOT,
    ],
    ["by an extra that nobody knows", linux, "libarrow.so.1700", ["big[io]"], "info", UNSURE],
    [
      "by an extra that nobody knows",
      macos,
      "@rpath/libarrow.1700.dylib",
      ["big[io]"],
      "info",
      UNSURE,
    ],
    ["by an extra that nobody knows", windows, "arrow.dll", ["big[io]"], "info", UNSURE],
    ["by no requirement", linux, "libarrow.so.1700", ["pyarrow-hotfix"], "warning", NOT],
    ["by no requirement", macos, "@rpath/libtorch.dylib", ["torch-geometric"], "warning", NOT],
    ["by no requirement", windows, "torch.dll", ["numpy"], "warning", NOT],
  ] as const)("%s: %o", (_, judge, library, requires, level, text) => {
    const found = judge(library, requires).problems.filter(({ code }) => code === "LNK001");
    expect(found.map((each) => [each.level, each.hint])).toEqual([
      [level, expect.stringContaining(text)],
    ]);
  });
});

it("a library of a driver is no error where drivers bring libraries", () => {
  const levels = [linux("libcuda.so.1", []), windows("vulkan-1.dll", [])].map(({ problems }) =>
    problems.filter(({ code }) => code === "LNK001").map(({ level }) => level),
  );
  expect(levels).toEqual([["warning"], ["warning"]]);
});
