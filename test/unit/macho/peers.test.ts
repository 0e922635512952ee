/** What delocate, repairwheel, arwen and LLVM's tools get wrong in bytes, one test each. */
import { describe, expect, it } from "vitest";
import { LC } from "../../../src/macho/constants.ts";
import { macho } from "../../../src/macho/index.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { memorySource } from "../../../src/source.ts";
import {
  checkedFacts,
  dependenciesOf,
  edited,
  factsOf,
  imageOf,
  refusal,
  sliceOf,
} from "../../support/macho.ts";
import { buildFat, buildMacho, withSubtype } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const X86 = { cputype: 0x0100_0007, cpusubtype: 3 };
const ARM = { cputype: 0x0100_000c, cpusubtype: 0 };

describe("delocate", () => {
  it("6: resolves each name once per file; facts are per slice", () => {
    const [x86, arm] = factsOf(machoFixture("b-fat")).slices;
    expect(x86.searchPaths[0]?.path).not.toBe(arm?.searchPaths[0]?.path);
  });

  it("8: fails on a search path that only one slice has", () => {
    const { bytes } = edited(machoFixture("b-fat"), [
      { kind: "set-search-paths", paths: ["/opt/both/lib"] },
    ]);
    expect(factsOf(bytes).slices.map(({ searchPaths }) => searchPaths.length)).toEqual([1, 1]);
  });

  it("9: leaves the second of two equal search paths", () => {
    const bytes = buildMacho({ rpaths: ["/opt/lib", "/opt/lib"] });
    const { bytes: result } = edited(bytes, [{ kind: "set-search-paths", paths: [] }]);
    expect(sliceOf(factsOf(result)).searchPaths).toEqual([]);
  });

  it("12: runs out of header space by changing first and deleting then", () => {
    const rpaths = ["/opt/homebrew/opt/something/with/a/long/name/lib", "/usr/local/lib/other"];
    const loads = [[LC.LC_LOAD_DYLIB, "/opt/a.dylib"]] as const;
    const bytes = buildMacho({ ...ARM, rpaths, loads, room: 16 });
    const rename: NativeEdit = {
      kind: "replace-dependency",
      from: "/opt/a.dylib",
      to: "@loader_path/../package.dylibs/liba.dylib",
    };
    expect(edited(bytes, [rename]).rewrite.notes).toEqual(["the header grew by 16384 bytes"]);
    const together = edited(bytes, [rename, { kind: "set-search-paths", paths: [] }]);
    expect(together.rewrite.notes).toEqual([]);
    expect(dependenciesOf(sliceOf(factsOf(together.bytes)))).toEqual([rename.to]);
  });

  it("16: looks at no platform; every target says its own", () => {
    expect(sliceOf(factsOf(machoFixture("ios-simulator"))).platform).toBe("iossimulator");
    const zippered = buildMacho({
      commands: [
        [LC.LC_BUILD_VERSION, words(1, 0xb0000, 0xe0000, 0)],
        [LC.LC_BUILD_VERSION, words(6, 0xe0000, 0x110000, 0)],
      ],
    });
    expect(sliceOf(factsOf(zippered)).targets.map(({ platform }) => platform)).toEqual([
      "macos",
      "maccatalyst",
    ]);
  });

  it("23: drops the identifier when it signs", () => {
    const { bytes } = edited(machoFixture("main-arm64"), [{ kind: "set-search-paths", paths: [] }]);
    expect(sliceOf(factsOf(bytes)).signature.identifier).toBe("main-arm64");
  });

  it("24: gives other bytes at every run", () => {
    const edits = [{ kind: "set-id", id: "/DLC/x.dylib" }] as const;
    const once = edited(machoFixture("liba-fat"), edits).bytes;
    expect(edited(machoFixture("liba-fat"), edits).bytes).toEqual(once);
  });

  it("27: rewrites one of several install names of a library, and dyld refuses equal ones", () => {
    const to = "@loader_path/libx.dylib";
    const { bytes } = edited(machoFixture("many-arm64"), [
      { kind: "replace-dependency", from: "/opt/homebrew/opt/x/lib/libx.1.dylib", to },
      { kind: "replace-dependency", from: "/opt/homebrew/Cellar/x/1.2.3/lib/libx.1.dylib", to },
      { kind: "replace-dependency", from: "@rpath/libx.dylib", to },
    ]);
    const names = dependenciesOf(sliceOf(factsOf(bytes)));
    expect(names.filter((name) => /libx/.test(name))).toEqual([to]);
  });

  it("29: takes arm64e for arm64", () => {
    const arm64e = withSubtype(machoFixture("liba-arm64"), 0x8000_0002);
    expect(factsOf(arm64e).slices.map(({ arch }) => arch)).toEqual(["arm64e"]);
  });

  it("30: says nothing of an image without LC_UUID", () => {
    expect(sliceOf(factsOf(buildMacho({ uuid: false })))).toMatchObject({
      uuid: null,
      uuidCount: 0,
    });
  });
});

