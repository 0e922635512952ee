import { describe, expect, it } from "vitest";
import type { MacosSketch, SliceSketch } from "../../../support/macos-slices.ts";
import { auditMacos, machoModule, machoSlice, problemsOf } from "../../../support/macos-slices.ts";

const EXT = "demo/x.cpython-312-darwin.so";

function verdict(sketch: MacosSketch) {
  const { supported, reachable, truthful, family } = auditMacos(sketch).verdict;
  return { supported, reachable, truthful, family };
}

function ofModule(tags: string, sketch: SliceSketch) {
  return auditMacos({ tags: `cp312-cp312-${tags}`, files: { [EXT]: machoModule("x", sketch) } });
}

describe("the verdict on a macOS wheel", () => {
  it("follows the newest file of each architecture", () => {
    expect(
      verdict({
        tags: "cp312-cp312-macosx_10_9_universal2",
        files: {
          [EXT]: [machoModule("x", { arch: "x86_64", needs: "10.9" }), machoModule("x")],
          "demo/liba.dylib": [
            machoSlice({ arch: "x86_64", needs: "10.13" }),
            machoSlice({ needs: "12.0" }),
          ],
        },
      }),
    ).toEqual({
      supported: "macosx_10_13_x86_64.macosx_12_0_arm64",
      reachable: "macosx_10_13_x86_64.macosx_12_0_arm64",
      truthful: false,
      family: "macos",
    });
  });

  it("takes what a tag can't say for true, and says so", () => {
    const audit = ofModule("macosx_12_0_arm64", { needs: "12.3" });
    expect(audit.verdict).toMatchObject({ supported: "macosx_12_0_arm64", truthful: true });
    expect(problemsOf(audit, "TAG006")).toEqual([
      `TAG006 warning ${EXT}: needs macOS 12.3 (arm64), which no tag can say: the wheel is installed on 12.0 too`,
    ]);
  });

  it("knows load commands that older loaders refuse", () => {
    const audit = ofModule("macosx_10_9_x86_64", {
      arch: "x86_64",
      needs: "10.9",
      commands: ["LC_DYLD_CHAINED_FIXUPS"],
    });
    expect(audit.verdict.supported).toBe("macosx_11_0_x86_64");
    expect(problemsOf(audit, "TAG006")).toEqual([
      `TAG006 ${EXT}: has \`LC_DYLD_CHAINED_FIXUPS\`, which loaders know since macOS 11.0 (x86_64), not \`macosx_10_9_x86_64\``,
    ]);
  });

  it("knows imports that older systems do not export, unless they are weak or the wheel's own", () => {
    const pmr = "_ZNSt3__13pmr20get_default_resourceEv";
    const loads = ["/usr/lib/libc++.1.dylib"];
    const strong = ofModule("macosx_11_0_arm64", {
      loads,
      imports: [`${pmr}@/usr/lib/libc++.1.dylib`],
    });
    expect(strong.verdict).toMatchObject({ supported: "macosx_14_0_arm64", truthful: false });
    expect(strong.verdict.reasons).toEqual([
      expect.objectContaining({
        policy: "macosx_11_0",
        why: "system-symbol",
        library: "/usr/lib/libc++.1.dylib",
        version: "14.0",
        symbols: [pmr],
      }),
    ]);
    for (const sketch of [
      { loads, imports: [`${pmr}?@/usr/lib/libc++.1.dylib`] },
      { loads: ["/usr/lib/libc++.1.dylib?"], imports: [`${pmr}@/usr/lib/libc++.1.dylib`] },
      { loads: ["@loader_path/libc++.1.dylib"], imports: [pmr] },
    ]) {
      expect(ofModule("macosx_11_0_arm64", sketch).verdict.truthful).toBe(true);
    }
  });

  it("stays open where no system is known to export a symbol", () => {
    const hash = "_ZNSt3__113__hash_memoryEPKvm";
    const audit = ofModule("macosx_15_0_arm64", {
      needs: "15.0",
      loads: ["/usr/lib/libc++.1.dylib"],
      imports: [`${hash}@/usr/lib/libc++.1.dylib`],
    });
    expect(audit.verdict).toMatchObject({ supported: null, truthful: null });
    expect(audit.unverified).toContainEqual({
      code: "TAG006",
      path: EXT,
      why: `imports \`${hash}\`, which no system is known to export`,
    });
  });

  it("knows libraries that came with a newer system", () => {
    const audit = ofModule("macosx_10_9_x86_64", {
      arch: "x86_64",
      needs: "10.9",
      loads: ["/System/Library/Frameworks/Metal.framework/Versions/A/Metal"],
    });
    expect(audit.verdict.supported).toBe("macosx_10_11_x86_64");
  });

  it("never takes arm64e for arm64, nor x86_64h for x86_64", () => {
    for (const [tag, arch, plain] of [
      ["macosx_11_0_arm64", "arm64e", "arm64"],
      ["macosx_10_13_x86_64", "x86_64h", "x86_64"],
    ] as const) {
      const alone = ofModule(tag, { arch });
      expect(alone.verdict.truthful).toBe(false);
      expect(problemsOf(alone, "TAG002")).toEqual([
        `TAG002: tagged \`${tag}\`, but no file has code for ${plain}: \`${arch}\` is not \`${plain}\``,
      ]);
      const beside = auditMacos({
        tags: `cp312-cp312-${tag}`,
        files: {
          [EXT]: [
            machoModule("x", { arch: plain, needs: "10.13" }),
            machoModule("x", { arch, needs: "26.0" }),
          ],
        },
      });
      expect(beside.verdict.truthful).toBe(true);
      expect(problemsOf(beside, "TAG002")).toEqual([]);
    }
  });

  it("demands every architecture of the tag of every module, but no i386 of `intel`", () => {
    const audit = auditMacos({
      tags: "cp312-cp312-macosx_11_0_universal2",
      files: {
        [EXT]: machoModule("x"),
        "demo/y.cpython-312-darwin.so": [machoModule("y", { arch: "x86_64" }), machoModule("y")],
        "demo/liba.dylib": machoSlice(),
      },
    });
    expect(problemsOf(audit, "TAG002")).toEqual([
      `TAG002 ${EXT}: the module has no code for \`x86_64\`, which the tag promises`,
    ]);
    const intel = ofModule("macosx_10_6_intel", { arch: "x86_64", needs: "10.6" });
    expect(intel.verdict).toMatchObject({ supported: "macosx_10_6_x86_64", truthful: true });
    expect(problemsOf(intel, "TAG002")).toEqual([
      expect.stringMatching(/^TAG002 info: .*no file has code for i386/),
    ]);
  });

  it("is not raised by code for another of Apple's systems", () => {
    const audit = auditMacos({
      files: {
        [EXT]: machoModule("x"),
        "demo/sim.dylib": machoSlice({ on: "iossimulator", needs: "17.0" }),
      },
    });
    expect(audit.verdict).toMatchObject({ supported: "macosx_11_0_arm64", truthful: true });
    expect(problemsOf(audit, "TAG003")).toEqual([
      "TAG003 warning demo/sim.dylib: code for iossimulator in a wheel that is tagged `macosx_11_0_arm64`",
    ]);
  });

  it("names tags that no Mac looks for, and the one that is true", () => {
    for (const [tag, needs, supported] of [
      ["macosx_14_5_arm64", "14.5", "macosx_14_0_arm64"],
      ["macosx_10_9_arm64", "10.9", "macosx_11_0_arm64"],
      ["macosx_16_0_arm64", "16.0", "macosx_26_0_arm64"],
    ] as const) {
      const audit = ofModule(tag, { needs });
      expect(audit.verdict).toMatchObject({ supported, truthful: false });
      expect(problemsOf(audit, "TAG012")).toEqual([
        expect.stringContaining(`no installer looks for \`${tag}\``),
      ]);
    }
  });

  it("says when an older system would do", () => {
    const audit = ofModule("macosx_13_0_arm64", { needs: "11.0" });
    expect(problemsOf(audit, "TAG010")).toEqual([
      "TAG010: tagged `macosx_13_0_arm64`, but the files also allow `macosx_11_0_arm64`",
    ]);
    expect(problemsOf(ofModule("macosx_11_0_arm64", {}), "TAG010")).toEqual([]);
  });
});

