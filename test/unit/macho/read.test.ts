import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import { LC } from "../../../src/macho/constants.ts";
import { macho } from "../../../src/macho/index.ts";
import { memorySource } from "../../../src/source.ts";
import { factsOf, sliceOf } from "../../support/macho.ts";
import { buildFat, buildMacho, withSubtype } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const CPU = { x86_64: 0x0100_0007, arm64: 0x0100_000c, i386: 7, ppc: 18, ppc64: 0x0100_0012 };

describe("what counts as Mach-O", () => {
  it.each([
    ["a thin file", buildMacho(), true],
    ["a thin 32-bit file", buildMacho({ bits: 32 }), true],
    ["a big-endian file", buildMacho({ littleEndian: false }), true],
    ["a fat file", machoFixture("liba-fat"), true],
    ["a fat file with 64-bit offsets", machoFixture("liba-fat64"), true],
    ["a Java class", Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x34), false],
    ["the oldest Java class", Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 3, 0, 45), false],
    ["an ELF file", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), false],
    ["three bytes", Uint8Array.of(0xcf, 0xfa, 0xed), false],
    ["a header behind a zero byte", new Uint8Array([0, ...buildMacho()]), false],
  ])("%s", (_, bytes, expected) => {
    expect(macho.matches(bytes.subarray(0, 64))).toBe(expected);
  });
});

describe("classes and byte orders", () => {
  const shape = {
    id: "/opt/lib/libx.dylib",
    loads: [
      [LC.LC_LOAD_DYLIB, "/usr/lib/libSystem.B.dylib"],
      [LC.LC_LOAD_WEAK_DYLIB, "@rpath/libw.dylib"],
      [LC.LC_REEXPORT_DYLIB, "@loader_path/libr.dylib"],
      [LC.LC_LOAD_UPWARD_DYLIB, "libu.dylib"],
      [LC.LC_LAZY_LOAD_DYLIB, "libl.dylib"],
    ],
    rpaths: ["@loader_path", "/opt/lib", "libs/"],
  } as const;

  it.each([
    [64, true, "x86_64", CPU.x86_64],
    [64, false, "ppc64", CPU.ppc64],
    [32, true, "i386", CPU.i386],
    [32, false, "ppc", CPU.ppc],
  ] as const)("%i bits, little endian %s: %s", (bits, littleEndian, arch, cputype) => {
    const slice = sliceOf(factsOf(buildMacho({ ...shape, bits, littleEndian, cputype })));
    expect(slice).toMatchObject({ arch, bits, littleEndian, kind: "shared", id: shape.id });
    expect(slice.dependencies.map(({ name, how, ordinal }) => [name, how, ordinal])).toEqual([
      ["/usr/lib/libSystem.B.dylib", "required", 1],
      ["@rpath/libw.dylib", "weak", 2],
      ["@loader_path/libr.dylib", "reexport", 3],
      ["libu.dylib", "upward", 4],
      ["libl.dylib", "lazy", 5],
    ]);
    expect(slice.searchPaths.map(({ path }) => path)).toEqual(shape.rpaths);
    expect(slice.uuid).toBe("00010203-0405-0607-0809-0A0B0C0D0E0F");
  });

  it("tells variants of a processor apart", () => {
    const arm = machoFixture("liba-arm64");
    expect(sliceOf(factsOf(withSubtype(arm, 0x8000_0002))).arch).toBe("arm64e");
    expect(sliceOf(factsOf(withSubtype(machoFixture("liba-x86_64"), 8))).arch).toBe("x86_64h");
  });

  it("keeps unknown load commands and says their numbers", () => {
    const bytes = buildMacho({ commands: [[0x8000_00aa, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)]] });
    const file = factsOf(bytes);
    expect(sliceOf(file).newCommands).toMatchObject([{ name: "LC_0x800000aa" }]);
    expect(JSON.stringify(macho.open(memorySource(bytes)).dump())).toContain("0102030405060708");
  });

  it("reads the load of a library in its newer form", () => {
    const content = new Uint8Array(20 + 8);
    const view = new DataView(content.buffer);
    for (const [index, value] of [28, 0x1a741800, 0x20000, 0x10000, 1 | 8].entries()) {
      view.setUint32(index * 4, value, true);
    }
    content.set([0x6c, 0x69, 0x62, 0x7a], 20);
    const slice = sliceOf(factsOf(buildMacho({ commands: [[LC.LC_LOAD_WEAK_DYLIB, content]] })));
    expect(slice.dependencies.at(-1)).toMatchObject({ name: "libz", how: "weak" });
  });
});