describe("others", () => {
  it("LLVM and arwen write over the code when the header is full", () => {
    const edits = [{ kind: "set-search-paths", paths: ["/a/long/path"] }] as const;
    const { bytes, rewrite } = edited(buildMacho({ ...ARM, room: 16 }), edits);
    expect(rewrite.notes).toEqual(["the header grew by 16384 bytes"]);
    const text = imageOf(bytes).segments[0]?.sections[0];
    const code = bytes.subarray(text?.offset, (text?.offset ?? 0) + 16);
    expect([...code]).toEqual(new Array(16).fill(0xc3));
    const old = buildMacho({ bits: 32, littleEndian: false, cputype: 18, room: 8 });
    expect(refusal(old, edits).message).toMatch(
      /^the load commands of ppc need 20 bytes more than the \d+ that there are, and/,
    );
  });

  it("arwen changes only the first dependency of a name, and fails where a slice lacks it", () => {
    const fat = buildFat([
      { ...X86, bytes: buildMacho({ loads: [[LC.LC_LOAD_DYLIB, "/opt/only-x86.dylib"]] }) },
      { ...ARM, bytes: buildMacho({ ...ARM, loads: [[LC.LC_LOAD_DYLIB, "/opt/other.dylib"]] }) },
    ]);
    const { bytes } = edited(fat, [
      { kind: "replace-dependency", from: "/opt/only-x86.dylib", to: "@loader_path/x.dylib" },
    ]);
    expect(factsOf(bytes).slices.map(dependenciesOf)).toEqual([
      ["@loader_path/x.dylib"],
      ["/opt/other.dylib"],
    ]);
  });

  it("arwen knows no 64-bit fat files and no big-endian ones", () => {
    const edits = [{ kind: "set-id", id: "/DLC/liba.dylib" }] as const;
    const { bytes } = edited(machoFixture("liba-fat64"), edits);
    expect(factsOf(bytes)).toMatchObject({ fat: "fat64", slices: [{ id: "/DLC/liba.dylib" }, {}] });
    const ppc = buildMacho({ bits: 32, littleEndian: false, cputype: 18 });
    expect(sliceOf(factsOf(edited(ppc, edits).bytes)).id).toBe("/DLC/liba.dylib");
  });

  it("machomachomangler says that all the padding is load commands", () => {
    const { bytes } = edited(buildMacho({ room: 512 }), [{ kind: "set-id", id: "/x" }]);
    const { header, commands } = imageOf(bytes);
    const sizes = commands.reduce((sum, each) => sum + each.bytes.length, 0);
    expect(header.sizeofcmds).toBe(sizes);
  });

  it("conda's LC_CODE_SIGNATURE is not the last load command", () => {
    const { bytes } = edited(machoFixture("liba-arm64"), [
      { kind: "set-search-paths", paths: ["/one", "/two", "/three"] },
    ]);
    const moved = edited(bytes, [{ kind: "set-search-paths", paths: ["/one", "/four"] }]).bytes;
    expect(sliceOf(checkedFacts(moved)).signature.valid).toBe(true);
    expect(imageOf(moved).commands.at(-1)?.name).not.toBe("LC_RPATH");
  });

  it("install_name_tool loses the flags of the newer form of loads", () => {
    const content = words(28, 0x1a741800, 0x10000, 0x10000, 1, 0x64796c2f, 0);
    const bytes = buildMacho({ commands: [[LC.LC_LOAD_WEAK_DYLIB, content]] });
    const [, old] = sliceOf(factsOf(bytes)).dependencies;
    const { bytes: result } = edited(bytes, [
      { kind: "replace-dependency", from: old?.name ?? "", to: "@loader_path/libz.dylib" },
    ]);
    const load = imageOf(result).dylibs[1];
    expect([load?.path, load?.how, load?.name]).toEqual(["@loader_path/libz.dylib", "weak", 28]);
  });

  it("a freed end of the header is zeroed", () => {
    const bytes = buildMacho({ rpaths: ["/a/rather/long/search/path/that/goes/away"] });
    const { bytes: result } = edited(bytes, [{ kind: "set-search-paths", paths: [] }]);
    const { commandsEnd, segments } = imageOf(result);
    const first = segments[0]?.sections[0]?.offset ?? 0;
    expect(result.subarray(commandsEnd, first).every((byte) => byte === 0)).toBe(true);
  });

  it("a Java class is not a fat file", () => {
    const bytes = new Uint8Array(64);
    bytes.set([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x34]);
    expect(macho.matches(bytes)).toBe(false);
    expect(() => macho.open(memorySource(bytes))).toThrow("this is not a Mach-O file");
  });
});

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}