describe("the verdict on an iOS wheel", () => {
  const phone: SliceSketch = {
    kind: "shared",
    on: "ios",
    needs: "13.0",
    loads: ["@rpath/Python.framework/Python"],
  };

  it("holds platform and version to the tag", () => {
    expect(ofModule("ios_13_0_arm64_iphoneos", phone).verdict).toMatchObject({
      family: "ios",
      supported: "ios_13_0_arm64_iphoneos",
      truthful: true,
    });
    const newer = ofModule("ios_13_0_arm64_iphoneos", { ...phone, needs: "15.0" });
    expect(newer.verdict).toMatchObject({ supported: "ios_15_0_arm64_iphoneos", truthful: false });
    const mac = ofModule("ios_13_0_arm64_iphoneos", {});
    expect(mac.verdict.truthful).toBe(false);
    expect(problemsOf(mac, "TAG003")).toEqual([expect.stringContaining("TAG003 error")]);
  });

  it("takes 14.0 as the beginning of simulators on arm64", () => {
    const sketch: SliceSketch = { ...phone, on: "iossimulator", needs: "14.0" };
    expect(ofModule("ios_13_0_arm64_iphonesimulator", sketch).verdict).toMatchObject({
      supported: "ios_13_0_arm64_iphonesimulator",
      truthful: true,
    });
    const intel = ofModule("ios_13_0_x86_64_iphonesimulator", { ...sketch, arch: "x86_64" });
    expect(intel.verdict.truthful).toBe(false);
  });

  it("has no place for loose libraries, bundles and paths of the builder", () => {
    const audit = auditMacos({
      tags: "cp313-cp313-ios_13_0_arm64_iphoneos",
      files: {
        "demo/x.cpython-313-iphoneos.so": machoModule("x", {
          ...phone,
          loads: ["/Users/runner/lib/libjpeg.62.dylib"],
        }),
        "demo/y.cpython-313-iphoneos.so": machoModule("y", { ...phone, kind: "bundle" }),
        "demo/libz.dylib": machoSlice({ on: "ios", needs: "13.0" }),
      },
    });
    expect(problemsOf(audit, "LNK001", "LNK017")).toEqual([
      "LNK001 demo/x.cpython-313-iphoneos.so: needs `/Users/runner/lib/libjpeg.62.dylib`, a path of the machine that built it",
      "LNK017 demo/libz.dylib: is a loose library, which no app may hold",
      "LNK017 demo/y.cpython-313-iphoneos.so: is a bundle; iOS takes a module as a dynamic library",
    ]);
  });

  it("asks for no signature, which whoever builds an app makes", () => {
    const { signature } = machoSlice();
    const unsigned = { ...phone, signature: { ...signature, kind: "none" as const } };
    expect(problemsOf(ofModule("ios_13_0_arm64_iphoneos", unsigned), "LNK018")).toEqual([]);
  });
});
