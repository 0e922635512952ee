/** Whether signatures are right: from all bytes at once, and from a stream. */
import { describe, expect, it } from "vitest";
import { checkedFacts, edited, imageOf, sliceOf } from "../../support/macho.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const ADHOC = edited(machoFixture("liba-arm64"), [{ kind: "set-search-paths", paths: [] }]).bytes;

describe.each([
  ["in memory", ADHOC.length],
  ["in a stream", 1000],
])("a signature %s", (_, chunk) => {
  const verdict = (bytes: Uint8Array): readonly [boolean | null, readonly string[]] => {
    const { valid, faults } = sliceOf(checkedFacts(bytes, chunk), "arm64").signature;
    return [valid, faults];
  };

  it("of a linker and of ours is right", () => {
    expect(verdict(machoFixture("liba-arm64"))).toEqual([true, []]);
    expect(verdict(ADHOC)).toEqual([true, []]);
  });

  it("in a fat file is looked at in its slice", () => {
    const fat = machoFixture("liba-fat");
    expect(sliceOf(checkedFacts(fat, chunk), "x86_64").signature.valid).toBe(null);
    expect(verdict(fat)).toEqual([true, []]);
    const slice = imageOf(fat, "arm64");
    fat[slice.base + 0x4100] = 1;
    expect(verdict(fat)).toEqual([false, ["1 of 13 page hashes are wrong"]]);
  });

  it.each([
    ["a byte of code", 0x4001, "1 of 13 page hashes are wrong"],
    ["a byte of the last page, which is a short one", 0xc3f0, "1 of 13 page hashes are wrong"],
  ])("is wrong after %s changed", (_what, at, fault) => {
    const bytes = ADHOC.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    expect(verdict(bytes)).toEqual([false, [fault]]);
  });

  it("is wrong when a part changed", () => {
    const bytes = ADHOC.slice();
    const { offset, blobs } = imageOf(bytes).signature() ?? { offset: 0, blobs: [] };
    const requirements = blobs.find(({ slot }) => slot === 2);
    const at = offset + (requirements?.at ?? 0) + 11;
    bytes[at] = 1;
    expect(verdict(bytes)).toEqual([false, ["the hash of slot 2 is wrong"]]);
  });

  it("is wrong when it does not cover everything, or is not the last", () => {
    const bytes = ADHOC.slice();
    const { offset, directories } = imageOf(bytes).signature() ?? { offset: 0, directories: [] };
    const longer = new Uint8Array(bytes.length + 32);
    longer.set(bytes);
    expect(verdict(longer)).toEqual([false, ["it is not the last thing in the file"]]);
    expect(directories.length).toBe(1);
    // codeLimit of the code directory, which follows the index.
    new DataView(bytes.buffer).setUint32(offset + 36 + 32, offset - 16);
    expect(verdict(bytes)).toEqual([false, [`it covers ${offset - 16} bytes of ${offset}`]]);
  });

  it("is wrong when it is cut or overwritten", () => {
    const bytes = ADHOC.slice();
    const { offset } = imageOf(bytes).signature() ?? { offset: 0 };
    bytes.fill(0, offset, offset + 16);
    const [valid, faults] = verdict(bytes);
    expect(valid).toBe(false);
    expect(faults.join()).toContain("this is not a signature");
  });
});

it("without a look at the pages nobody knows", () => {
  const { signature } = imageOf(ADHOC);
  expect(signature()?.faults).toEqual([]);
});
