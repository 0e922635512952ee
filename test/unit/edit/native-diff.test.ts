import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memberCauses } from "../../../src/edit/diff-causes.ts";
import { nativeChange } from "../../../src/edit/native-diff.ts";
import { sectionName } from "../../../src/elf/read/sections.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { memorySource } from "../../../src/source.ts";
import { openSoundWheel } from "../../../src/wheel/open.ts";
import * as elf from "../../support/elf.ts";

const WHEEL = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
const MEMBER = "demo/_demo.cpython-312-x86_64-linux-gnu.so";

function library(): Uint8Array {
  const bytes = readFileSync(new URL(`../../../fixtures/wheels/${WHEEL}`, import.meta.url));
  const content = openSoundWheel(memorySource(bytes), WHEEL, nodeCompression).read(MEMBER);
  if (content === undefined) throw new Error(`no ${MEMBER}`);
  return content.slice();
}

/** The library with one byte changed in a section. */
function touched(name: string): Uint8Array {
  const bytes = library();
  const { sections } = elf.parse(memorySource(bytes));
  const section = sections.list.find((each) => sectionName(sections, each) === name);
  if (section === undefined) throw new Error(`no ${name}`);
  const at = section.sh_offset + section.sh_size - 2;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

const NOTHING = { removed: [], added: [] };

describe("nativeChange", () => {
  it.each([".text", ".rodata", ".comment"])("names %s when nothing else differs", (name) => {
    const size = nativeChange(library(), touched(name))?.sections[0]?.before;
    expect(nativeChange(library(), touched(name))).toEqual({
      sections: [{ name, before: size, after: size }],
      dependencies: NOTHING,
      searchPaths: NOTHING,
      exports: NOTHING,
      requires: NOTHING,
    });
  });

  it("names what was renamed in the dynamic strings", () => {
    const bytes = library();
    const text = new TextDecoder("latin1").decode(bytes);
    const at = text.indexOf("libgreeting.so.1");
    bytes.set(new TextEncoder().encode("libgreetinG.so.1"), at);
    expect(nativeChange(library(), bytes)).toMatchObject({
      sections: [{ name: ".dynstr" }],
      dependencies: { removed: ["libgreeting.so.1"], added: ["libgreetinG.so.1"] },
    });
  });

  it("has nothing to say of what is not a native file", () => {
    expect(nativeChange(library(), new TextEncoder().encode("text"))).toBeUndefined();
  });
});

describe("memberCauses", () => {
  it("tells debug information and constants apart", () => {
    const causes = (name: string): string => {
      const after = touched(name);
      return memberCauses(MEMBER, library(), after, nativeChange(library(), after)).join();
    };
    expect(causes(".comment")).toContain("names the compiler");
    expect(causes(".rodata")).toContain("__DATE__");
    expect(causes(".text")).toBe("");
  });
});