describe("fat files", () => {
  it.each(["liba-fat", "liba-fat64"])("%s has both slices, each with facts of its own", (name) => {
    const file = factsOf(machoFixture(name));
    expect(file.fat).toBe(name === "liba-fat" ? "fat" : "fat64");
    expect(file.slices.map(({ arch, fixups }) => [arch, fixups])).toEqual([
      ["x86_64", "opcodes"],
      ["arm64", "chained"],
    ]);
    expect(file.problems).toEqual([]);
  });

  it("search paths may differ from slice to slice", () => {
    const file = factsOf(machoFixture("b-fat"));
    expect(file.slices.map(({ searchPaths }) => searchPaths.map(({ path }) => path))).toEqual([
      ["/opt/x86_64/lib", "/opt/both/lib"],
      ["/opt/arm64/lib", "/opt/both/lib"],
    ]);
  });

  it("object files and static libraries in them are known as such", () => {
    expect(factsOf(machoFixture("object-fat")).slices.map((each) => each.kind)).toEqual([
      "object",
      "object",
    ]);
    expect(factsOf(machoFixture("archive-fat")).slices).toMatchObject([
      { fileType: "archive", arch: "x86_64", dependencies: [] },
      { fileType: "archive", arch: "arm64", dependencies: [] },
    ]);
  });

  it.each([
    ["no slice", (view: DataView) => view.setUint32(4, 0), "holds no architecture"],
    ["a slice after the end", (view: DataView) => view.setUint32(20, 0x7fff_ffff), "ends at"],
    ["a slice in the header", (view: DataView) => view.setUint32(16, 4), "inside the header"],
    ["two slices in one place", (view: DataView) => view.setUint32(36, 0x1000), "overlaps"],
  ])("%s is refused", (_, damage, message) => {
    const thin = buildMacho();
    const bytes = buildFat([
      { cputype: CPU.x86_64, cpusubtype: 3, bytes: thin },
      { cputype: CPU.i386, cpusubtype: 3, bytes: buildMacho({ bits: 32 }) },
    ]);
    damage(new DataView(bytes.buffer));
    expect(() => factsOf(bytes)).toThrow(FormatError);
    expect(() => factsOf(bytes)).toThrow(message);
  });

  it("two slices of one architecture are a problem", () => {
    const thin = buildMacho();
    const slice = { cputype: CPU.x86_64, cpusubtype: 3, bytes: thin };
    expect(factsOf(buildFat([slice, slice])).problems).toMatchObject([
      { message: "there are two slices for x86_64" },
    ]);
  });
});

describe("what a file is built for", () => {
  it.each([
    ["liba-x86_64", "macos", "10.9", "10.15"],
    ["liba-arm64", "macos", "11.0", "14.2"],
    ["ios", "ios", "13.0", "17.0"],
    ["ios-simulator", "iossimulator", "14.0", "17.0"],
    ["watchos", "watchos", "6.0", "6.0"],
  ])("%s", (name, platform, minos, sdk) => {
    const slice = sliceOf(factsOf(machoFixture(name)));
    const text = (version: typeof slice.minos): string => `${version?.major}.${version?.minor}`;
    expect([slice.platform, text(slice.minos), text(slice.sdk)]).toEqual([platform, minos, sdk]);
  });

  it("LC_VERSION_MIN_IPHONEOS of an Intel file means the simulator", () => {
    const content = Uint8Array.of(0, 0, 12, 0, 0, 0, 13, 0);
    const commands = [[LC.LC_VERSION_MIN_IPHONEOS, content]] as const;
    expect(sliceOf(factsOf(buildMacho({ commands }))).platform).toBe("iossimulator");
  });

  it("names the load commands that older systems refuse", () => {
    const names = (name: string): readonly string[] =>
      sliceOf(factsOf(machoFixture(name))).newCommands.map((command) => command.name);
    expect(names("liba-x86_64")).toEqual([]);
    expect(names("liba-x86_64-chained")).toEqual([
      "LC_DYLD_CHAINED_FIXUPS",
      "LC_DYLD_EXPORTS_TRIE",
    ]);
  });
});

