/** The proof looks at the result alone, and finds what a wrong plan would do. */
import { describe, expect, it } from "vitest";
import { parseMacho } from "../../../src/macho/read/image.ts";
import { verifyMachoRewrite } from "../../../src/macho/verify/edit.ts";
import type { FileExpectation } from "../../../src/macho/verify/expectation.ts";
import { emptyRewrite, rewriteOf, rewrittenSource, type Splice } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { edited, TOOLS } from "../../support/macho.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const BEFORE = edited(machoFixture("many-arm64"), [{ kind: "set-search-paths", paths: [] }]).bytes;
const SOURCE = memorySource(BEFORE);
const [SLICE] = parseMacho(SOURCE).slices;

function expectation(): FileExpectation {
  if (SLICE.kind !== "image") throw new Error("it is a library");
  const { dylibs, id } = SLICE;
  const dependencies = dylibs.map(({ path }) => path);
  return {
    fat: false,
    slices: [
      {
        slice: SLICE,
        changed: {
          ordinals: [0, ...dependencies.map((_, index) => index + 1)],
          names: { id: id?.path ?? null, dependencies, rpaths: [] },
          signed: true,
          stripped: false,
          shift: 0,
        },
      },
    ],
  };
}

function faultsAfter(changes: readonly (readonly [at: number, byte: number])[]): readonly string[] {
  const splices = changes.map(([at, byte]): Splice => {
    return { at, remove: 1, zeros: 0, bytes: Uint8Array.of(byte), what: "damage" };
  });
  const rewrite = rewriteOf(SOURCE, splices);
  return verifyMachoRewrite(SOURCE, rewrittenSource(SOURCE, rewrite), rewrite, expectation(), {
    tools: TOOLS,
  });
}

function placeOf(text: string): number {
  return Buffer.from(BEFORE).indexOf(text);
}

describe("a rewrite is found out", () => {
  it("that changes code", () => {
    if (SLICE.kind !== "image") return;
    const text = SLICE.segments[0]?.sections[0]?.offset ?? 0;
    expect(faultsAfter([[text, 1]])).toEqual(
      expect.arrayContaining(["segment `__TEXT` changed", "1 of 13 page hashes are wrong"]),
    );
  });

  it("that changes a name", () => {
    const at = placeOf("/opt/crowd/lib/lib05.dylib");
    expect(faultsAfter([[at + 1, 0x4f]]).join()).toContain("the names are");
  });

  it("that makes two loads equal", () => {
    const at = placeOf("/opt/crowd/lib/lib05.dylib");
    expect(faultsAfter([[at + 19, 0x36]])).toContain("two loads have the same name");
  });

  it("that changes a table of __LINKEDIT", () => {
    if (SLICE.kind !== "image") return;
    const { tables } = SLICE;
    const chained = tables.data.get(0x8000_0034)?.offset ?? 0;
    expect(faultsAfter([[chained + 40, 0xee]])).toContain("the chained fixups changed");
  });

  it("that lets the load commands overlap the code", () => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, 0x4000, true);
    expect(faultsAfter([...bytes].map((byte, index) => [20 + index, byte] as const))).toEqual(
      expect.arrayContaining(["the load commands overlap the first content"]),
    );
  });

  it("that is for another file", () => {
    const faults = verifyMachoRewrite(
      SOURCE,
      memorySource(BEFORE.subarray(0, BEFORE.length - 16)),
      emptyRewrite(BEFORE.length),
      expectation(),
    );
    expect(faults).toEqual([
      `the result has ${BEFORE.length - 16} bytes instead of ${BEFORE.length}`,
    ]);
  });
});

it("bytes that nobody planned to change are seen when the result is read back", () => {
  const after = BEFORE.slice();
  after[0x4000] = 1;
  const faults = verifyMachoRewrite(
    SOURCE,
    memorySource(after),
    emptyRewrite(BEFORE.length),
    expectation(),
    { content: true },
  );
  expect(faults).toEqual(["bytes differ that were not to be changed"]);
});
