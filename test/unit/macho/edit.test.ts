/** Names, ordinals and search paths: one transaction, and every symbol keeps its library. */
import { describe, expect, it } from "vitest";
import { LC, MH } from "../../../src/macho/constants.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import {
  bindings,
  dependenciesOf,
  edited,
  factsOf,
  imageOf,
  refusal,
  rewritten,
  sliceOf,
} from "../../support/macho.ts";
import { buildMacho } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

/** The three install names of one library. */
const ONE_LIBRARY: readonly NativeEdit[] = [
  "/opt/homebrew/opt/x/lib/libx.1.dylib",
  "/opt/homebrew/Cellar/x/1.2.3/lib/libx.1.dylib",
  "@rpath/libx.dylib",
].map((from) => ({ kind: "replace-dependency", from, to: "@loader_path/.dylibs/libx.1.dylib" }));

describe.each(["many-x86_64", "many-x86_64-chained", "many-arm64"])("%s", (name) => {
  const before = sliceOf(factsOf(machoFixture(name)));

  it("a library under three install names is loaded once, and all its symbols lead there", () => {
    const { bytes, rewrite } = edited(machoFixture(name), ONE_LIBRARY);
    const after = sliceOf(factsOf(bytes));
    expect(dependenciesOf(after)).toHaveLength(before.dependencies.length - 2);
    expect(new Set(dependenciesOf(after)).size).toBe(after.dependencies.length);
    const expected = Object.fromEntries(
      Object.entries(bindings(before)).map(([symbol, library]) => [
        symbol,
        /libx/.test(library) ? "@loader_path/.dylibs/libx.1.dylib" : library,
      ]),
    );
    expect(bindings(after)).toEqual(expected);
    expect(rewrite.notes).toContain(
      "3 load commands for `@loader_path/.dylibs/libx.1.dylib` became one",
    );
  });

  it("the symbol table names the same libraries as the fixups", () => {
    const image = imageOf(edited(machoFixture(name), ONE_LIBRARY).bytes);
    const table = image.symbols();
    const bound = new Map((image.bound() ?? []).map((each) => [each.name, each.ordinal]));
    let compared = 0;
    for (let index = 0; index < table.count; index++) {
      const start = table.strx(index);
      const end = table.strings.indexOf(0, start);
      const symbol = new TextDecoder().decode(table.strings.subarray(start, end));
      const ordinal = bound.get(symbol);
      if (ordinal === undefined) continue;
      expect([symbol, table.desc(index) >> 8]).toEqual([symbol, ordinal]);
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(20);
  });

  it("each with a spelling of its own nothing is joined", () => {
    const edits = ONE_LIBRARY.map((edit, index) =>
      edit.kind === "replace-dependency"
        ? { ...edit, to: `@loader_path/${"./".repeat(index)}libx.1.dylib` }
        : edit,
    );
    const after = sliceOf(factsOf(edited(machoFixture(name), edits).bytes));
    expect(dependenciesOf(after)).toHaveLength(before.dependencies.length);
  });

  it("a library with a symbol that is bound to it can't be removed", () => {
    const { code, message, hint } = refusal(machoFixture(name), [
      { kind: "remove-dependency", name: "/opt/crowd/lib/lib05.dylib" },
    ]);
    expect([code, hint]).toEqual(["macho-dependency-used", "replace the dependency instead"]);
    expect(message).toContain("`/opt/crowd/lib/lib05.dylib` can't be removed");
  });
});

describe.each(["unused-x86_64", "unused-arm64"])("%s", (name) => {
  it("a library that nothing is bound to is removed, and the ordinals after it move up", () => {
    const { bytes } = edited(machoFixture(name), [
      { kind: "remove-dependency", name: "/opt/crowd/lib/lib01.dylib" },
    ]);
    const slice = sliceOf(factsOf(bytes));
    expect(dependenciesOf(slice)).not.toContain("/opt/crowd/lib/lib01.dylib");
    expect(bindings(slice).a_fn).toBe("@rpath/liba.dylib");
  });
});

describe("loads of several kinds", () => {
  it("become the strongest one where they name one library", () => {
    const before = sliceOf(factsOf(machoFixture("reexport")));
    expect(before.dependencies.map(({ how }) => how)).toEqual(["required", "required", "reexport"]);
    const edits: NativeEdit[] = [
      { kind: "replace-dependency", from: "@rpath/liba.dylib", to: "@loader_path/liba.dylib" },
    ];
    const after = sliceOf(factsOf(edited(machoFixture("reexport"), edits).bytes));
    expect(after.dependencies.map(({ name, how }) => [name, how])).toEqual([
      ["/usr/lib/libSystem.B.dylib", "required"],
      ["@loader_path/liba.dylib", "reexport"],
    ]);
    expect(bindings(after).a_fn).toBe("@loader_path/liba.dylib");
  });

  it("keep their kind and versions when they are renamed", () => {
    const bytes = buildMacho({
      loads: [
        [LC.LC_LOAD_DYLIB, "/usr/lib/libSystem.B.dylib"],
        [LC.LC_LOAD_WEAK_DYLIB, "/opt/a.dylib"],
        [LC.LC_LOAD_UPWARD_DYLIB, "/opt/b.dylib"],
        [LC.LC_LAZY_LOAD_DYLIB, "/opt/c.dylib"],
      ],
    });
    const edits = ["a", "b", "c"].map((name): NativeEdit => {
      return { kind: "replace-dependency", from: `/opt/${name}.dylib`, to: `@loader_path/${name}` };
    });
    const { dependencies } = sliceOf(factsOf(edited(bytes, edits).bytes));
    expect(dependencies.map(({ name, how }) => `${how} ${name}`)).toEqual([
      "required /usr/lib/libSystem.B.dylib",
      "weak @loader_path/a",
      "upward @loader_path/b",
      "lazy @loader_path/c",
    ]);
    expect(dependencies[1]?.currentVersion).toEqual({ major: 1, minor: 0, patch: 0 });
  });

  it("in the newer form keep their flags, which are behind the fixed part of the old one", () => {
    const content = new Uint8Array(20 + 16);
    const view = new DataView(content.buffer);
    for (const [index, value] of [28, 0x1a741800, 0x20000, 0x10000, 8].entries()) {
      view.setUint32(index * 4, value, true);
    }
    content.set(new TextEncoder().encode("/opt/z.dylib"), 20);
    const bytes = buildMacho({ commands: [[LC.LC_LOAD_DYLIB, content]] });
    const { bytes: result } = edited(bytes, [
      { kind: "replace-dependency", from: "/opt/z.dylib", to: "@loader_path/a-longer-name.dylib" },
    ]);
    expect(sliceOf(factsOf(result)).dependencies.at(-1)).toMatchObject({
      name: "@loader_path/a-longer-name.dylib",
      how: "lazy",
    });
  });

  it("names are exchanged at once", () => {
    const loads = [
      [LC.LC_LOAD_DYLIB, "/opt/a.dylib"],
      [LC.LC_LOAD_DYLIB, "/opt/b.dylib"],
    ] as const;
    const source = buildMacho({ loads });
    const first = sliceOf(factsOf(source));
    expect(dependenciesOf(first)).toEqual(["/opt/a.dylib", "/opt/b.dylib"]);
    const bytes = rewritten(source, [
      { kind: "replace-dependency", from: "/opt/a.dylib", to: "/opt/b.dylib" },
      { kind: "replace-dependency", from: "/opt/b.dylib", to: "/opt/a.dylib" },
    ]);
    expect(dependenciesOf(sliceOf(factsOf(bytes)))).toEqual(["/opt/b.dylib", "/opt/a.dylib"]);
  });
});

describe("install names", () => {
  it("are added to a library that has none", () => {
    const { bytes } = edited(buildMacho({ id: null }), [{ kind: "set-id", id: "/DLC/x.dylib" }]);
    expect(sliceOf(factsOf(bytes)).id).toBe("/DLC/x.dylib");
  });

  it("are refused for a bundle, which dyld would not load with one", () => {
    const { code } = refusal(machoFixture("ext-arm64"), [{ kind: "set-id", id: "/DLC/x" }]);
    expect(code).toBe("macho-id");
  });

  it.each([
    ["", "is empty"],
    ["a\0b", "has a NUL"],
    ["x".repeat(1024), "1024 bytes"],
  ])("that no load command holds are refused: %j", (id, message) => {
    expect(refusal(machoFixture("liba-arm64"), [{ kind: "set-id", id }]).message).toContain(
      message,
    );
  });
});

describe("search paths", () => {
  it("that are equal become one whenever the file is written", () => {
    const bytes = buildMacho({ rpaths: ["/opt/lib", "@loader_path", "/opt/lib"] });
    const { bytes: result } = edited(bytes, [{ kind: "set-id", id: "/DLC/x.dylib" }]);
    expect(sliceOf(factsOf(result)).searchPaths.map(({ path }) => path)).toEqual([
      "/opt/lib",
      "@loader_path",
    ]);
  });

  it("may differ from slice to slice, and are changed in one alone", () => {
    const { bytes } = edited(machoFixture("b-fat"), [
      { kind: "set-search-paths", paths: ["@loader_path", "@loader_path"], arch: "arm64" },
    ]);
    expect(factsOf(bytes).slices.map((each) => each.searchPaths.map(({ path }) => path))).toEqual([
      ["/opt/x86_64/lib", "/opt/both/lib"],
      ["@loader_path"],
    ]);
  });
});

describe("other load commands", () => {
  it("an executable stack is given up", () => {
    const bytes = buildMacho({ flags: 0x2_0080 });
    expect(sliceOf(factsOf(bytes)).executableStack).toBe(true);
    const { bytes: result } = edited(bytes, [{ kind: "clear-executable-stack" }]);
    expect(sliceOf(factsOf(result)).flags).toEqual(["MH_TWOLEVEL"]);
  });

  it("a file without LC_UUID gets one from its content, always the same", () => {
    const bytes = buildMacho({ uuid: false });
    const edit = [{ kind: "set-id", id: "/DLC/x.dylib" }] as const;
    const once = edited(bytes, edit);
    const slice = sliceOf(factsOf(once.bytes));
    expect(slice.uuid).toMatch(/^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(slice.uuidCount).toBe(1);
    expect(once.rewrite.warnings.join()).toContain("an LC_UUID was added");
    expect(edited(bytes, edit).bytes).toEqual(once.bytes);
    const other = buildMacho({ uuid: false, rpaths: ["/x"] });
    expect(sliceOf(factsOf(edited(other, edit).bytes)).uuid).not.toBe(slice.uuid);
  });

  it("the systems that a file is built for stay as they are", () => {
    const before = sliceOf(factsOf(machoFixture("liba-arm64")));
    const { bytes } = edited(machoFixture("liba-arm64"), [{ kind: "set-id", id: "/DLC/x" }]);
    expect(sliceOf(factsOf(bytes)).targets).toMatchObject(
      before.targets.map(({ platform, minos, sdk }) => ({ platform, minos, sdk })),
    );
  });

  it.each([
    ["an object file", buildMacho({ filetype: MH.MH_OBJECT, id: null }), "macho-kind"],
    ["a debug companion", buildMacho({ filetype: MH.MH_DSYM, id: null }), "macho-kind"],
    [
      "an encrypted file",
      buildMacho({
        commands: [
          [LC.LC_ENCRYPTION_INFO_64, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)],
        ],
      }),
      "macho-encrypted",
    ],
    [
      "an arm64 file with something appended",
      buildMacho({ cputype: 0x0100_000c, cpusubtype: 0, tail: new Uint8Array(100).fill(7) }),
      "macho-payload",
    ],
  ])("%s is refused", (_, bytes, code) => {
    expect(refusal(bytes, [{ kind: "set-search-paths", paths: ["/x"] }]).code).toBe(code);
  });

  it("an Intel file with something appended is edited, and stays unsigned", () => {
    const bytes = buildMacho({ tail: new Uint8Array(100).fill(7) });
    expect(sliceOf(factsOf(bytes)).trailing).toBe(100);
    const { bytes: result } = edited(bytes, [{ kind: "set-id", id: "/DLC/x.dylib" }]);
    expect(sliceOf(factsOf(result)).signature.kind).toBe("none");
    expect(result.subarray(-100)).toEqual(bytes.subarray(-100));
  });
});