describe("imports", () => {
  it.each(["many-x86_64", "many-x86_64-chained", "many-arm64"])(
    "of %s each name their library, above ordinal 15 too",
    (name) => {
      const { imports } = sliceOf(factsOf(machoFixture(name)));
      const library = (symbol: string): string | undefined =>
        imports.find((each) => each.name === symbol)?.library;
      expect(library("f03")).toBe("/opt/homebrew/opt/x/lib/libx.1.dylib");
      expect(library("f18")).toBe("@rpath/libx.dylib");
      expect(library("f20")).toBe("/opt/crowd/lib/lib20.dylib");
      expect(imports.filter(({ lookup }) => lookup !== "library")).toEqual([]);
    },
  );

  it.each(["ext-x86_64", "ext-arm64"])("of %s that nobody is named for are flat", (name) => {
    const slice = sliceOf(factsOf(machoFixture(name)));
    expect(slice.kind).toBe("bundle");
    expect(slice.flatImports).toEqual(["ext_loose"]);
    expect(slice.imports.find((each) => each.name === "PyModule_Create2")).toMatchObject({
      lookup: "flat",
      weak: false,
    });
    expect(slice.pythonInit).toEqual(["PyInit_ext"]);
  });

  it("weak ones are told apart", () => {
    const slice = sliceOf(factsOf(machoFixture("weak")));
    expect(slice.dependencies.map(({ how }) => how)).toEqual(["required", "weak"]);
    expect(slice.imports.find(({ name }) => name === "a_fn")).toMatchObject({
      weak: true,
      library: "@rpath/liba.dylib",
    });
  });

  it("only those of interest are listed, and all are counted", () => {
    const file = macho
      .open(memorySource(machoFixture("cxx-x86_64")))
      .facts((name) => name.startsWith("_ZNSt3__1"));
    const slice = sliceOf(file);
    expect(slice.imports.map(({ name, library }) => [name, library])).toEqual([
      ["_ZNSt3__119__shared_weak_count14__release_weakEv", "/usr/lib/libc++.1.dylib"],
    ]);
    expect(slice.importCount).toBeGreaterThan(1);
  });

  it("exports have types, and weak definitions are known", () => {
    const open = macho.open(memorySource(machoFixture("liba-arm64")));
    const rows = open.symbols("exports").map(({ name, type, weak }) => [name, type, weak]);
    expect(rows).toEqual([
      ["a_callback", "object", false],
      ["a_counter", "object", false],
      ["a_fn", "func", false],
      ["a_pointer", "object", false],
      ["a_weak", "func", true],
    ]);
  });

  it("regions cover sections and the tables of __LINKEDIT", () => {
    const regions = macho.open(memorySource(machoFixture("liba-fat"))).regions();
    const names = regions.filter(({ arch }) => arch === "arm64").map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["load commands", "__TEXT,__text"]));
    expect(names).toEqual(expect.arrayContaining(["chained fixups", "code signature"]));
    expect(regions.every(({ size }) => size > 0)).toBe(true);
  });

  it("requirements name the system of each slice", () => {
    expect(macho.open(memorySource(machoFixture("liba-fat"))).requirements()).toEqual([
      "macos 10.9 (x86_64)",
      "macos 11.0 (arm64)",
    ]);
  });
});
