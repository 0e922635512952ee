import { describe, expect, it } from "vitest";
import type { ElfSlice } from "../../../src/formats.ts";
import { namedProvider, provideLibraries, wheelProvider } from "../../../src/repair/providers.ts";
import { audit, binaryOf, elf, module } from "../../support/native.ts";
import { outside, planRepair } from "../../support/repair-plan.ts";

const wheelOf = (files: Readonly<Record<string, ElfSlice>>) =>
  wheelProvider(
    "basis",
    Object.entries(files).map(([path, slice]) => binaryOf(path, slice)),
  );
const BASIS = wheelOf({
  "basis/lib/libcore.so.1": elf({ id: "libcore.so.1", versionDefinitions: ["CORE_1", "CORE_2"] }),
  "basis/lib/libplain.so": elf({ id: "libplain.so" }),
  "basis-1.0.data/data/lib/libaway.so": elf({ id: "libaway.so" }),
});
const requiring = (...names: readonly string[]) => names.map((name) => ({ name, extras: [] }));
const graphOf = (needed: readonly string[], sketch: Parameters<typeof module>[1] = {}) =>
  audit({ files: { "demo/sub/_x.so": module("_x", { needed, ...sketch }) } }).model.facts.graph;

describe("a wheel that provides libraries", () => {
  it("is reached by the folder in which it keeps them", () => {
    const { names, folders } = provideLibraries(
      graphOf(["libcore.so.1", "libc.so.6"]),
      [BASIS],
      requiring("basis"),
    );
    expect(names).toEqual(["libcore.so.1"]);
    expect([...folders]).toEqual([["demo/sub/_x.so", ["basis/lib"]]]);
  });

  it("is refused without a requirement", () => {
    expect(() => provideLibraries(graphOf(["libcore.so.1"]), [BASIS], requiring("other"))).toThrow(
      "`basis` is to provide `libcore.so.1`, but the wheel does not require it",
    );
  });

  it("may be brought by another project, as an audit knows it", () => {
    const provider = namedProvider("nvidia-cublas-cu12");
    const graph = graphOf(["libcublas.so.12"]);
    const brought = (...names: readonly string[]) =>
      provideLibraries(graph, [provider], requiring(...names)).names;
    expect(brought("torch")).toEqual(["libcublas.so.12"]);
    expect(brought("nvidia-cudnn-cu12")).toEqual(["libcublas.so.12"]);
    expect(() => brought("torch-geometric", "numpy")).toThrow("the wheel does not require it");
  });

  it("is refused when it lacks a version", () => {
    const versions = { "libcore.so.1": ["CORE_1", "CORE_3"] };
    expect(() =>
      provideLibraries(graphOf(["libcore.so.1"], { versions }), [BASIS], requiring("basis")),
    ).toThrow("`demo/sub/_x.so` needs `CORE_3` of `libcore.so.1`");
    // A library that has no versions at all gets by, as with the loader.
    const plain = { "libplain.so": ["ANY_1"] };
    expect(() =>
      provideLibraries(graphOf(["libplain.so"], { versions: plain }), [BASIS], requiring("basis")),
    ).not.toThrow();
  });

  it("provides nothing that is not installed below site-packages", () => {
    expect(provideLibraries(graphOf(["libaway.so"]), [BASIS], requiring("basis")).names).toEqual(
      [],
    );
  });

  it("also serves what grafted libraries need, but not what its own libraries need on the host", () => {
    const host = outside({
      files: {
        "/opt/libmine.so": elf({ id: "libmine.so", needed: ["libcore.so.1"] }),
        "/opt/libcore.so.1": elf({ id: "libcore.so.1", needed: ["libplain.so"] }),
        "/opt/libplain.so": elf({ id: "libplain.so" }),
      },
    });
    const { graph } = audit({
      files: { "demo/_x.so": module("_x", { needed: ["libmine.so"] }) },
      options: { host, ldpaths: ["/opt"] },
    }).model.facts;
    const { names, folders } = provideLibraries(graph, [BASIS], requiring("basis"));
    expect(names).toEqual(["libcore.so.1"]);
    expect([...folders]).toEqual([["/opt/libmine.so", ["basis/lib"]]]);
  });

  it("gets a search path in members and grafts", () => {
    const { edits } = planRepair({
      files: { "demo/_x.so": module("_x", { needed: ["libmine.so", "libcore.so.1"] }) },
      ldpaths: ["/opt"],
      host: { files: { "/opt/libmine.so": elf({ id: "libmine.so", needed: ["libcore.so.1"] }) } },
      options: { exclude: ["libcore.so.1"] },
      plan: {
        digestOf: () => "0".repeat(64),
        providerFolders: new Map([
          ["demo/_x.so", ["basis/lib"]],
          ["/opt/libmine.so", ["basis/lib"]],
        ]),
      },
    });
    expect(edits["demo/_x.so"]?.at(-1)).toBe(
      "set-search-paths rpath $ORIGIN/../basis/lib:$ORIGIN/../demo.libs",
    );
    expect(edits["demo.libs/libmine-00000000.so"]?.at(-1)).toBe(
      "set-search-paths rpath $ORIGIN/../basis/lib",
    );
  });
});

describe("a project that provides libraries", () => {
  it.each([
    ["torch", "libtorch_cpu.so", "torch/lib"],
    ["nvidia-cublas-cu12", "libcublas.so.12", "nvidia/cublas/lib"],
    ["nvidia-cuda-runtime-cu12", "libcudart.so.12", "nvidia/cuda_runtime/lib"],
    ["pyqt6-qt6", "libQt6Core.so.6", "PyQt6/Qt6/lib"],
    ["torch", "libother.so", undefined],
    ["nvidia-cublas-cu12", "libcudart.so.12", undefined],
  ])("%s has %s in %s", (project, library, folder) => {
    expect(namedProvider(project).folderOf(library)).toBe(folder);
  });

  it("must be one that is known", () => {
    expect(() => namedProvider("nobody-knows")).toThrow("it is not known where `nobody-knows`");
  });
});
