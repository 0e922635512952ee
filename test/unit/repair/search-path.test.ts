import { describe, expect, it } from "vitest";
import {
  effectivePaths,
  keptSearchPaths,
  originPath,
} from "../../../src/repair/linux/search-path.ts";

const MEMBER = "demo/sub/_x.so";
const BRACED = "$".concat("{ORIGIN}");
const AT = { record: "Elf_Dyn", offset: 0 };

describe("keptSearchPaths", () => {
  it.each([
    ["$ORIGIN", true],
    ["$ORIGIN/", true],
    ["$ORIGIN/../lib", true],
    // The folder need not exist, and the spelling stays.
    [`${BRACED}/../nowhere`, true],
    ["$ORIGIN/../../demo.libs", true],
    ["$ORIGIN/../../nvidia/cublas/lib", true],
    ["$ORIGIN/../../../outside", false],
    ["$ORIGIN/../../../../../usr/lib", false],
    ["/usr/lib", false],
    ["/", false],
    ["lib", false],
    ["./lib", false],
    ["", false],
    ["$ORIGINAL/lib", false],
    ["/opt/$ORIGIN", false],
    ["$LIB", false],
    ["$ORIGIN/../$LIB", true],
  ])("%s: %s", (entry, kept) => {
    expect(keptSearchPaths([entry], MEMBER)).toEqual(kept ? [entry] : []);
  });

  it("drops repetitions and keeps the order", () => {
    const entries = ["$ORIGIN/b", "/build", "$ORIGIN/a", "$ORIGIN/b"];
    expect(keptSearchPaths(entries, MEMBER)).toEqual(["$ORIGIN/b", "$ORIGIN/a"]);
  });

  it("lets a program in bin look into its prefix, and nowhere else", () => {
    const entries = [
      "$ORIGIN/../lib/python3.12/site-packages/demo.libs",
      "$ORIGIN/../lib",
      "$ORIGIN/../../lib",
      "/build",
    ];
    expect(keptSearchPaths(entries, "demo-1.0.data/scripts/tool")).toEqual(entries.slice(0, 2));
  });

  it("takes platlib for what it is", () => {
    const entries = ["$ORIGIN/../demo.libs", "$ORIGIN/../../demo.libs"];
    const member = "demo-1.0.data/platlib/demo/_x.so";
    expect(keptSearchPaths(entries, member)).toEqual(["$ORIGIN/../demo.libs"]);
  });
});

describe("effectivePaths", () => {
  const rpath = { kind: "rpath", path: "$ORIGIN/r", at: AT } as const;
  const runpath = { kind: "runpath", path: "$ORIGIN/u", at: AT } as const;

  it("goes by DT_RUNPATH where there is one", () => {
    expect(effectivePaths([rpath, runpath], "manylinux")).toEqual(["$ORIGIN/u"]);
    expect(effectivePaths([rpath], "musllinux")).toEqual(["$ORIGIN/r"]);
  });

  it("knows no DT_RPATH on Android", () => {
    expect(effectivePaths([rpath], "android")).toEqual([]);
    expect(effectivePaths([runpath], "android")).toEqual(["$ORIGIN/u"]);
  });
});

describe("originPath", () => {
  it.each([
    ["demo", "demo.libs", "$ORIGIN/../demo.libs"],
    ["", "demo.libs", "$ORIGIN/demo.libs"],
    ["demo.libs", "demo.libs", "$ORIGIN"],
    ["a/b/c", "a/d", "$ORIGIN/../../d"],
    ["a/b", "", "$ORIGIN/../.."],
  ])("from %j to %j: %s", (from, to, way) => {
    expect(originPath(from, to)).toBe(way);
  });
});
