/** Headers without room: what gives way, and what is refused. */
import { describe, expect, it } from "vitest";
import { LC } from "../../../src/macho/constants.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
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

  it("says how many bytes are missing where nothing helps", () => {
    const path = `/${"long/".repeat(60)}`;
    const { code, message, hint } = refusal(machoFixture(name), [
      { kind: "set-search-paths", paths: [path] },
    ]);
    expect(code).toBe("macho-header-room");
    expect(message).toMatch(/^the load commands of (?:arm64|x86_64) need \d+ bytes more than the/);
    expect(hint).toContain("-headerpad_max_install_names");
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

  it("an arm64 file never", () => {
    expect(refusal(buildMacho({ ...ARM, room: 56 }), [edit]).message).toMatch(/need 16 bytes more/);
  });
});
