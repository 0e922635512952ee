/** Headers without room: what gives way, and what is refused. */
import { describe, expect, it } from "vitest";
import { LC } from "../../../src/macho/constants.ts";
import { macho } from "../../../src/macho/index.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { memorySource } from "../../../src/source.ts";
import { dependenciesOf, edited, factsOf, imageOf, refusal, sliceOf } from "../../support/macho.ts";
import { buildMacho } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const ARM = { cputype: 0x0100_000c, cpusubtype: 0 } as const;
/** 16 bytes of content, or 8: load commands that nobody needs. */
const SOURCE_VERSION = [LC.LC_SOURCE_VERSION, new Uint8Array(8)] as const;
const DATA_IN_CODE = [LC.LC_DATA_IN_CODE, new Uint8Array(8)] as const;

function commandNames(bytes: Uint8Array): readonly string[] {
  return imageOf(bytes).commands.map(({ name }) => name);
}

describe.each(["full-arm64", "full-x86_64"])("%s, whose header has no free byte,", (name) => {
  it("takes names and deletions together that would not fit one by one", () => {
    const original = machoFixture(name);
    expect(sliceOf(factsOf(original)).headerRoom).toBe(0);
    const { bytes } = edited(original, [
      { kind: "set-id", id: "/DLC/full/.dylibs/libfull.dylib" },
      { kind: "set-search-paths", paths: [] },
    ]);
    const slice = sliceOf(factsOf(bytes));
    expect([slice.id, slice.searchPaths]).toEqual(["/DLC/full/.dylibs/libfull.dylib", []]);
  });

  it("gives up load commands that loaders do without, and says so", () => {
    const { bytes, rewrite } = edited(machoFixture(name), [
      { kind: "set-search-paths", paths: ["/x", "/y"] },
    ]);
    expect(rewrite.notes.join()).toContain("was dropped to make room");
    expect(sliceOf(factsOf(bytes)).searchPaths.map(({ path }) => path)).toEqual(["/x", "/y"]);
  });

  it("grows where nothing else helps", () => {
    const paths = Array.from({ length: 30 }, (_, index) => `/${index}/${"long/".repeat(100)}`);
    const { bytes, rewrite } = edited(machoFixture(name), [{ kind: "set-search-paths", paths }]);
    expect(rewrite.notes.join()).toMatch(/the header grew by \d+ bytes/);
    const slice = sliceOf(factsOf(bytes));
    expect(slice.searchPaths.map(({ path }) => path)).toEqual(paths);
    const symbols = (file: Uint8Array): object => macho.open(memorySource(file)).symbols("exports");
    expect(symbols(bytes)).toEqual(symbols(machoFixture(name)));
  });

  it("never loses a byte of its code", () => {
    const original = machoFixture(name);
    const text = imageOf(original).segments[0]?.sections[0];
    const { bytes } = edited(original, [{ kind: "set-search-paths", paths: ["/a", "/b"] }]);
    const range = [text?.offset ?? 0, (text?.offset ?? 0) + Number(text?.size)] as const;
    expect(bytes.subarray(...range)).toEqual(original.subarray(...range));
  });
});

describe("room is made step by step", () => {
  const edit: NativeEdit = { kind: "add-dependency", name: "@loader_path/libz.1.dylib" };

  it.each([
    ["enough room", 120, ["LC_SOURCE_VERSION", "LC_DATA_IN_CODE"]],
    ["room without LC_SOURCE_VERSION", 60, ["LC_DATA_IN_CODE"]],
    ["room without both", 40, []],
  ])("%s", (_, room, kept) => {
    const bytes = buildMacho({ ...ARM, room, commands: [SOURCE_VERSION, DATA_IN_CODE] });
    const names = commandNames(edited(bytes, [edit]).bytes);
    expect(names.filter((each) => /SOURCE|DATA_IN/.test(each))).toEqual(kept);
    expect(names).toContain("LC_CODE_SIGNATURE");
  });

  it("a UUID that the file never had is not worth a refusal", () => {
    const bytes = buildMacho({ ...ARM, room: 72, uuid: false });
    const { bytes: result, rewrite } = edited(bytes, [edit]);
    expect(commandNames(result)).not.toContain("LC_UUID");
    expect(rewrite.warnings).toEqual([
      "arm64: there is no room for the LC_UUID that newer systems ask for",
    ]);
  });

  it("an Intel file that was not signed stays so rather than being refused", () => {
    const { bytes } = edited(buildMacho({ room: 56 }), [edit]);
    const slice = sliceOf(factsOf(bytes));
    expect(dependenciesOf(slice)).toContain(edit.kind === "add-dependency" ? edit.name : "");
    expect(slice.signature.kind).toBe("none");
  });

  it("an arm64 file is always signed, and grows for that", () => {
    const { bytes, rewrite } = edited(buildMacho({ ...ARM, room: 56 }), [edit]);
    expect(rewrite.notes).toEqual(["the header grew by 16384 bytes"]);
    expect(sliceOf(factsOf(bytes)).signature.kind).toBe("adhoc");
  });
});

describe("a refusal", () => {
  const paths = [`/${"long/".repeat(60)}`];
  const edits: readonly NativeEdit[] = [{ kind: "set-search-paths", paths }];

  it.each([
    ["a 32-bit file", buildMacho({ bits: 32, room: 0 }), "a file like this is not made larger"],
    [
      "a load command that nobody knows",
      buildMacho({ ...ARM, room: 0, commands: [[0x99, new Uint8Array(8)]] }),
      "LC_0x99 may hold an address",
    ],
    [
      "an old entry point",
      buildMacho({ room: 0, commands: [[LC.LC_UNIXTHREAD, new Uint8Array(8)]] }),
      "LC_UNIXTHREAD may hold an address",
    ],
  ])("of %s says how many bytes are missing and why", (_, bytes, reason) => {
    const { code, message, hint } = refusal(bytes, edits);
    expect(code).toBe("macho-header-room");
    expect(message).toMatch(
      /^the load commands of \w+ need \d+ bytes more than the \d+ that there/,
    );
    expect(message).toContain(`, and the header can't grow: `);
    expect(message).toContain(reason);
    expect(hint).toContain("-headerpad_max_install_names");
  });
});
