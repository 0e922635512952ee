/** Slices of fat files: thinned, edited one by one, and joined. */
import { describe, expect, it } from "vitest";
import { joinMacho, macho, machoParts } from "../../../src/macho/index.ts";
import { memorySource, type Source } from "../../../src/source.ts";
import { edited, factsOf, refusal, rewritten, sliceOf } from "../../support/macho.ts";
import { buildFat, buildMacho, withSubtype } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const X86 = { cputype: 0x0100_0007, cpusubtype: 3 };
const ARM = { cputype: 0x0100_000c, cpusubtype: 0, align: 14 };
const ARM64E = { cputype: 0x0100_000c, cpusubtype: 0x8000_0002, align: 14 };

function allOf(source: Source): Uint8Array {
  return source.read(0, source.size).slice();
}

/** arm64e beside arm64 and x86_64, as Apple's own libraries have it. */
function three(): Uint8Array {
  const arm = machoFixture("liba-arm64");
  return buildFat([
    { ...X86, bytes: machoFixture("liba-x86_64") },
    { ...ARM, bytes: arm },
    { ...ARM64E, bytes: withSubtype(arm, ARM64E.cpusubtype) },
  ]);
}

describe("keep-archs", () => {
  it.each(["liba-fat", "liba-fat64"])("of %s with one left gives the slice itself", (name) => {
    const thin = rewritten(machoFixture(name), [{ kind: "keep-archs", archs: ["arm64"] }]);
    expect(thin).toEqual(machoFixture("liba-arm64"));
  });

  it("with several left keeps a fat file with their alignment", () => {
    const edit = { kind: "keep-archs", archs: ["arm64", "arm64e"] } as const;
    const file = factsOf(rewritten(three(), [edit]));
    expect(file.fat).toBe("fat");
    expect(file.slices.map(({ arch, offset }) => [arch, offset])).toEqual([
      ["arm64", 0x4000],
      ["arm64e", 0x14000],
    ]);
  });

  it("arm64e is not arm64", () => {
    const archs = ["arm64"];
    expect(factsOf(rewritten(three(), [{ kind: "keep-archs", archs }])).slices).toHaveLength(1);
    const only = withSubtype(machoFixture("liba-arm64"), ARM64E.cpusubtype);
    expect(refusal(only, [{ kind: "keep-archs", archs }]).message).toBe(
      "the file has arm64e, and none of arm64",
    );
  });

  it("of all that there are changes nothing", () => {
    const original = three();
    const archs = ["x86_64", "arm64", "arm64e"];
    expect(rewritten(original, [{ kind: "keep-archs", archs }])).toEqual(original);
  });

  it("together with other edits is one transaction", () => {
    const { bytes } = edited(machoFixture("b-fat"), [
      { kind: "keep-archs", archs: ["x86_64"] },
      { kind: "set-id", id: "/DLC/b.dylib" },
    ]);
    expect(factsOf(bytes)).toMatchObject({
      fat: null,
      slices: [{ arch: "x86_64", id: "/DLC/b.dylib" }],
    });
  });

  it("takes a static library out", () => {
    const bytes = rewritten(machoFixture("archive-fat"), [
      { kind: "keep-archs", archs: ["arm64"] },
    ]);
    expect(new TextDecoder().decode(bytes.subarray(0, 7))).toBe("!<arch>");
  });
});

describe("an edit of a fat file", () => {
  it("signs every slice that changed, arm64e too, and keeps order and alignment", () => {
    const { bytes } = edited(three(), [{ kind: "set-id", id: "/DLC/liba.dylib" }]);
    const { slices } = factsOf(bytes);
    expect(slices.map(({ arch, signature, offset }) => [arch, signature.kind, offset])).toEqual([
      ["x86_64", "adhoc", 0x1000],
      ["arm64", "adhoc", 0x8000],
      ["arm64e", "adhoc", 0x18000],
    ]);
  });

  it("leaves object files alone", () => {
    const original = machoFixture("object-fat");
    const edits = [{ kind: "set-search-paths", paths: [] }] as const;
    expect(rewritten(original, edits)).toEqual(original);
  });
});

describe("joining", () => {
  it("gives what lipo gives, with slices bit for bit the same", () => {
    const parts = ["liba-arm64", "liba-x86_64"].map((name) => memorySource(machoFixture(name)));
    expect(allOf(joinMacho(parts))).toEqual(machoFixture("liba-fat"));
  });

  it("takes the slices of fat files, and puts arm64 last", () => {
    const i386 = buildMacho({ bits: 32 });
    const joined = joinMacho([memorySource(three()), memorySource(i386)]);
    const { slices } = factsOf(allOf(joined));
    expect(slices.map(({ arch }) => arch)).toEqual(["x86_64", "i386", "arm64", "arm64e"]);
  });

  it("takes equal slices once, and refuses different ones for one architecture", () => {
    const a = memorySource(machoFixture("liba-arm64"));
    expect(machoParts(joinMacho([a, a]))).toHaveLength(1);
    const b = memorySource(machoFixture("many-arm64"));
    expect(() => joinMacho([a, b])).toThrow("two files have different slices for arm64");
  });

  it("makes fat static libraries", () => {
    const thin = ["x86_64", "arm64"].map((arch) =>
      memorySource(rewritten(machoFixture("archive-fat"), [{ kind: "keep-archs", archs: [arch] }])),
    );
    expect(thin.map((each) => machoParts(each)?.map(({ arch }) => arch))).toEqual([
      ["x86_64"],
      ["arm64"],
    ]);
    const { slices } = factsOf(allOf(joinMacho(thin)));
    expect(slices.map(({ fileType, arch }) => `${fileType} ${arch}`)).toEqual([
      "archive x86_64",
      "archive arm64",
    ]);
  });

  it("knows what is neither a library nor a program", () => {
    expect(machoParts(memorySource(new TextEncoder().encode("#!/bin/sh\n")))).toBe(null);
    expect(() => joinMacho([memorySource(new Uint8Array(3))])).toThrow("neither Mach-O nor");
  });

  it("a joined file is read through the format like any other", () => {
    const joined = joinMacho([
      memorySource(machoFixture("liba-arm64")),
      memorySource(buildMacho()),
    ]);
    expect(macho.matches(joined.read(0, 64))).toBe(true);
    expect(
      sliceOf(
        macho.open(joined).facts(() => false),
        "arm64",
      ).id,
    ).toBe("@rpath/liba.dylib");
  });
});
