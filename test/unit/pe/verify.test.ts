/** The proof notices what a plan could have done wrong. */
import { describe, expect, it } from "vitest";
import { parsePe } from "../../../src/pe/read/image.ts";
import { verifyPeRewrite } from "../../../src/pe/verify/edit.ts";
import type { PeExpectation } from "../../../src/pe/verify/expectation.ts";
import { layoutFaults } from "../../../src/pe/verify/layout.ts";
import { rewriteOf, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { peFixture, peFixtures } from "../../support/pe-fixtures.ts";

const EXPECT: PeExpectation = {
  imports: ["b.dll"],
  delayImports: [],
  forwarders: [],
  id: "module-x86_64",
  cuts: [],
};

/** Faults after the bytes at `at` were changed. */
function faults(at: number, bytes: readonly number[], expectation = EXPECT): readonly string[] {
  const source = memorySource(peFixture("module-x86_64"));
  const splice = { at, remove: bytes.length, zeros: 0, bytes: Uint8Array.from(bytes), what: "x" };
  const rewrite = rewriteOf(source, [splice]);
  return verifyPeRewrite(source, rewrittenSource(source, rewrite), rewrite, {
    expect: expectation,
    content: true,
  });
}

const { header, sections, memory, imports } = parsePe(memorySource(peFixture("module-x86_64")));
const nameAt = memory.place(imports()[0]?.Name ?? 0)?.offset ?? 0;

describe("the verifier", () => {
  it("has nothing to say of a name that was to be changed", () => {
    expect(faults(nameAt, [0x63], { ...EXPECT, imports: ["c.dll"] })).toEqual([]);
  });

  it.each([
    ["a name that is not the one that was asked for", nameAt, [0x63]],
    ["code that changed", sections[0]?.PointerToRawData ?? 0, [0xcc]],
    ["another entry point", header.optionalAt + 16, [1]],
    ["another machine", header.fileAt, [0x4c, 0x01]],
    ["a section that overlaps another", sections[1]?.at ?? 0 + 12, [0, 0x10]],
    ["an image that ends elsewhere", header.windowsAt + 32, [0, 0x90]],
    ["a checksum that is wrong", header.windowsAt + 40, [1, 2, 3, 4]],
    ["a section that leaves the file", (sections[1]?.at ?? 0) + 16, [0, 0x20]],
    ["an imported symbol that changed", nameAt - 8, [0x64]],
  ])("finds %s", (_, at, bytes) => {
    expect(faults(at, bytes)).not.toEqual([]);
  });

  it("finds bytes that differ from the plan in a file that was written", () => {
    const source = memorySource(peFixture("module-x86_64"));
    const rewrite = rewriteOf(source, []);
    const written = peFixture("module-x86_64");
    written[600] = 1;
    const found = verifyPeRewrite(source, memorySource(written), rewrite, {
      expect: EXPECT,
      content: true,
    });
    expect(found).toEqual(["bytes differ that were not to be changed"]);
  });

  it("finds no fault in the layout of what linkers make", () => {
    for (const name of peFixtures()) {
      expect([name, layoutFaults(parsePe(memorySource(peFixture(name))))]).toEqual([name, []]);
    }
  });
});
