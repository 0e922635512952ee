import { describe, expect, it } from "vitest";
import { fixWheelFile, retag } from "../../../src/repair/wheel-file.ts";
import { parseWheelFilename } from "../../../src/wheel/filename.ts";

const FILE = "demo-1.0-cp311.cp310-abi3-linux_x86_64.whl";

function fixed(wheel: string): string {
  return new TextDecoder().decode(fixWheelFile(new TextEncoder().encode(wheel)));
}

function retagged(wheel: string, platforms: readonly string[]): string {
  const { name } = parseWheelFilename(FILE);
  if (name === undefined) throw new Error(`${FILE} is not a name`);
  const result = retag(new TextEncoder().encode(wheel), name, platforms);
  expect(result.name.platformTags).toEqual(platforms);
  return new TextDecoder().decode(result.wheel);
}

describe("WHEEL of a repaired wheel", () => {
  it("has each field once: the first counts", () => {
    const before =
      "Wheel-Version: 1.0\nGenerator: a\nGenerator: b\nRoot-Is-Purelib: true\nTag: x-y-z\nWheel-Version: 9\nTag: x-y-z\nRoot-Is-Purelib: false\n";
    expect(fixed(before)).toBe(
      "Wheel-Version: 1.0\nGenerator: a\nRoot-Is-Purelib: true\nTag: x-y-z\n",
    );
  });

  it("keeps its bytes when nothing is wrong", () => {
    const before =
      "Wheel-Version: 1.0\r\nGenerator:  a\r\nTag: cp311-abi3-linux_x86_64\r\nRoot-Is-Purelib: false\r\n\r\n";
    expect(fixed(before)).toBe(before);
  });

  it("gets its tags in code point order, and says that it holds native code", () => {
    const before =
      "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: cp311-abi3-linux_x86_64\nTag: cp310-abi3-linux_x86_64\n";
    const platforms = ["manylinux1_x86_64", "manylinux_2_5_x86_64"];
    expect(retagged(before, platforms)).toBe(
      [
        "Wheel-Version: 1.0",
        "Root-Is-Purelib: false",
        "Tag: cp310-abi3-manylinux1_x86_64",
        "Tag: cp310-abi3-manylinux_2_5_x86_64",
        "Tag: cp311-abi3-manylinux1_x86_64",
        "Tag: cp311-abi3-manylinux_2_5_x86_64",
        "",
      ].join("\n"),
    );
  });

  it("keeps the order of tags that stay the same", () => {
    const before =
      "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-abi3-linux_x86_64\nTag: cp310-abi3-linux_x86_64\n";
    expect(retagged(before, ["linux_x86_64"])).toBe(before);
  });
});
