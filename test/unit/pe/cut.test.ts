/** Sections whose content was packed to the front: the rest leaves the file, and pointers follow. */
import { describe, expect, it } from "vitest";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { DIRECTORY } from "../../../src/pe/constants.ts";
import { pe } from "../../../src/pe/index.ts";
import { type PeImage, parsePe } from "../../../src/pe/read/image.ts";
import { memorySource } from "../../../src/source.ts";
import { rewritten } from "../../support/formats.ts";
import { peFixture } from "../../support/pe-fixtures.ts";

const NAMES = ["device-x86_64", "device-x86"];
const REGION = ".nv_fatb";
const [FIRST, SECOND, LENGTH] = [0, 3008, 3000];

function imageOf(bytes: Uint8Array): PeImage {
  return parsePe(memorySource(bytes));
}

/** Only the second block is left, at the front of the section; the pointers are the old ones. */
function packed(name: string): Uint8Array {
  const bytes = peFixture(name);
  const section = imageOf(bytes).sections.find(({ shortName }) => shortName === REGION);
  const start = section?.PointerToRawData ?? 0;
  bytes.copyWithin(start, start + SECOND, start + SECOND + LENGTH);
  return bytes;
}

const CUT: NativeEdit = {
  kind: "cut",
  region: REGION,
  size: LENGTH,
  moved: [
    { from: FIRST, to: 0 },
    { from: SECOND, to: 0 },
  ],
};

function targets(bytes: Uint8Array): readonly number[] {
  const open = pe.open(memorySource(bytes));
  const region = open.regions().find(({ name }) => name === REGION);
  if (region === undefined || open.pointersInto === undefined) throw new Error("no region");
  return open.pointersInto(region).map(({ target }) => target);
}

describe("a cut", () => {
  it.each(NAMES)("of %s takes the rest out of the file, and no address changes", (name) => {
    const before = imageOf(peFixture(name));
    expect(targets(packed(name))).toEqual([FIRST, SECOND]);
    const { bytes, rewrite } = rewritten(pe, packed(name), [CUT]);
    const after = imageOf(bytes);
    expect(bytes.length).toBe(before.source.size - 3072);
    expect(rewrite.notes).toContain("3072 bytes of `.nv_fatb` left out");
    expect(targets(bytes)).toEqual([0, 0]);
    expect(after.sections.map(({ VirtualAddress }) => VirtualAddress)).toEqual(
      before.sections.map(({ VirtualAddress }) => VirtualAddress),
    );
    expect(after.header.windows.SizeOfImage).toBe(before.header.windows.SizeOfImage);
    const section = after.sections.find(({ shortName }) => shortName === REGION);
    const content = after.memory.read(section?.VirtualAddress ?? 0, 2 * LENGTH);
    expect(new TextDecoder().decode(content.subarray(0, 6))).toBe("second");
    expect(content.subarray(LENGTH).every((byte) => byte === 0)).toBe(true);
  });

  it("of a signed file goes by addresses, not by where in the file the signature lies", () => {
    const bytes = packed("device-x86_64");
    const { header, sections } = imageOf(bytes);
    const section = sections.find(({ shortName }) => shortName === REGION);
    const [offset, size] = [(section?.VirtualAddress ?? 0) + 8, 16];
    const signed = new Uint8Array(Math.max(bytes.length, offset + size));
    signed.set(bytes);
    const view = new DataView(signed.buffer);
    const entry = header.directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY]?.at ?? 0;
    view.setUint32(entry, offset, true);
    view.setUint32(entry + 4, size, true);
    view.setUint32(offset, size, true);
    view.setUint32(offset + 4, 0x0002_0200, true);
    expect(imageOf(signed).certificates).toMatchObject({ offset, size });
    expect(targets(signed)).toEqual([FIRST, SECOND]);
  });

  it("and a rename are one transaction", () => {
    const id = "a-name-that-is-longer-than-the-old-one.dll";
    const { bytes } = rewritten(pe, packed("device-x86_64"), [CUT, { kind: "set-id", id }]);
    expect(imageOf(bytes).exports()?.library).toBe(id);
    expect(targets(bytes)).toEqual([0, 0]);
  });

  it("is refused where a pointer leads to something of which nothing is known", () => {
    const edit: NativeEdit = { ...CUT, moved: [{ from: FIRST, to: 0 }] };
    expect(() => rewritten(pe, packed("device-x86_64"), [edit])).toThrow(
      expect.objectContaining({ code: "pe-cut" }),
    );
  });

  it("is refused without relocations, of a section that is not there, and of more than it has", () => {
    const bytes = packed("device-x86_64");
    const { fileAt } = imageOf(bytes).header;
    bytes[fileAt + 18] = (bytes[fileAt + 18] ?? 0) | 1;
    expect(() => rewritten(pe, bytes, [CUT])).toThrow(/no relocations/);
    for (const edit of [
      { ...CUT, region: ".none" },
      { ...CUT, size: 1 << 20 },
    ]) {
      expect(() => rewritten(pe, packed("device-x86_64"), [edit])).toThrow(
        expect.objectContaining({ code: "pe-cut" }),
      );
    }
  });
});
